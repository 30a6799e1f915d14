package io.millrace.limit;

/**
 * Tells a server that is broken from one of which a part of the answers fails all the time: so many in a row have to fail as
 * are unlikely by that part. Guarded by the limiter's lock.
 */
final class Outage {
  private static final int LEAST = 5;
  private static final double UNLIKELY = 1e-4;
  private static final double MOST = 0.5;
  /* More answers than these fade. */
  private static final int MEMORY = 1_000;

  /* Failures since the last other answer; they are not counted among the answers yet. */
  private int inARow;
  private double answers = 1;
  private double failures;

  void failed() {
    inARow++;
  }

  /** An answer that is no failure. */
  void answered() {
    int usual =
        isLikely() ? 0 : inARow; // what fails while it is broken says nothing of other times
    answers += usual + 1;
    failures += usual;
    inARow = 0;
    if (answers > MEMORY) {
      answers /= 2;
      failures /= 2;
    }
  }

  /** Whether the last answer has failed. */
  boolean isFailing() {
    return inARow > 0;
  }

  /** The part of the answers that fails all the time. */
  double usual() {
    return Math.min(MOST, failures / answers);
  }

  /** Whether so many have failed in a row that the server is taken to be broken. */
  boolean isLikely() {
    return inARow >= LEAST && Math.pow(usual(), inARow) <= UNLIKELY;
  }

  /** From 0.75 to 1.25, so that many clients do not come back together. */
  static double spread(double now) {
    long bits = Double.doubleToLongBits(now) * 0x9E3779B97F4A7C15L;
    return 0.75 + 0.5 * ((bits >>> 11) * 0x1p-53);
  }
}
