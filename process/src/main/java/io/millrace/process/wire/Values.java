package io.millrace.process.wire;

import io.millrace.plan.Triple;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The classes that may always cross. Each was looked at: reading it runs nothing but code of the JDK,
 * whose work and memory are bounded by the size of its serial form. Not here, for example: {@code
 * PriorityQueue} and the skip lists, which call comparators; {@code nCopies}, which may claim two billion
 * elements: {@link ValueOutput} writes a list instead.
 */
final class Values {
  private static final Set<String> PACKAGES =
      Set.of("java.math", "java.time", "java.time.chrono", "java.time.temporal");

  private static final Set<String> LANG =
      names(
          "java.lang.",
          "Boolean Byte Character Class Double Enum Float Integer Long Number Object Record Short StackTraceElement"
              + " String StringBuffer StringBuilder");

  private static final Set<String> UTIL =
      names(
          "java.util.",
          "AbstractMap$SimpleEntry AbstractMap$SimpleImmutableEntry ArrayDeque ArrayList Arrays$ArrayList BitSet"
              + " CollSer Currency Date EnumMap EnumSet EnumSet$SerializationProxy HashMap HashSet Hashtable"
              + " IdentityHashMap JumboEnumSet LinkedHashMap LinkedHashSet LinkedList Locale Properties Random RegularEnumSet Stack TreeMap TreeSet"
              + " UUID Vector regex.Pattern");

  private static final Set<String> CONCURRENT =
      names(
          "java.util.concurrent.",
          "ArrayBlockingQueue ConcurrentHashMap ConcurrentHashMap$CollectionView ConcurrentHashMap$KeySetView ConcurrentLinkedDeque"
              + " ConcurrentLinkedQueue CopyOnWriteArrayList LinkedBlockingDeque LinkedBlockingQueue"
              + " locks.AbstractOwnableSynchronizer locks.AbstractQueuedSynchronizer"
              + " locks.AbstractQueuedSynchronizer$ConditionObject locks.ReentrantLock locks.ReentrantLock$FairSync"
              + " locks.ReentrantLock$NonfairSync locks.ReentrantLock$Sync"
              + " atomic.AtomicBoolean atomic.AtomicInteger atomic.AtomicIntegerArray"
              + " atomic.AtomicLong atomic.AtomicLongArray atomic.AtomicReference atomic.AtomicReferenceArray"
              + " atomic.DoubleAdder atomic.DoubleAdder$SerializationProxy atomic.LongAdder"
              + " atomic.LongAdder$SerializationProxy");

  /*
   * Their views and wrappers; all but those of nCopies, and nothing that is a comparator of somebody
   * else's making.
   */
  private static final String COLLECTIONS = "java.util.Collections$";
  private static final Set<String> NOT_OF_COLLECTIONS = names(COLLECTIONS, "CopiesList");

  /* No serial form names them, but some end as them. */
  private static final String IMMUTABLE = "java.util.ImmutableCollections$";

  /* A lambda is read through the class that wrote it, which has to be allowed as well. */
  private static final Set<String> OTHERS =
      Set.of(
          "java.lang.invoke.SerializedLambda",
          "java.net.URI",
          Triple.class.getName(),
          Gathered.class.getName(),
          Immutable.class.getName());

  private static final Set<String> ALL =
      Stream.of(LANG, UTIL, CONCURRENT, OTHERS).flatMap(Set::stream).collect(Collectors.toSet());

  private Values() {}

  private static Set<String> names(String prefix, String names) {
    return Arrays.stream(names.split(" ")).map(prefix::concat).collect(Collectors.toSet());
  }

  static boolean contain(Class<?> type) {
    return ALL.contains(type.getName()) || (isOfBase(type) && mayCross(type));
  }

  static boolean isOfBase(Class<?> type) {
    return type.getModule() == Object.class.getModule();
  }

  private static boolean mayCross(Class<?> type) {
    String name = type.getName();
    return PACKAGES.contains(type.getPackageName())
        || (name.startsWith(COLLECTIONS) && !NOT_OF_COLLECTIONS.contains(name))
        || name.startsWith(IMMUTABLE)
        || Throwable.class.isAssignableFrom(type)
        || isEnum(type)
        || (type.isInterface() && name.startsWith("java.util."));
  }

  private static boolean isEnum(Class<?> type) {
    Class<?> parent = type.getSuperclass();
    return type.isEnum() || (parent != null && parent.isEnum());
  }
}
