package io.millrace.retention;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;

/**
 * Takes a census at each tenth of a run. It belongs to the one thread that takes the outcomes, and keeps what
 * it finds for the end, because not every entry point hands on what its consumer throws.
 */
final class Watch {
  private static final long SLACK_BYTES = 4 << 20;

  private final int count;
  private final Bounds bounds;
  private final List<String> excesses = new ArrayList<>();
  private int taken;
  private long firstBytes;

  /**
   * What may be alive.
   *
   * @param items of the test's own
   * @param objects of the library
   */
  record Bounds(long items, long objects) {
    /** For a run with so many slots and so large a window; the numbers leave room for any design. */
    static Bounds of(int concurrency, int window) {
      return new Bounds(window + 4L * concurrency + 256, 2_000 + 8L * window + 32L * concurrency);
    }

    /** With so many more objects of the library. */
    Bounds and(long more) {
      return new Bounds(items, objects + more);
    }
  }

  Watch(int count, Bounds bounds) {
    this.count = count;
    this.bounds = bounds;
  }

  /** One more outcome has come. */
  void taken() {
    taken++;
    if (taken % (count / 10) == 0) {
      look();
    }
  }

  private void look() {
    Census census = Census.take();
    if (firstBytes == 0) {
      firstBytes = census.bytes();
    }
    if (census.items() > bounds.items()
        || census.objects() > bounds.objects()
        || census.bytes() > firstBytes + SLACK_BYTES) {
      excesses.add(
          "after %d: %d items, %d objects, %d KB (%s; %s)"
              .formatted(
                  taken,
                  census.items(),
                  census.objects(),
                  census.bytes() >> 10,
                  census.most(),
                  census.largest()));
    }
  }

  /** Fails unless all outcomes came, and never was more alive than may be. */
  void check() {
    assertEquals(count, taken, "outcomes");
    assertEquals(
        "",
        String.join("\n", excesses),
        "at most " + bounds + ", and first " + (firstBytes >> 10) + " KB, should be alive");
  }
}
