package io.millrace.limit;

/** What was granted a second, from one long wait that was asked for to the end of the next one. Guarded by the limiter's lock. */
final class LongWaits {
  private static final double ALIKE = 0.1;

  /* All that was granted when the last one was asked for, and when that ends. */
  private long total;
  private double since;
  private double pace;

  /** Counts anew: before that, nothing was used. */
  void begin(double at, long granted) {
    since = at;
    total = granted;
  }

  /** A long wait is asked for; whether as much was granted a second as the last time. */
  boolean isAlike(double now, double wait, long granted) {
    double before = pace;
    pace = (granted - total) / (now - since + wait);
    begin(now + wait, granted);
    return Math.abs(pace - before) <= ALIKE * before;
  }

  /** Up to the end of the last one. */
  double pace() {
    return pace;
  }
}
