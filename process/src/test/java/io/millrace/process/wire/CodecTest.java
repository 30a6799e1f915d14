package io.millrace.process.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class CodecTest {
  private static final Rules RULES = new Rules(Rules.VALUES_ONLY, 1 << 20, 100);
  private static final ClassLoader LOADER = CodecTest.class.getClassLoader();

  private static Object read(byte[] bytes) throws Exception {
    return Bytes.read(bytes);
  }

  @Test
  @DisplayName("AX3: bytes that are no serial form are refused, whatever they are")
  void garbageIsRefused() throws Exception {
    byte[] good = Codec.write("result", List.of("a", 1, Set.of(2.0)), RULES);
    assertEquals(List.of("a", 1, Set.of(2.0)), read(good));
    Random random = new Random(42);
    for (int round = 0; round < 20_000; round++) {
      byte[] bad = Arrays.copyOf(good, good.length - random.nextInt(2) * random.nextInt(20));
      for (int flips = random.nextInt(4); flips >= 0; flips--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      }
      readOrRefuse(bad);
    }
  }

  /** Another value may come out of it; any other exception fails the test. */
  private static void readOrRefuse(byte[] bytes) throws Exception {
    try {
      var _ = read(bytes);
    } catch (Refusal refusal) {
      assertTrue(refusal.getMessage().startsWith("the result "), refusal::getMessage);
    }
  }

  @Test
  @DisplayName("AX3: a small message that claims a huge array gets no memory")
  void hugeArraysAreRefused() throws Exception {
    byte[] bytes = Codec.write("result", new long[3], RULES);
    // The length stands right before the elements.
    int length = bytes.length - 3 * Long.BYTES - Integer.BYTES;
    bytes[length] = 0x7f;

    var refusal = assertThrows(Refusal.class, () -> read(bytes));

    assertTrue(refusal.getMessage().contains("larger than it is"), refusal::getMessage);
  }

  @Test
  @DisplayName(
      "AX3: sets in sets are refused by their depth, also by those who trust the other side")
  void hashBombsAreRefused() throws Exception {
    Set<Object> root = new HashSet<>();
    Set<Object> one = root;
    Set<Object> two = new HashSet<>();
    for (int level = 0; level < 120; level++) {
      Set<Object> nextOne = new HashSet<>();
      Set<Object> nextTwo = new HashSet<>();
      nextOne.add("different");
      one.add(nextOne);
      two.add(nextTwo);
      one = nextOne;
      two = nextTwo;
    }
    var bytes = new ByteArrayOutputStream();
    try (var out = new ObjectOutputStream(bytes)) {
      out.writeObject(root);
    }

    var refusal =
        assertThrows(
            Refusal.class, () -> Codec.read("argument", bytes.toByteArray(), RULES, LOADER));

    assertTrue(refusal.getMessage().contains("maxDepth"), refusal::getMessage);
  }
}
