package io.millrace.process.wire;

import io.millrace.plan.Triple;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The classes of one message. A name that is not allowed is not looked for: class loaders keep something
 * for each name that they were ever asked for. Used by one thread.
 */
final class Classes {
  /* The JVM keeps a class for each number of dimensions. */
  private static final Pattern OF_AN_OBJECT = Pattern.compile("\\[{1,8}L(.+);");
  private static final Pattern OF_PRIMITIVES = Pattern.compile("\\[{1,8}[ZBCSIJFD]");

  /* What needs no search by the loader of the program. */
  private static final Map<String, Class<?>> OWN =
      Stream.of(
              boolean.class,
              byte.class,
              char.class,
              short.class,
              int.class,
              long.class,
              float.class,
              double.class,
              void.class,
              Triple.class,
              Gathered.class)
          .collect(Collectors.toMap(Class::getName, type -> type));

  /* Values that are written in another form: this one is read in a single step. */
  private static final Set<String> OTHER_FORM =
      Set.of(
          "java.util.concurrent.ConcurrentHashMap",
          "java.util.concurrent.ConcurrentHashMap$Segment");

  private final AllowList allowed;
  private final ClassLoader loader;
  private final Map<String, Class<?>> found = new HashMap<>();

  Classes(AllowList allowed, ClassLoader loader) {
    this.allowed = allowed;
    this.loader = loader;
  }

  boolean lists(Class<?> type) {
    return allowed.lists(type.getName());
  }

  /**
   * The class of that name.
   *
   * @throws Unreadable if it is not allowed, or not here
   */
  Class<?> find(String name) throws Unreadable {
    Class<?> known = found.get(name);
    if (known == null) {
      known = search(name);
      found.put(name, known);
    }
    return known;
  }

  /** The class of that name if it was found before. */
  @Nullable Class<?> known(String name) {
    return found.get(name);
  }

  private Class<?> search(String name) throws Unreadable {
    String element = element(name);
    try {
      if (allowed.lists(element)) {
        return Class.forName(name, false, loader);
      }
      Class<?> own = OWN.get(element);
      if (own != null) {
        return name.equals(element) ? own : Class.forName(name, false, own.getClassLoader());
      }
      if (isOfTheJdk(element) && !OTHER_FORM.contains(element)) {
        Class<?> type = Class.forName(name, false, null);
        if (allowed.allows(type)) {
          return type;
        }
      }
    } catch (ClassNotFoundException | LinkageError e) {
      throw new Unreadable("holds a " + element + ", which is not on the class path here");
    }
    throw new Unreadable("holds a " + Gatekeeper.notAllowed(element));
  }

  private static String element(String name) {
    var array = OF_AN_OBJECT.matcher(name);
    return array.matches() ? array.group(1) : name;
  }

  /* The loader of the JDK's own classes keeps nothing for a name that it does not find. */
  private static boolean isOfTheJdk(String name) {
    return name.startsWith("java.")
        || name.startsWith("javax.")
        || OF_PRIMITIVES.matcher(name).matches();
  }
}
