package io.millrace.limit;

/** How many attempts were granted lately, in cells of 20 ms over 5 s. Guarded by the limiter's lock. */
final class RecentGrants {
  /** What is remembered, in seconds. */
  static final double SPAN = 5;

  private static final double CELL = 0.02;
  private static final int CELLS = 256;

  private static final long[] NONE = {};

  /* How many there were when each cell began; made at the first grant. */
  private long[] totals = NONE;
  private long cell;
  private long total;

  void add(double now) {
    if (total == 0) {
      totals = new long[CELLS];
      cell = (long) (now / CELL);
    }
    reach(now);
    total++;
  }

  /** All there ever were. */
  long total() {
    return total;
  }

  /** Granted a second since a time, which is before now. */
  double since(double from, double now) {
    if (total == 0) {
      return 0;
    }
    reach(now);
    long first = Math.max(Math.max(0, cell - CELLS + 1), (long) Math.ceil(from / CELL));
    if (first >= cell) {
      return 0;
    }
    return (total - totals[(int) (first % CELLS)]) / (now - first * CELL);
  }

  private void reach(double now) {
    long reached = Math.max(cell, (long) (now / CELL));
    for (long next = Math.max(cell + 1, reached - CELLS + 1); next <= reached; next++) {
      totals[(int) (next % CELLS)] = total;
    }
    cell = reached;
  }
}
