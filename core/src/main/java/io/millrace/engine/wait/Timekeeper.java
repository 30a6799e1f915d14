package io.millrace.engine.wait;

import io.millrace.engine.watch.Stripe;
import org.jspecify.annotations.Nullable;

/** Whoever works on items: notes the time meanwhile, and what it is about to do. One thread's own. */
public abstract class Timekeeper {
  /** Where it counts the times of attempts that return; null if nobody wants to know. */
  public final @Nullable Stripe stripe;

  /** The time that was noted last. */
  public long nowNanos;

  protected Timekeeper(@Nullable Stripe stripe) {
    this.stripe = stripe;
  }

  /** Notes the time. A clock that throws ends the run, but leaves nothing undone. */
  public abstract void readClock();

  /** The failure that is about to be settled ends the run: this worker says so next. */
  public abstract void aboutToEndRun();
}
