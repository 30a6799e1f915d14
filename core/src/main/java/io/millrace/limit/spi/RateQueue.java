package io.millrace.limit.spi;

import org.jspecify.annotations.Nullable;

/**
 * The queue of a rate limiter, for schedulers that wait for permits without a thread, as a run does: {@link
 * io.millrace.limit.RateLimiter#queue}. The limiter's own methods, which wait in the calling thread, stand in the same queue.
 * Thread-safe. The methods throw what the limit's key and cost functions throw.
 */
public interface RateQueue {
  /**
   * The demand of an attempt on this item, for callers that wait without blocking a thread. Calls
   * each of the limit's functions once.
   */
  Demand demand(@Nullable Object item);

  /**
   * Takes what is demanded if it is available and nobody waits for it; waiters that are put off do
   * not count. Never blocks. With a circuit breaker that lets calls fail, look at {@link Demand#refusal} before
   * the call.
   */
  boolean tryTake(Demand demand);

  /**
   * As {@link #tryTake(Demand)}, for a member of a party. It does not overtake the party's own
   * waiters either, even if they are put off.
   */
  boolean tryTake(Demand demand, Party party);

  /**
   * As {@link #tryTake(Demand)}, for callers that know the time.
   *
   * @param now what the limiter's clock said just now: the permits are taken as of then
   */
  boolean tryTake(Demand demand, long now);

  /** As {@link #tryTake(Demand, Party)}, for callers that know the time. */
  boolean tryTake(Demand demand, long now, Party party);

  /**
   * Enqueues a waiter for what is demanded. The waiter is offered it when its turn and time come;
   * that may be before this method returns, in the calling thread.
   */
  Waiting enqueue(Demand demand, Waiter waiter);

  /** As {@link #enqueue(Demand, Waiter)}, for a waiter of a party. */
  Waiting enqueue(Demand demand, Waiter waiter, Party party);

  /**
   * Undoes the last take of a demand that led to no call, and serves the waiters that can go now.
   * The take is undone as far as the limit allows: there are never more starts than if the permits
   * had not been taken. Does nothing if nothing was taken, or if it was given back already.
   *
   * @param demand what was taken, with {@code tryTake} or by a waiter
   */
  void giveBack(Demand demand);

  /**
   * The earliest time, by the limiter's clock, at which the demand could be granted if everybody
   * else left the queue; the current time if that is possible now. Permits can be available earlier
   * if the limit settles costs or learns from answers; and if it is changed, or somebody gives permits back, of which
   * {@link #onEarlier} tells.
   */
  long earliest(Demand demand);

  /**
   * Adds a listener that runs after each change of the limit, and after permits were given back: so permits may come
   * earlier than {@link #earliest} said before. It runs in the thread that does so, without a lock, so it must be quick
   * and not block. What it throws is logged. Whoever acts on a time asks for it again when the listener is added.
   *
   * @return closing it removes the listener
   */
  Registration onEarlier(Runnable listener);

  /** Whether the limit has functions that {@link #demand} calls. */
  boolean looksAtItems();

  /** Whether {@link #settle} can change anything. */
  boolean settles();

  /**
   * Corrects what a successful attempt took, as {@link io.millrace.plan.Cost#settling} says: what it did not need is
   * available to others at once, and what it needed beyond its cost is owed. Does nothing if the
   * limit settles nothing.
   *
   * @param demand what was taken for the attempt
   * @param value the attempt's result
   */
  void settle(Demand demand, @Nullable Object item, @Nullable Object value);

  /** Whether a {@link Demand#refusal} is possible. */
  boolean refuses();

  /** Whether all demands stand in one line: the limit is not per key, or has parts that all keys share. */
  boolean hasOneLine();

  /** The line in which a demand stands: no demand waits because of those in other lines. Some keys may share one. */
  int line(Demand demand);

  /** Whether {@link #answered} can change anything. */
  boolean learns();

  /**
   * Tells the limit what came of an attempt, if it is one that learns from answers. Never throws.
   *
   * @param demand what was taken for the attempt
   * @param result what the attempt returned; null if it threw
   * @param error what the attempt threw; null if it returned
   */
  void answered(Demand demand, @Nullable Object result, @Nullable Throwable error);

  /** A listener of {@link #onEarlier}; closing removes it. Thread-safe. */
  interface Registration extends AutoCloseable {
    @Override
    void close();
  }
}
