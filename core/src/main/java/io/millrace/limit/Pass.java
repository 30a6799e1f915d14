package io.millrace.limit;

import io.millrace.base.Suppressing;
import io.millrace.limit.spi.Waiter;
import io.millrace.limit.spi.Waiting;
import io.millrace.time.TimeSource;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What one call asks of a limit: to be let through, now or later, then to begin, then to end. */
interface Pass {
  /** Lets the call through if it need not wait. Never blocks. */
  boolean tryEnter();

  /** Queues up to be let through. */
  Waiting enqueue(Waiter waiter);

  /** The call that was let through begins. */
  default void begin() {}

  /** The call has come to this. */
  default void answered(@Nullable Object result, @Nullable Throwable error) {}

  /** The call is over. */
  default void end() {}

  /** The call that was let through is not made. */
  default void giveBack() {
    end();
  }

  /** Whether it is certain that the call is not let through by then, whatever others do. */
  default boolean isHopeless(long deadline) {
    return false;
  }

  /** Waits until the call is let through. */
  default void enter(TimeSource clock) throws InterruptedException {
    if (!tryEnterInThread()) {
      ParkedThread thread = new ParkedThread(clock, this::giveBack);
      thread.await(enqueue(thread));
    }
  }

  /** Waits until the call is let through, or the time is up. */
  default boolean enter(TimeSource clock, long nanos) throws InterruptedException {
    if (tryEnterInThread()) {
      return true;
    }
    if (nanos == 0 || isHopeless(clock.nanoTime() + nanos)) {
      return false;
    }
    ParkedThread thread = new ParkedThread(clock, this::giveBack);
    return thread.await(enqueue(thread), nanos);
  }

  private boolean tryEnterInThread() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    return tryEnter();
  }

  /** Makes the call in the calling thread, as soon as it is let through. */
  default <R extends @Nullable Object> R call(TimeSource clock, Callable<? extends R> body)
      throws Exception {
    enter(clock);
    beginOrGiveBack();
    R value;
    try {
      value = body.call();
    } catch (Throwable thrown) {
      endAfter(thrown);
      throw thrown;
    }
    answered(value, null);
    end();
    return value;
  }

  /** Begins; if that fails, what was taken goes back, so that others can go on. */
  default void beginOrGiveBack() {
    try {
      begin();
    } catch (Throwable broken) {
      try {
        giveBack();
      } catch (Throwable again) {
        Suppressing.add(broken, again);
      }
      throw broken;
    }
  }

  /* The caller gets what the body threw. */
  private void endAfter(Throwable thrown) {
    try {
      answered(null, thrown);
      end();
    } catch (Throwable broken) {
      Suppressing.add(thrown, broken);
    }
  }

  /** As {@link #call}, for a body and a caller that know no checked exceptions. */
  default <R extends @Nullable Object> R get(TimeSource clock, Supplier<? extends R> body) {
    try {
      enter(clock);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      var cancelled =
          new CancellationException("interrupted while waiting for a limit: not called");
      cancelled.initCause(interrupted);
      throw cancelled;
    }
    beginOrGiveBack();
    R value;
    try {
      value = body.get();
    } catch (Throwable thrown) {
      endAfter(thrown);
      throw thrown;
    }
    answered(value, null);
    end();
    return value;
  }
}
