package io.millrace.context;

import io.millrace.plan.Context;

/**
 * Captures the contexts of those who submit to one place. Most of them have only the class loader of the thread
 * that made this, so they share one object. Thread-safe.
 */
public final class Capturing {
  private final Context context;
  private final Captured shared = Captured.of(Context.none());
  private final boolean isPlain;

  /** Captures what this says. */
  public Capturing(Context context) {
    this.context = context;
    this.isPlain = context.equals(Context.none());
  }

  /** The calling thread's context. Throws what a carrier throws. */
  public Captured now() {
    return isPlain && shared.hasLoaderOf(Thread.currentThread()) ? shared : Captured.of(context);
  }
}
