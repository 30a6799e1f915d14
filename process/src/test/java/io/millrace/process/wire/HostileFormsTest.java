package io.millrace.process.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Serializable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Serial forms that were made to harm whoever reads them. */
class HostileFormsTest {
  private static final Duration AT_ONCE = Duration.ofSeconds(20);

  private static Refusal assertRefused(byte[] bytes, Rules rules) {
    return assertTimeoutPreemptively(
        AT_ONCE, () -> assertThrows(Refusal.class, () -> Bytes.read(bytes, rules)));
  }

  private static void assertRefused(String why, Object form) {
    assertRefused(why, Bytes.of(form));
  }

  private static void assertRefused(String why, byte[] bytes) {
    Refusal refusal = assertRefused(bytes, Bytes.RULES);
    assertTrue(refusal.getMessage().startsWith("the result "), refusal::getMessage);
    assertTrue(refusal.getMessage().contains(why), refusal::getMessage);
  }

  @Test
  @DisplayName(
      "P2: no code of a class that is not allowed runs: of no enum, lambda, record or other class")
  void nothingThatIsNotAllowedRuns() {
    byte[] lambda = Bytes.of(Canary.WithLambda.COMPARATOR);
    byte[] constant = Bytes.of(Canary.WithLambda.ONE);
    byte[] constructed = Bytes.of(new Canary.OnConstruction(-1));
    Canary.SONGS.set(0);

    assertRefused("wire.Canary$WithLambda\") would allow it", lambda);
    assertRefused("wire.Canary$WithLambda\") would allow it", constant);
    assertRefused("wire.Canary$OnRead", new Canary.OnRead());
    assertRefused("wire.Canary$OnConstruction", constructed);
    assertRefused("wire.Canary$OnRead", new ArrayList<>(List.of(1, new Canary.OnRead())));
    assertRefused("wire.Canary$OnRead", new Canary.OnRead[3]);
    assertRefused("wire.Canary$OnRead", Canary.OnRead.class);

    assertEquals(0, Canary.SONGS.get());
  }

  @Test
  @DisplayName("P2: an enum that nobody allows is not even initialized")
  void enumsAreNotInitialized() {
    byte[] bytes = Bytes.of(Colour.RED);
    String name = Colour.class.getName();
    String other = Canary.class.getName() + "$OnInit";
    byte[] renamed = renamed(bytes, name, other);
    Canary.SONGS.set(0);

    assertRefused("Canary$OnInit\") would allow it", renamed);

    assertEquals(0, Canary.SONGS.get());
  }

  enum Colour {
    RED
  }

  /* With the length in front of it. */
  private static byte[] renamed(byte[] bytes, String from, String to) {
    int at = Bytes.indexOf(bytes, from.getBytes());
    byte[] all = new byte[bytes.length - from.length() + to.length()];
    System.arraycopy(bytes, 0, all, 0, at);
    all[at - 1] = (byte) to.length();
    System.arraycopy(to.getBytes(), 0, all, at, to.length());
    int rest = at + from.length();
    System.arraycopy(bytes, rest, all, at + to.length(), bytes.length - rest);
    return all;
  }

  @Test
  @DisplayName("P2: a lambda needs its class to be listed, be it of the JDK; then it crosses")
  void lambdasNeedTheirClass() throws Exception {
    var lambda = (Function<Integer, Integer> & Serializable) item -> item + 1;

    assertRefused("wire.HostileFormsTest\") would allow it", lambda);
    assertRefused(
        "holds a lambda of java.util.Map$Entry", Map.Entry.<String, String>comparingByKey());
    assertRefused(
        "holds a lambda of java.util.", new TreeMap<>(Map.Entry.<String, String>comparingByKey()));

    Object read = Bytes.read(Bytes.of(lambda), Bytes.allowing(HostileFormsTest.class));
    assertEquals(2, apply(read, 1));
    assertEquals(Comparator.reverseOrder(), Bytes.read(Bytes.of(Comparator.reverseOrder())));
  }

  @SuppressWarnings("unchecked")
  private static Integer apply(Object function, Integer item) {
    return ((Function<Integer, Integer>) function).apply(item);
  }

  private interface Handler extends InvocationHandler, Serializable {}

