package io.millrace.bench.peer;

/** A rate limiter that several threads or tasks wait for. */
public interface Pacer {
  /** How many wait at once. */
  int WAITING = 8;

  String name();

  /**
   * Starts something so many times, through a limiter of its own.
   *
   * @param start is thread-safe
   * @return how many wake-ups that took; NaN where nobody knows
   */
  double run(Pace pace, int times, Runnable start) throws Exception;
}
