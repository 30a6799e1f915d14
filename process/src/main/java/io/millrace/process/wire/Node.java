package io.millrace.process.wire;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.Vector;
import org.jspecify.annotations.Nullable;

/**
 * An object of a message: what a single call of its {@code hashCode}, {@code equals} or {@code compareTo}
 * may cost at worst, and how much memory a copy of it takes. Used by one thread.
 */
final class Node {
  static final Node NULL = leaf(null);

  /* What a node takes itself, and for each object that it depends on. */
  private static final long BYTES = 160;
  private static final long OPEN_BYTES = 64;

  /* Some 0.2 s of a processor. */
  private static final long MOST = 20_000_000;

  /** So many letters, or bytes, are looked at in a step. */
  static final int LETTERS = 16;

  private static final int REFERENCE = 8;

  /* A HashMap finds one of n keys in so many comparisons if it can order them. */
  private static final int ORDERED = 32;
  private static final Set<Class<?>> ORDERED_BY_THE_JDK =
      Set.of(String.class, Integer.class, Long.class, Character.class, Short.class, Byte.class);

  private final @Nullable Class<?> type;
  private final boolean isOfTheJdk;
  private final boolean isMap;
  private final boolean isSet;

  /* Of one hashCode: everything is looked at once. */
  private final Cost hash = new Cost(1);

  /* Of one equals: each key may have to be compared with each other one. */
  private final Cost compare = new Cost(1);

  /* Of all keys together, until it is complete. */
  private @Nullable Cost keyHash;
  private @Nullable Cost keyCompare;
  private int keys;
  private int entries;
  private @Nullable Class<?> keyType;
  private boolean sameType = true;
  private long bytes;
  private int handle = -1;
  private boolean complete;

  Node(@Nullable Class<?> type) {
    this.type = type;
    isOfTheJdk = type == null || type == Gathered.class || Values.isOfBase(type);
    isMap =
        type != null && isOfTheJdk && (type == Gathered.class || Map.class.isAssignableFrom(type));
    isSet = type != null && isOfTheJdk && Set.class.isAssignableFrom(type);
  }

  /** Something without contents. */
  static Node leaf(@Nullable Class<?> type) {
    Node leaf = new Node(type);
    leaf.complete = true;
    return leaf;
  }

  static Node text(long bytes) {
    Node text = new Node(String.class);
    text.addBytes(bytes);
    text.complete = true;
    return text;
  }

  @Nullable Class<?> type() {
    return type;
  }

  /** By which number others refer to it. */
  int handle() {
    return handle;
  }

  void handle(int number) {
    handle = number;
  }

  /** What is kept of it while the message is looked through. */
  long keptBytes() {
    return BYTES + OPEN_BYTES * (hash.open() + compare.open());
  }

  /** Whether there is nothing more to know of it than its type. */
  boolean isLeaf() {
    return entries == 0 && bytes < LETTERS && hash.steps() == 1;
  }

  /** Primitives in an array, or the letters of a text. */
  void addBytes(long more) {
    bytes += more;
    hash.add(more / LETTERS);
    compare.add(more / LETTERS);
  }

  /** An object that it refers to. */
  void add(Node child) {
    bytes += REFERENCE;
    addCosts(child);
  }

  private void addCosts(Node child) {
    hash.add(child.hash, child.complete, 1);
    compare.add(child.compare, child.complete, 1);
  }

  /**
   * The next object in what its class has written by its own code.
   *
   * @param immutable whether it is of a set or map of {@code java.util.ImmutableCollections}
   */
  void addWritten(Node child, Immutable.Kind immutable) {
    boolean isKey =
        (isMap || immutable == Immutable.Kind.MAP)
            ? entries % 2 == 0
            : (isSet || immutable == Immutable.Kind.SET);
    entries++;
    bytes += isMap || isSet ? 4 * REFERENCE : REFERENCE;
    if (isKey) {
      addKey(child);
    } else {
      addCosts(child);
    }
  }

  private void addKey(Node child) {
    if (keyHash == null || keyCompare == null) {
      keyHash = new Cost(0);
      keyCompare = new Cost(0);
    }
    keys++;
    keyHash.add(child.hash, child.complete, 1);
    keyCompare.add(child.compare, child.complete, 1);
    if (child != NULL) {
      sameType &= keyType == null || keyType == child.type;
      keyType = child.type;
    }
  }

  /** What an entry takes beside the arrays that the JDK asks the filter for. */
  long entryBytes() {
    return type == ArrayList.class || type == Vector.class ? 0 : 40;
  }

  /**
   * What its class may copy of an object that it refers to, and that others refer to as well. Collections
   * copy none of their elements; classes of the program may copy arrays and collections, those of the JDK
   * also texts.
   */
  long copiedBytes(Node shared) {
    return keepsElements() || (shared.type == String.class && !isOfTheJdk) ? 0 : shared.bytes;
  }

  private boolean keepsElements() {
    return type != null
        && isOfTheJdk
        && (isMap || Collection.class.isAssignableFrom(type))
        && !Vector.class.isAssignableFrom(type);
  }

  /**
   * All of it has been seen.
   *
   * @throws Unreadable if a single step of making it, or of its class, may take too long
   */
  void complete() throws Unreadable {
    if (keyHash != null && keyCompare != null) {
      if (keyCompare.steps() > MOST) {
        throw tooLong("whose keys may have to be compared with each other too often");
      }
      boolean ordered = sameType && keyType != null && isOrdered(keyType);
      hash.add(keyHash, true, 1);
      compare.add(keyCompare, true, ordered ? Math.min(keys + 1, ORDERED) : keys + 1);
      keyHash = null;
      keyCompare = null;
    }
    if (type == BigDecimal.class) {
      // Its number of digits is found by a power of ten as large.
      long kilobytes = hash.steps() / 64;
      compare.add(kilobytes * kilobytes);
    }
    if (!isOfTheJdk && hash.steps() > MOST) {
      throw tooLong("that may take too long to be hashed");
    }
    complete = true;
  }

  private static boolean isOrdered(Class<?> type) {
    return type.isEnum() || ORDERED_BY_THE_JDK.contains(type);
  }

  private Unreadable tooLong(String why) {
    String name = type == null ? "value" : type.getName();
    return new Unreadable("holds a " + name + " " + why + ": give its contents as a list");
  }
}
