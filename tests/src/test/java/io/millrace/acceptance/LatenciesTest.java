package io.millrace.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.outcome.Latencies;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The histogram of a monitor. */
class LatenciesTest {
  private static Latencies of(long... nanos) {
    long[] counts = new long[Latencies.places()];
    for (long each : nanos) {
      counts[Latencies.place(each)]++;
    }
    return Latencies.of(counts);
  }

  @Test
  @DisplayName("M13: every percentile is at least the exact one, and at most 1/64 above it")
  void error() {
    Random random = new Random(7);
    for (int round = 0; round < 300; round++) {
      long[] nanos =
          random.longs(1 + random.nextInt(500), 0, 1L << (1 + random.nextInt(43))).toArray();
      Latencies latencies = of(nanos);
      Arrays.sort(nanos);
      assertEquals(nanos.length, latencies.count());
      for (double percent : new double[] {0.001, 1, 50, 90, 99, 99.9, 100}) {
        int rank = (int) Math.max(1, Math.ceil(percent / 100 * nanos.length));
        long exact = nanos[rank - 1];
        long shown = latencies.percentile(percent).toNanos();
        assertTrue(
            exact <= shown && shown - exact <= exact / 64.0, () -> exact + " shown as " + shown);
      }
      assertEquals(latencies.percentile(100), latencies.max());
    }
  }

  @Test
  @DisplayName(
      "M13: each place is used, one after the other; what is out of range counts at its end")
  void places() {
    int last = -1;
    for (long nanos = 0; nanos < 1_000_000; nanos++) {
      int place = Latencies.place(nanos);
      assertTrue(place == last || place == last + 1);
      last = place;
    }
    assertEquals(Latencies.places() - 1, Latencies.place(Long.MAX_VALUE));
    assertEquals(0, Latencies.place(-1));
    assertEquals(0, of(0).percentile(50).toNanos());
  }

  @Test
  @DisplayName("M13: the counts make the same histogram again, and are the caller's own")
  void counts() {
    Latencies latencies = of(3, 3, 500);
    long[] counts = latencies.counts();
    assertEquals(latencies.toString(), Latencies.of(counts).toString());
    assertEquals(2, counts[3]);
    counts[3] = 99;
    assertEquals(3, latencies.count());
  }

  @Test
  @DisplayName("M13: of two snapshots, the difference is what came between")
  void since() {
    Latencies before = of(1, 100, 1_000_000);
    Latencies after = of(1, 1, 100, 1_000_000, 2_000_000);
    assertEquals(2, after.since(before).count());
    assertEquals(Latencies.place(2_000_000), Latencies.place(after.since(before).max().toNanos()));
    assertEquals(0, before.since(before).count());
    assertEquals(after.toString(), before.plus(after.since(before)).toString());
    assertEquals(1, after.since(before).within(Duration.ofMillis(1)));
  }

  @Test
  @DisplayName("A51: nonsense is refused")
  void nonsense() {
    for (double percent : new double[] {0, -1, 100.1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThrows(IllegalArgumentException.class, () -> Latencies.NONE.percentile(percent));
    }
    assertThrows(
        IllegalArgumentException.class, () -> Latencies.of(new long[Latencies.places() + 1]));
    assertThrows(IllegalArgumentException.class, () -> Latencies.NONE.within(Duration.ofNanos(-1)));
  }
}
