package io.millrace.bench.peer;

import java.util.Arrays;

/** How long each of so many results was held back. Each item is ended by one thread, and then taken by another. */
final class HeldBack {
  private final long[] nanos;

  HeldBack(int items) {
    nanos = new long[items];
  }

  void ended(int item) {
    nanos[item] = System.nanoTime();
  }

  void taken(int item) {
    nanos[item] = System.nanoTime() - nanos[item];
  }

  /** 99 of 100 at most. */
  double millis() {
    Arrays.sort(nanos);
    return nanos[(int) (nanos.length * 0.99)] / 1e6;
  }
}
