package io.millrace;

import io.millrace.base.Suppressing;
import io.millrace.engine.thread.Mishaps;
import io.millrace.outcome.Outcome;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Hands the outcomes of one run to one subscriber, from one platform thread: so signals never overlap,
 * and a subscriber that blocks holds up nobody else.
 */
final class OutcomeSubscription<T extends @Nullable Object, R extends @Nullable Object>
    implements Flow.Subscription {
  private final Supplier<Run<T, R>> starting;
  private final Flow.Subscriber<? super Outcome<T, R>> subscriber;

  /* Added to by request, taken from by the thread. */
  private final AtomicLong demand = new AtomicLong();

  /* Written by cancel and by a bad request, read by the thread. */
  private volatile boolean cancelled;
  private volatile @Nullable IllegalArgumentException badRequest;

  /* Written by the thread, read by cancel. */
  private volatile @Nullable Run<T, R> run;
  private final Thread thread;

  OutcomeSubscription(
      Supplier<Run<T, R>> starting, Flow.Subscriber<? super Outcome<T, R>> subscriber) {
    this.starting = starting;
    this.subscriber = subscriber;
    this.thread = // which needs no carrier: actions that compute may have taken all of them
        Thread.ofPlatform()
            .daemon()
            .name("millrace-publisher")
            .inheritInheritableThreadLocals(false)
            .unstarted(this::publish);
  }

  /** The run starts here, so that the context captured is the subscriber's. */
  void begin() {
    try {
      run = starting.get();
    } catch (Throwable broken) {
      subscriber.onSubscribe(this);
      subscriber.onError(broken);
      return;
    }
    try {
      subscriber.onSubscribe(this);
    } catch (Throwable broken) {
      cancelled = true;
      stopRun();
      throw broken;
    } finally {
      start(Objects.requireNonNull(run));
    }
  }

  /* Without a thread nobody but the caller can end the run, and say why. */
  private void start(Run<T, R> running) {
    try {
      thread.start();
    } catch (Throwable noThread) {
      boolean isHeard = !cancelled;
      cancelled = true;
      closeAfter(noThread, running);
      if (isHeard) {
        subscriber.onError(noThread);
      }
    }
  }

  @Override
  public void request(long n) {
    if (n <= 0) {
      badRequest = new IllegalArgumentException("demand must be at least 1, not " + n);
      stopRun();
    } else {
      demand.accumulateAndGet(n, OutcomeSubscription::addSaturating);
    }
    LockSupport.unpark(thread);
  }

  private static long addSaturating(long a, long b) {
    long sum = a + b;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  @Override
  public void cancel() {
    cancelled = true;
    stopRun();
    LockSupport.unpark(thread);
  }

  /** Wakes the thread if it waits for an outcome. */
  private void stopRun() {
    Run<T, R> running = run;
    if (running != null) {
      running.stop();
    }
  }

  private void publish() {
    Run<T, R> running = run;
    if (running == null) {
      return;
    }
    try (running) {
      Throwable error = drain(running);
      if (!cancelled && error != null) {
        closeAfter(error, running);
        cancelled = true;
        subscriber.onError(error);
      }
    }
  }

  /* Nothing runs any more when the subscriber hears of the error; but hear of it it must. */
  private static void closeAfter(Throwable error, Run<?, ?> running) {
    try {
      running.close();
    } catch (Throwable broken) { // a clock that cannot make a wait
      Suppressing.add(error, broken);
    }
  }

  private @Nullable Throwable drain(Run<T, R> running) {
    while (!cancelled) {
      // What listeners and the subscriber have left: nobody interrupts this thread.
      Thread.interrupted();
      Outcome<T, R> outcome;
      try {
        outcome = running.takeOrNull();
      } catch (Throwable broken) {
        return badRequest == null ? broken : badRequest; // a bad request stops the run
      }
      if (outcome == null) {
        if (badRequest == null) {
          Mishaps.survive(
              running::close); // its source is closed when the subscriber hears of the end
          complete();
        }
        return badRequest;
      }
      if (!awaitDemand()) {
        return badRequest;
      }
      demand.decrementAndGet();
      subscriber.onNext(outcome);
    }
    return null;
  }

  private void complete() {
    if (!cancelled) {
      cancelled = true;
      subscriber.onComplete();
    }
  }

  private boolean awaitDemand() {
    while (demand.get() == 0 && !cancelled && badRequest == null) {
      Thread.interrupted(); // or it would not park
      LockSupport.park(this);
    }
    return !cancelled && badRequest == null;
  }
}
