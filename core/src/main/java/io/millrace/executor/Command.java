package io.millrace.executor;

import io.millrace.context.Captured;
import io.millrace.engine.terms.Tuning;
import io.millrace.outcome.Outcome;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What was given to {@code execute}: what it throws goes to the handler of uncaught exceptions. */
final class Command extends Submitted {
  final Runnable runnable;
  private final Home home;
  private final Captured captured;

  Command(Home home, Runnable runnable, Captured captured, Tuning tuning) {
    super(tuning);
    this.home = home;
    this.runnable = runnable;
    this.captured = captured;
  }

  @Override
  protected boolean isUnwanted() {
    return false;
  }

  @Override
  @Nullable Object attempt() {
    if (!begin()) {
      return null;
    }
    try {
      captured.<@Nullable Object>call(
          () -> {
            runnable.run();
            return null;
          });
    } catch (Throwable uncaught) {
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, uncaught);
    }
    return null;
  }

  @Override
  public void deliver(Outcome<?, ?> outcome) {
    leave();
  }

  /* Nobody waits for it: it does not begin any more, or runs on. */
  @Override
  void expire(TimeoutException late) {
    if (takeBack()) {
      home.withdraw(this);
      leave();
    }
  }

  @Override
  void drop(RejectedExecutionException why) {
    leave();
  }
}
