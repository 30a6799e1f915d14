package io.millrace.process.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random serial forms, as a hostile worker would send them: each is read or refused, within its memory and
 * its time, and runs no code that is not allowed. With {@code -P fuzz} it goes on for ten minutes, and
 * prints what is new: one form of each outcome, for the corpus.
 */
class HostileBytesTest {
  private static final long FUZZ_NANOS = Long.getLong("millrace.fuzz.seconds", 5) * 1_000_000_000;
  private static final boolean PRINT = Boolean.getBoolean("millrace.fuzz.print");
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /* Beside the share: the outline, tables of the reader, what was thrown. */
  private static final long SLACK_BYTES = 64L << 20;

  /* Of the wall, on a busy machine, with a last step. */
  private static final long MOST_NANOS = 20_000_000_000L;

  private final Map<String, byte[]> outcomes = new TreeMap<>();

  @BeforeEach
  void silence() {
    // Initialized by the forms that are made here, not by those that are read.
    assertNotNull(Bytes.of(Canary.WithLambda.ONE));
    Canary.SONGS.set(0);
  }

  private String read(byte[] bytes, Rules rules) throws InterruptedException {
    long start = System.nanoTime();
    long allocated = THREADS.getCurrentThreadAllocatedBytes();
    String outcome;
    try {
      Object read = Bytes.read(bytes, rules);
      outcome = read == null ? "null" : read.getClass().getName();
    } catch (Refusal refusal) {
      outcome = refusal.getMessage();
      assertTrue(outcome.startsWith("the result "), outcome);
    }
    long took = System.nanoTime() - start;
    long memory = THREADS.getCurrentThreadAllocatedBytes() - allocated;
    String form = outcome + ": " + HexFormat.of().formatHex(bytes);
    assertTrue(took < MOST_NANOS, () -> took + " ns for " + form);
    assertTrue(memory < Bytes.SHARE + SLACK_BYTES, () -> memory + " bytes for " + form);
    assertEquals(0, Canary.SONGS.get(), () -> "code has run for " + form);
    return outcome;
  }

  @Test
  @DisplayName("P3: honest values are read as they are")
  void valuesAreRead() throws Exception {
    for (Object value : Mutations.values()) {
      byte[] bytes = Codec.write("result", value, Bytes.RULES);
      assertEquals(value.getClass(), Bytes.read(bytes).getClass());
    }
  }

  @Test
  @Timeout(3600)
  @DisplayName(
      "P2, P3: no random form runs code, takes more than its share of memory, or more than its time")
  void randomForms() throws Exception {
    long end = System.nanoTime() + FUZZ_NANOS;
    long seed = PRINT ? System.nanoTime() : 42;
    Mutations mutations = new Mutations(seed);
    Canary.SONGS.set(0); // They were made.
    Rules lenient = Bytes.allowing(HostileBytesTest.class, StringBuilder.class);
    long forms = 0;
    for (; forms == 0 || System.nanoTime() < end; forms++) {
      byte[] form = mutations.next();
      String outcome = read(form, (forms & 1) == 0 ? Bytes.RULES : lenient);
      String kind = outcome.replaceAll("[0-9]+", "N").replaceAll("\"[^\"]*\"|[^\\x20-\\x7e]+", "");
      if (PRINT && outcomes.size() < 500) {
        outcomes.putIfAbsent(kind.substring(0, Math.min(60, kind.length())), form);
      }
    }
    if (PRINT) {
      System.out.println(forms + " forms with seed " + seed);
      outcomes.forEach((_, form) -> System.out.println("corpus " + HexFormat.of().formatHex(form)));
    }
  }

  @Test
  @DisplayName(
      "P2, P3: the forms that were found before are read or refused within the same bounds")
  void corpus() throws Exception {
    int forms = 0;
    try (var lines =
        new BufferedReader(
            new InputStreamReader(
                HostileBytesTest.class.getResourceAsStream("/hostile-forms.txt"),
                StandardCharsets.US_ASCII))) {
      for (String line : lines.lines().toList()) {
        read(HexFormat.of().parseHex(line), Bytes.RULES);
        forms++;
      }
    }
    assertTrue(forms >= 100, "the corpus is there");
  }

  @Test
  @DisplayName("P3: random descriptions of exceptions are read or refused")
  void randomDescriptions() throws IOException {
    Random random = new Random(42);
    Throwable error = new IOException("gone", new IllegalStateException("because"));
    byte[] good = Thrown.of(error, 1 << 16).bytes();
    for (int round = 0; round < 20_000; round++) {
      byte[] bad = good.clone();
      for (int flips = random.nextInt(4); flips >= 0; flips--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      }
      try {
        assertTrue(List.of(Thrown.read(bad, 1 << 16)).size() == 1);
      } catch (Refusal refusal) {
        assertTrue(refusal.getMessage().contains("exception of a worker"), refusal::getMessage);
      }
    }
  }
}