  @Test
  @DisplayName("P2: proxies are refused before a class is made for them")
  void proxiesAreRefused() {
    Handler handler = (proxy, method, arguments) -> 1;
    Object proxy =
        Proxy.newProxyInstance(
            HostileFormsTest.class.getClassLoader(), new Class<?>[] {Comparator.class}, handler);

    assertRefused("is no serial form", proxy);
  }

  /*
   * Sets of two sets each, the same two at each level: hashing the outermost takes two to the power of the
   * levels.
   */
  private static byte[] bomb(int levels) {
    Forged form = new Forged();
    form.hashSet(1);
    int[] one = new int[levels];
    int[] two = new int[levels];
    nest(form, 0, levels, one, two);
    return form.end().bytes();
  }

  private static void nest(Forged form, int level, int levels, int[] one, int[] two) {
    if (level == levels) {
      form.text("different");
      return;
    }
    form.hashSet(2);
    one[level] = form.handles() - 1;
    nest(form, level + 1, levels, one, two);
    if (level + 1 < levels) {
      form.hashSet(1).again(one[level + 1]).end();
    } else {
      form.text("other");
    }
    form.end();
  }

  private static Object lists(int levels, boolean asKey) {
    List<Object> list = new ArrayList<>();
    for (int level = 0; level < levels; level++) {
      list = new ArrayList<>(Arrays.asList(list, list));
    }
    return asKey ? new Holder(list) : list;
  }

  private record Holder(Object key) implements Serializable {}

  @Test
  @DisplayName("P3: sets in sets whose hashing would take for ever are refused at once")
  void hashBombs() {
    assertRefused("may have to be compared with each other", bomb(40));
  }

  @Test
  @DisplayName("P3: what is shared in lists costs nothing, unless a class may hash it")
  void sharedLists() throws Exception {
    assertEquals(2, ((List<?>) Bytes.read(Bytes.of(lists(40, false)))).size());
    Refusal refusal = assertRefused(Bytes.of(lists(40, true)), Bytes.allowing(Holder.class));
    assertTrue(refusal.getMessage().contains("to be hashed"), refusal::getMessage);
  }

  @Test
  @DisplayName("P3: arrays in arrays claim no more together than the message can hold")
  void arraysInArrays() {
    // The inner ones are small; their lengths are raised by hand.
    Object[] nested = new Object[8];
    for (int i = 0; i < nested.length; i++) {
      nested[i] = new Object[2];
    }
    byte[] bytes = Bytes.of(nested);
    byte[] length = {0, 0, 0, 2};
    int at = Bytes.indexOf(bytes, length);
    assertRefused("claims to be larger than it is", Bytes.with(bytes, at, 0, 0, 16, 0));
  }

  @Test
  @DisplayName("P3: tables that collections make claim no more together than the message can hold")
  void tablesInTables() {
    assertRefused("claims to be larger than it is", new Forged().map(1 << 20).end().bytes());
    Forged lists = new Forged();
    Forged maps = new Forged();
    for (int level = 0; level < 90; level++) {
      lists.list(2000);
      maps.map(2000).text("key");
    }
    assertRefused("claims to be larger than it is", closed(lists));
    assertRefused("claims to be larger than it is", closed(maps));
  }

  private static byte[] closed(Forged form) {
    for (int level = 0; level < 90; level++) {
      form.end();
    }
    return form.bytes();
  }

  @Test
  @DisplayName("P3: many objects with large fields take no more than the share of the worker")
  void manyLargeObjects() {
    Wide[] wide = new Wide[60_000];
    Arrays.setAll(wide, i -> new Wide());
    byte[] bytes = Bytes.of(wide);

    Refusal refusal = assertRefused(bytes, Bytes.allowing(Wide.class));

    assertTrue(bytes.length < 1 << 20, "a small message");
    assertTrue(refusal.getMessage().contains("its share of this JVM's heap"), refusal::getMessage);
  }

  @SuppressWarnings("unused")
  static final class Wide implements Serializable {
    private static final long serialVersionUID = 1;
    private transient long a0,
        a1,
        a2,
        a3,
        a4,
        a5,
        a6,
        a7,
        a8,
        a9,
        b0,
        b1,
        b2,
        b3,
        b4,
        b5,
        b6,
        b7,
        b8,
        b9;
    private transient long c0,
        c1,
        c2,
        c3,
        c4,
        c5,
        c6,
        c7,
        c8,
        c9,
        d0,
        d1,
        d2,
        d3,
        d4,
        d5,
        d6,
        d7,
        d8,
        d9;
  }

