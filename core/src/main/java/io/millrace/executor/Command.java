package io.millrace.executor;

import io.millrace.engine.terms.Tuned;
import io.millrace.engine.terms.Tuning;
import io.millrace.outcome.Outcome;
import org.jspecify.annotations.Nullable;

/** What was given to {@code execute}: what it throws goes to the handler of uncaught exceptions. */
final class Command extends Tuned implements Executable {
  final Runnable runnable;

  Command(Runnable runnable, Tuning tuning) {
    super(tuning);
    this.runnable = runnable;
  }

  @Override
  protected boolean isUnwanted() {
    return false;
  }

  @Override
  public @Nullable Object attempt() {
    if (!begin()) {
      return null;
    }
    try {
      runnable.run();
    } catch (Throwable uncaught) {
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, uncaught);
    }
    return null;
  }

  @Override
  public void deliver(Outcome<?, ?> outcome) {}
}
