package io.millrace.executor;

import io.millrace.base.Warnings;
import io.millrace.context.Captured;
import io.millrace.engine.terms.Tuning;
import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Success;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What was given to {@code execute}, or an asynchronous stage: what it throws goes to the handler of uncaught
 * exceptions. If it is not run, the future that it stands for does not stay pending.
 */
final class Command extends Submitted {
  final Runnable runnable;
  private final Home home;
  private final Captured captured;
  private final @Nullable StageFuture stage;

  /* Of the worker that runs it. */
  private boolean hasThrown;

  /**
   * A command.
   *
   * @param stage the future of the stage that this is; null if it is none
   */
  Command(
      Home home, Runnable runnable, Captured captured, Tuning tuning, @Nullable StageFuture stage) {
    super(tuning);
    this.home = home;
    this.runnable = runnable;
    this.captured = captured;
    this.stage = stage;
  }

  /** Whether somebody has the future of this stage, and nobody the command. */
  boolean isStage() {
    return stage != null;
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
      hasThrown = true;
      if (stage != null) {
        stage.fail(uncaught); // it was not run: its context could not be installed
        return null;
      }
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, uncaught);
    }
    return null;
  }

  @Override
  public boolean hasSucceeded() {
    return !hasThrown && super.hasSucceeded();
  }

  @Override
  public void deliver(Outcome<?, ?> outcome) {
    leave();
    switch (outcome) {
      case Success<?, ?> _ -> {}
      case Failure<?, ?>(var _, var error, var _) -> fail(error);
      case NotRun<?, ?> _ -> cutOff();
    }
  }

  @Override
  boolean hasDependents() {
    return stage != null || runnable instanceof Future<?>;
  }

  /* Nobody waits for it: it does not begin any more, or runs on. */
  @Override
  void expire(TimeoutException late) {
    if (takeBack()) {
      home.withdraw(this);
      leave();
      fail(late);
    }
  }

  @Override
  void drop(RejectedExecutionException why) {
    leave();
    fail(why);
  }

  @Override
  void cutOff() {
    if (hasDependents()) { // an error for each of a million commands takes seconds
      fail(cutOffBy(home.error()));
    }
  }

  private static void cancel(Future<?> future) {
    try {
      future.cancel(false);
    } catch (Throwable broken) {
      Warnings.log(Command.class, "a command could not be cancelled", broken);
    }
  }

  /* Nothing happens to a future that is done: what was run has completed it. */
  private void fail(Throwable error) {
    if (stage != null) {
      stage.fail(error);
    } else if (runnable instanceof Future<?> future) {
      cancel(future);
    }
  }
}