  private record Colliding(Forged form, boolean values) {
    byte[] bytes(int keys) {
      for (int i = 0; i < keys; i++) {
        form.key(i, 16);
        if (values) {
          form.text("");
        }
      }
      return form.end().bytes();
    }
  }

  @Test
  @DisplayName("P3: keys that collide end the reading when its time is over, in every collection")
  void collidingKeys() {
    Rules rules = new Rules(Rules.VALUES_ONLY, 1 << 24, 100);
    int keys = 60_000;
    for (Colliding each :
        List.of(
            new Colliding(new Forged().immutable(2, keys), false),
            new Colliding(new Forged().hashSet(keys), false),
            new Colliding(new Forged().immutable(3, 2 * keys), true),
            new Colliding(new Forged().map(keys), true),
            new Colliding(new Forged().table(keys), true))) {
      Refusal refusal = assertRefused(each.bytes(keys), rules);
      assertTrue(refusal.getMessage().contains("ProcessOptions.readTimeout"), refusal::getMessage);
    }
  }

  @Test
  @DisplayName("P3: what the JDK copies while it reads is counted for each copy")
  void copiesOfWhatIsShared() {
    int letters = 400_000;
    Forged form = new Forged().array(Object[].class, 201).chars(letters);
    int array = form.handles() - 1;
    for (int i = 0; i < 200; i++) {
      form.builder(array, letters);
    }
    assertRefused("its share of this JVM's heap", form.bytes());

    Forged errors = new Forged().array(Object[].class, 201).list(50_000);
    int list = errors.handles() - 1;
    for (int i = 0; i < 50_000; i++) {
      errors.nothing();
    }
    errors.end();
    for (int i = 0; i < 200; i++) {
      errors.throwable(list);
    }
    assertRefused("its share of this JVM's heap", errors.bytes());
  }

  @Test
  @DisplayName("P3: what refers to a list that grows afterwards costs what that has become")
  void growingLists() {
    int size = 5000;
    Forged form = new Forged().list(size);
    int outer = form.handles() - 1;
    // Read as the first element, and dropped: its class reads less than there is.
    form.list(0).list(size);
    int inner = form.handles() - 1;
    for (int i = 0; i < size; i++) {
      form.again(outer);
    }
    form.end().end();
    for (int i = 1; i < size; i++) {
      form.nothing();
    }
    form.hashSet(1).again(inner).end();
    assertRefused("may have to be compared with each other", form.end().bytes());
  }

  @Test
  @DisplayName(
      "P3: a list of two billion copies is refused as such, and crosses as a list if it is small")
  void copies() throws Exception {
    assertRefused("CopiesList", Collections.nCopies(Integer.MAX_VALUE, "x"));
    byte[] written = Codec.write("result", Collections.nCopies(1000, "x"), Bytes.RULES);
    assertEquals(Collections.nCopies(1000, "x"), Bytes.read(written));
    var refusal =
        assertThrows(
            Refusal.class,
            () -> Codec.write("result", Collections.nCopies(Integer.MAX_VALUE, "x"), Bytes.RULES));
    assertTrue(refusal.getMessage().contains("maxMessage"), refusal::getMessage);
  }

  @Test
  @DisplayName("P3: a ConcurrentHashMap in the JDK's own form is refused, and crosses in ours")
  void concurrentMaps() throws Exception {
    Map<Object, Object> map = new ConcurrentHashMap<>(Map.of("a", 1, "b", List.of(2)));
    map.put("views", ConcurrentHashMap.newKeySet());
    assertRefused("ConcurrentHashMap", map);
    byte[] written = Codec.write("result", map, Bytes.RULES);
    assertEquals(map, Bytes.read(written));
    assertEquals(ConcurrentHashMap.class, Bytes.read(written).getClass());
  }

  @Test
  @DisplayName("P3: an interrupt ends the reading, and is an InterruptedException")
  void interruptsEndTheReading() {
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> Bytes.read(Bytes.of(List.of(1, 2, 3))));
    assertFalse(Thread.interrupted());
  }
}
