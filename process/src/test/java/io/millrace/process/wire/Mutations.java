package io.millrace.process.wire;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.AbstractMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;

/**
 * Makes hostile serial forms from those that may cross, and from those that may not. The same seed makes
 * the same ones.
 */
final class Mutations {
  private static final int MOST_BYTES = 60_000;

  /* What a reader takes for something, anywhere. */
  private static final int[][] WORDS = {
    {0x70}, // null
    {0x71, 0, 0x7e, 0, 0}, // the first object again
    {0x71, 0, 0x7e, 0, 1},
    {0x71, 0, 0x7e, 0, 4},
    {0x78}, // the end of what a class has written
    {0x77, 4, 0, 0, 0, 2},
    {0x77, 4, 0x7f, 0xff, 0xff, 0xff},
    {0x75, 0x71, 0, 0x7e, 0, 0, 0, 1, 0, 0}, // an array
    {0x73, 0x71, 0, 0x7e, 0, 0}, // an object
    {0x79}, // a reset
    {0x7b}, // an exception
    {0x7d, 0, 0, 0, 1}, // a proxy
    {0x7c, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff}, // a long text
    {0x7f, 0xff, 0xff, 0xff},
    {0xff, 0xff, 0xff, 0xff},
    {0, 0, 0, 0},
    {0x7f, 0xc0, 0, 0}, // not a number, as a load factor
    {0, 0, 0, 1},
  };

  private final List<byte[]> seeds = new ArrayList<>();
  private final Random random;

  Mutations(long seed) {
    random = new Random(seed);
    values().forEach(value -> seeds.add(Bytes.of(value)));
    seeds.addAll(forged());
  }

  List<byte[]> seeds() {
    return seeds;
  }

  /** What honest workers may answer. */
  static List<Object> values() {
    var enums = new EnumMap<DayOfWeek, Integer>(DayOfWeek.class);
    enums.put(DayOfWeek.MONDAY, 1);
    var adder = new LongAdder();
    adder.add(5);
    var identities = new IdentityHashMap<>(Map.of("a", 1));
    var access = new LinkedHashMap<String, Integer>(16, 0.75f, true);
    access.put("a", 1);
    var error = new IOException("gone", new IllegalStateException("because"));
    error.addSuppressed(new RuntimeException("too"));
    var properties = new Properties();
    properties.put("k", "v");
    var setFromMap = Collections.newSetFromMap(new HashMap<String, Boolean>());
    setFromMap.add("a");
    return List.of(
        1,
        2.5,
        'c',
        "text",
        new int[] {1, 2, 3},
        new String[][] {{"a", "b"}, {}},
        new BigDecimal("1.10"),
        Instant.EPOCH,
        ZonedDateTime.parse("2026-01-01T00:00:00+01:00[Europe/Berlin]"),
        URI.create("http://example.com/a?b"),
        UUID.fromString("00000000-0000-0001-0000-000000000002"),
        Locale.GERMANY,
        Pattern.compile("a+b"),
        BitSet.valueOf(new long[] {5}),
        List.of(1, "two", List.of(3)),
        Set.of(3),
        Map.of("k", List.of(4)),
        new TreeMap<>(Map.of("k", "v", "l", "w")),
        new TreeSet<>(Set.of(2, 1)),
        new HashMap<>(Map.of(List.of(1), "v", Set.of(2), "w")),
        new HashSet<>(Set.of(Set.of("a"), Set.of("b", "c"))),
        new Hashtable<>(Map.of("a", 1)),
        identities,
        access,
        properties,
        new ArrayDeque<>(List.of(1, 2)),
        new LinkedList<>(List.of("a", "b")),
        new ConcurrentLinkedQueue<>(List.of("a", "b")),
        new CopyOnWriteArrayList<>(List.of("a", "b")),
        new LinkedBlockingQueue<>(List.of("a", "b")),
        new AtomicReference<>(List.of("a")),
        adder,
        enums,
        EnumSet.of(DayOfWeek.FRIDAY, DayOfWeek.SUNDAY),
        Collections.unmodifiableMap(new HashMap<>(Map.of("a", 1))),
        Collections.synchronizedList(new ArrayList<>(List.of(1))),
        Collections.singletonMap("k", "v"),
        setFromMap,
        new StringBuilder("abc"),
        new Object[] {1, "a", null, new Object[] {2}},
        Arrays.asList(1, 2),
        error,
        new StackTraceElement("a.B", "c", "B.java", 7),
        new AbstractMap.SimpleEntry<>("a", 1));
  }

