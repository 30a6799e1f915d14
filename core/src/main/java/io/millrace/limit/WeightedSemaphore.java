package io.millrace.limit;

import io.millrace.base.Require;
import io.millrace.limit.spi.Party;
import io.millrace.limit.spi.SemaphoreQueue;
import io.millrace.limit.spi.Waiter;
import io.millrace.limit.spi.Waiting;
import io.millrace.time.TimeSource;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how much of an activity goes on at once: callers take permits before it and give them back
 * afterwards. Thread-safe.
 *
 * {@snippet file="io/millrace/examples/LimitExampleTest.java" region="hold"}
 *
 * <p>Requests are served in the order of their arrival. No request overtakes another one, not even {@code
 * tryAcquire} or a smaller request, so a large request is never starved. Each {@link Party}, such as a run,
 * counts as one waiter: when one of its requests has been served, its next one goes to the end; and it is
 * passed over while it cannot take permits. The permits of a request are taken all together or not at all, so
 * two callers never block each other by holding a part of what each needs.
 *
 * <p>Permits have no owner: any thread may release them. The methods throw {@link IllegalArgumentException}
 * for fewer than 1 permit, and for more than a {@link #bounded} semaphore has, before anything is taken.
 *
 * <p>What a thread did before a release happens-before what follows the acquire that takes its permits.
 */
public final class WeightedSemaphore extends Limit {
  private final Permits permits;
  private final int most;
  private final TimeSource clock;
  private final Pass one = new OnePermit();
  private final SemaphoreQueue queue = new Queue();

  private WeightedSemaphore(int permits, int most, TimeSource clock) {
    this.permits = new Permits(permits, most);
    this.most = most;
    this.clock = Objects.requireNonNull(clock, "clock");
  }

  /**
   * A semaphore that never has more permits than it starts with: it refuses a release of more.
   *
   * @param permits at least 1
   */
  public static WeightedSemaphore bounded(int permits) {
    return bounded(permits, TimeSource.system());
  }

  /** As {@link #bounded(int)}, with timeouts that go by a clock. */
  public static WeightedSemaphore bounded(int permits, TimeSource clock) {
    return new WeightedSemaphore(Require.atLeast("permits", permits, 1), permits, clock);
  }

  /**
   * A semaphore that gets more permits if more are released than were acquired, up to {@link
   * Integer#MAX_VALUE}. A request for more permits than are available waits until enough have been released.
   *
   * @param permits how many there are at first, at least 0
   */
  public static WeightedSemaphore unbounded(int permits) {
    return unbounded(permits, TimeSource.system());
  }

  /** As {@link #unbounded(int)}, with timeouts that go by a clock. */
  public static WeightedSemaphore unbounded(int permits, TimeSource clock) {
    return new WeightedSemaphore(Require.atLeast("permits", permits, 0), Integer.MAX_VALUE, clock);
  }

  /** As {@link #acquire(int)} with 1. */
  public void acquire() throws InterruptedException {
    acquire(1);
  }

  /**
   * Takes permits, waiting for them as long as it takes.
   *
   * @throws InterruptedException if the thread is interrupted before or while it waits; no permit was taken,
   *     and the request delays nobody any more. An interrupt that arrives after the permits were taken stays
   *     set instead
   */
  public void acquire(int permits) throws InterruptedException {
    if (!tryAcquireInThread(permits)) {
      ParkedThread thread = new ParkedThread(clock, () -> release(permits));
      thread.await(this.permits.enqueue(permits, thread, null));
    }
  }

  /** As {@link #tryAcquire(int)} with 1. */
  public boolean tryAcquire() {
    return tryAcquire(1);
  }

  /**
   * Takes permits if they are available and nobody waits; parties that are passed over do not count.
   * Never blocks.
   */
  public boolean tryAcquire(int permits) {
    return this.permits.tryTake(checked(permits), null);
  }

  /** As {@link #tryAcquire(int, Duration)} with 1. */
  public boolean tryAcquire(Duration timeout) throws InterruptedException {
    return tryAcquire(1, timeout);
  }

  /**
   * Takes permits, waiting for them at most this long.
   *
   * @param timeout not negative
   * @return false if the time is up; nothing was taken
   * @throws InterruptedException as in {@link #acquire(int)}
   */
  public boolean tryAcquire(int permits, Duration timeout) throws InterruptedException {
    long nanos = Leaf.nanos(Require.notNegative("timeout", timeout));
    if (tryAcquireInThread(permits)) {
      return true;
    }
    if (nanos == 0) {
      return false;
    }
    ParkedThread thread = new ParkedThread(clock, () -> release(permits));
    return thread.await(this.permits.enqueue(permits, thread, null), nanos);
  }

  private boolean tryAcquireInThread(int permits) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    return tryAcquire(permits);
  }

  /** As {@link #release(int)} with 1. */
  public void release() {
    release(1);
  }

  /**
   * Gives permits back, and offers them to the waiters whose turn it is. Never blocks.
   *
   * @throws IllegalStateException if there would be more permits than a bounded semaphore has, or than
   *     {@link Integer#MAX_VALUE}; nothing was changed
   */
  public void release(int permits) {
    this.permits.give(Require.atLeast("permits", permits, 1));
  }

  /**
   * As {@link #acquire(int)}, for a try-with-resources block, which gives the permits back at its
   * end.
   *
   * @throws InterruptedException as in {@link #acquire(int)}
   */
  public Held hold(int permits) throws InterruptedException {
    acquire(permits);
    return new Held(permits);
  }

  /**
   * Takes permits, calls the body in the calling thread, and gives them back.
   *
   * @throws InterruptedException as in {@link #acquire(int)}; the body was not called
   * @throws Exception what the body throws
   */
  public <R extends @Nullable Object> R holding(int permits, Callable<? extends R> body)
      throws Exception {
    Objects.requireNonNull(body, "body");
    acquire(permits);
    try {
      return body.call();
    } finally {
      release(permits);
    }
  }

  @Override
  public TimeSource clock() {
    return clock;
  }

  @Override
  Pass pass(@Nullable Object item) {
    return one;
  }

  /** The number of available permits. Only a hint while other threads use the semaphore. */
  public int availablePermits() {
    return permits.there();
  }

  /** The number of waiters, threads included. Only a hint while other threads use the semaphore. */
  public int waiters() {
    return permits.waiters();
  }

  @Override
  public String toString() {
    return "WeightedSemaphore[" + availablePermits() + " permits, " + waiters() + " waiting]";
  }

  private int checked(int permits) {
    Require.atLeast("permits", permits, 1);
    if (permits > most) {
      throw new IllegalArgumentException(
          "permits must be at most %d, which is all there are, not %d".formatted(most, permits));
    }
    return permits;
  }

  /**
   * The semaphore as its queue sees it, for schedulers that wait without a thread. SPI: whoever waits in a thread needs only
   * this class's own methods.
   */
  public SemaphoreQueue queue() {
    return queue;
  }

  private final class Queue implements SemaphoreQueue {
    @Override
    public boolean tryAcquire(int permits, Party party) {
      return WeightedSemaphore.this.permits.tryTake(checked(permits), LineParty.of(party));
    }

    @Override
    public Waiting enqueue(int permits, Waiter waiter) {
      return WeightedSemaphore.this.permits.enqueue(
          checked(permits), Objects.requireNonNull(waiter, "waiter"), null);
    }

    @Override
    public Waiting enqueue(int permits, Waiter waiter, Party party) {
      return WeightedSemaphore.this.permits.enqueue(
          checked(permits), Objects.requireNonNull(waiter, "waiter"), LineParty.of(party));
    }
  }

  private final class OnePermit implements Pass {
    @Override
    public boolean tryEnter() {
      return tryAcquire();
    }

    @Override
    public Waiting enqueue(Waiter waiter) {
      return queue.enqueue(1, waiter);
    }

    @Override
    public void end() {
      release();
    }
  }

  /** Permits that are held until {@link #close}. Thread-safe. */
  public final class Held implements AutoCloseable {
    private final int permits;
    /* Set once, by the close that gives the permits back; settles the race of two. */
    private final AtomicBoolean closed = new AtomicBoolean();

    private Held(int permits) {
      this.permits = permits;
    }

    /** Gives the permits back; a second call does nothing. */
    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        release(permits);
      }
    }
  }
}
