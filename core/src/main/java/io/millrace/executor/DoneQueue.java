package io.millrace.executor;

import io.millrace.engine.thread.KnownWaits;
import io.millrace.time.TimeSource;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is done, on its way to the one thread that waits for it; a virtual clock knows of that wait. */
final class DoneQueue<F> {
  private static final Object END = new Object();

  private final BlockingQueue<Object> done = new LinkedBlockingQueue<>();
  private final KnownWaits waits;

  /* How many there were, counted before they can be taken; and how many were taken, the reader's own. */
  private final AtomicLong added = new AtomicLong();
  private long taken;

  /* What the one thread that takes them wants to be run when one comes. */
  private volatile @Nullable Runnable whenAny;

  private final Supplier<@Nullable Home> home;
  private final Predicate<Set<Object>> comesOf;

  /**
   * An empty queue.
   *
   * @param home the executor all of whose workers must not wait here, null if there is none; asked by the thread that
   *     is about to wait without a timeout, and may throw a {@link DeadlockException}
   * @param comesOf whether the next one is there when these tasks have ended; by any thread
   */
  DoneQueue(TimeSource clock, Supplier<@Nullable Home> home, Predicate<Set<Object>> comesOf) {
    this.comesOf = comesOf;
    this.waits = new KnownWaits(clock);
    this.home = home;
  }

  /** The clock that futures go by: that of the first which has a virtual one, or else the real time. */
  static TimeSource clockOf(Collection<?> futures) {
    for (Object each : futures) {
      if (each instanceof ExecutorFuture<?> future && future.clock() != TimeSource.system()) {
        return future.clock();
      }
    }
    return TimeSource.system();
  }

  void add(F one) {
    put(one);
  }

  /** Lets the thread that waits go on: nothing more will come. */
  void close() {
    put(END);
  }

  private void put(Object one) {
    added.incrementAndGet();
    done.add(one);
    waits.wake();
    Runnable told = whenAny;
    if (told != null) {
      told.run();
    }
  }

  /**
   * Runs this when there is one, at once or each time one comes, in place of what was to be run before. For the one
   * thread that takes them.
   */
  void whenAny(Runnable action) {
    whenAny = action;
    if (!done.isEmpty()) {
      action.run();
    }
  }

  /** The next one if it is there. */
  @SuppressWarnings("unchecked")
  @Nullable F poll() {
    Object next = done.poll();
    if (next != null) {
      taken++;
    }
    return next == END ? null : (F) next;
  }

  /** The next one; null if the time is up, or this was closed. */
  @SuppressWarnings("unchecked")
  @Nullable F poll(TimeLimit limit) throws InterruptedException {
    try (OwnWaits.Wait _ = beginWait(limit)) {
      Object next = next(limit);
      if (next != null) {
        taken++;
      }
      return next == END ? null : (F) next;
    }
  }

  private OwnWaits.@Nullable Wait beginWait(TimeLimit limit) throws InterruptedException {
    if (!limit.isNone() || !done.isEmpty()) {
      return null;
    }
    Home own = home.get();
    return own == null ? null : own.ownWaits().begin(awaitingNext());
  }

  /** The next one. Once it is there, the wait for it is over for good, also after it was taken. */
  OwnWaits.Awaited awaitingNext() {
    long before = taken;
    return new OwnWaits.Awaited() {
      @Override
      public boolean isOver() {
        return added.get() != before;
      }

      @Override
      public boolean comesOf(Set<Object> running) {
        return comesOf.test(running);
      }
    };
  }

  private @Nullable Object next(TimeLimit limit) throws InterruptedException {
    if (waits.clock() != TimeSource.system()) {
      if (Thread.interrupted()) {
        throw new InterruptedException(); // also if there is one, as in real time
      }
      waits.await(() -> !done.isEmpty(), limit.left());
      return done.poll();
    }
    return done.poll(limit.left(), TimeUnit.NANOSECONDS);
  }
}
