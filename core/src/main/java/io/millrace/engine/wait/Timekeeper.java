package io.millrace.engine.wait;

/** Whoever works on items, and notes the time meanwhile. One thread's own. */
public abstract class Timekeeper {
  /** The time that was noted last. */
  public long nowNanos;

  /** Notes the time. A clock that throws ends the run, but leaves nothing undone. */
  public abstract void readClock();
}