  private static List<byte[]> forged() {
    List<byte[]> all = new ArrayList<>();
    all.add(Bytes.of(Canary.WithLambda.COMPARATOR));
    all.add(Bytes.of(new Canary.OnRead()));
    all.add(Bytes.of(new Canary.OnConstruction(-1)));
    all.add(Bytes.of(Map.Entry.<String, String>comparingByKey()));
    all.add(Bytes.of(new TreeMap<>(Map.Entry.<String, String>comparingByKey())));
    all.add(Bytes.of(Collections.nCopies(Integer.MAX_VALUE, List.of("x"))));
    for (Forged form :
        List.of(
            new Forged().hashSet(300),
            new Forged().immutable(2, 300),
            new Forged().immutable(1, 300))) {
      for (int i = 0; i < 300; i++) {
        form.key(i, 9);
      }
      all.add(form.end().bytes());
    }
    Forged copies = new Forged().array(Object[].class, 4).chars(10_000);
    int letters = copies.handles() - 1;
    all.add(copies.builder(letters, 10_000).builder(letters, 10_000).builder(letters, 1).bytes());
    Forged errors = new Forged().array(Object[].class, 3).list(1).text("x").end();
    int list = errors.handles() - 2;
    all.add(errors.throwable(list).throwable(list).bytes());
    Forged cycle = new Forged().list(2);
    int outer = cycle.handles() - 1;
    cycle.hashSet(2).again(outer).list(1).again(outer).end().end();
    all.add(cycle.map(1).again(outer).again(outer).end().end().bytes());
    Forged nested = new Forged();
    for (int level = 0; level < 30; level++) {
      nested.hashSet(3);
    }
    for (int level = 0; level < 30; level++) {
      nested.again(2 * (30 - level)).text("x" + level).end();
    }
    all.add(nested.bytes());
    return all;
  }

  /** The next one. */
  byte[] next() {
    byte[] bytes = any().clone();
    for (int changes = random.nextInt(6); changes >= 0; changes--) {
      bytes = changed(bytes);
    }
    return bytes;
  }

  private byte[] any() {
    return seeds.get(random.nextInt(seeds.size()));
  }

  private byte[] changed(byte[] bytes) {
    int at = random.nextInt(bytes.length + 1);
    return switch (random.nextInt(8)) {
      case 0 -> flipped(bytes);
      case 1 -> Arrays.copyOf(bytes, Math.max(1, at)); // cut off
      case 2 -> joined(bytes, at, word(), at); // something more
      case 3 -> joined(bytes, at, word(), Math.min(bytes.length, at + 4)); // something else
      case 4 -> spliced(bytes, at, any());
      case 5 -> spliced(bytes, at, bytes); // a part of itself again
      case 6 ->
          joined(bytes, at, new byte[0], Math.min(bytes.length, at + random.nextInt(20))); // less
      default -> referring(bytes);
    };
  }

  private byte[] flipped(byte[] bytes) {
    byte[] all = bytes.clone();
    all[random.nextInt(all.length)] = (byte) random.nextInt();
    return all;
  }

  private byte[] word() {
    int[] word = WORDS[random.nextInt(WORDS.length)];
    byte[] bytes = new byte[word.length];
    for (int i = 0; i < word.length; i++) {
      bytes[i] = (byte) word[i];
    }
    return bytes;
  }

  /* References, which are what makes small messages large, are moved about. */
  private byte[] referring(byte[] bytes) {
    byte[] all = bytes.clone();
    for (int i = 0; i + 5 <= all.length; i++) {
      if (all[i] == 0x71 && all[i + 1] == 0 && all[i + 2] == 0x7e && random.nextInt(3) == 0) {
        all[i + 4] = (byte) random.nextInt(64);
      }
    }
    return all;
  }

  private byte[] spliced(byte[] bytes, int at, byte[] other) {
    int from = random.nextInt(other.length);
    int to = from + random.nextInt(Math.min(400, other.length - from) + 1);
    return joined(bytes, at, Arrays.copyOfRange(other, from, to), at);
  }

  private static byte[] joined(byte[] bytes, int at, byte[] middle, int rest) {
    byte[] all = Arrays.copyOf(bytes, at + middle.length + bytes.length - rest);
    System.arraycopy(middle, 0, all, at, middle.length);
    System.arraycopy(bytes, rest, all, at + middle.length, bytes.length - rest);
    return all.length > MOST_BYTES || all.length == 0 ? bytes : all;
  }
}
