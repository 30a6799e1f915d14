package io.millrace.engine.wait;

/** Whoever works on items: notes the time meanwhile, and what it is about to do. One thread's own. */
public abstract class Timekeeper {
  /** The time that was noted last. */
  public long nowNanos;

  /** Notes the time. A clock that throws ends the run, but leaves nothing undone. */
  public abstract void readClock();

  /** The failure that is about to be settled ends the run: this worker says so next. */
  public abstract void aboutToEndRun();
}
