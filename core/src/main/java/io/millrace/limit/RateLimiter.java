package io.millrace.limit;

import io.millrace.base.Require;
import io.millrace.plan.Cost;
import io.millrace.plan.RateLimit;
import io.millrace.plan.RateLimit.PerKey;
import io.millrace.plan.RateLimit.Unlimited;
import io.millrace.time.TimeSource;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Enforces a {@link RateLimit} on everybody who shares it: runs, plain threads, asynchronous code.
 * Thread-safe.
 *
 * {@snippet file="io/millrace/examples/LimitExampleTest.java" region="rate"}
 *
 * <p>Requests with the same key are served in the order of their arrival. No request overtakes another one,
 * not even with a smaller cost. Each {@link Party}, such as a run, counts as one waiter: when one of its
 * requests has been served, its next one goes to the end of the queue. While it cannot take a permit, it is
 * passed over and keeps its place. Each waiter is woken when its own permit is available, and not before. The
 * methods throw what the limit's key and cost functions throw, {@link NullPointerException} for a null key,
 * and {@link IllegalArgumentException} for a cost above the limit's capacity, before anything is taken.
 *
 * <p>A waiter uses its permit a little after the permit is due, because a wake-up takes time. To keep the
 * rate, a token bucket makes up for this lateness, up to 5 ms or the time of one permit, whichever is longer:
 * starts that wake-ups have delayed follow each other more closely. So at most {@code burst + rate * (t +
 * lateness)} permits are taken in any time {@code t}. A bucket does not make up for a time in which nobody
 * waited. It makes up for nothing if the burst exceeds the cost by at least what flows in during the lateness;
 * then the bound is {@code burst + rate * t}. Windows and spacings make up for nothing: they hold from grant
 * to grant.
 */
public final class RateLimiter extends Limit {
  private final RateLimit limit;
  private final TimeSource clock;
  private final Leaves leaves;
  private final @Nullable Function<@Nullable Object, ?> keys;
  private final Turnstile turnstile;
  /* Neither keys nor costs are asked for. */
  private final boolean plain;
  /* What every attempt demands if nothing is limited, so that nothing is ever given back. */
  private final @Nullable Demand everyDemand;

  private RateLimiter(RateLimit limit, TimeSource clock) {
    this.limit = Objects.requireNonNull(limit, "limit");
    this.clock = Objects.requireNonNull(clock, "clock");
    leaves = new Leaves(limit);
    long start = clock.nanoTime();
    PerKey perKey = limit.perKey().orElse(null);
    if (perKey != null) {
      keys = perKey.key();
      turnstile =
          new Turnstile(
              clock, start, self -> new KeyedGates(leaves, self, perKey.idleKeys(), start));
      plain = false;
    } else {
      keys = null;
      turnstile = new Turnstile(clock, start, self -> new OneGate(leaves.gate(self, start)));
      plain = leaves.unitCosts();
    }
    everyDemand = limit instanceof Unlimited ? new Demand(null, leaves.costs(null)) : null;
  }

  /** A limiter in real time, which starts with all its permits. */
  public static RateLimiter of(RateLimit limit) {
    return of(limit, TimeSource.system());
  }

  /** A limiter that goes by a clock, and starts with all its permits. */
  public static RateLimiter of(RateLimit limit, TimeSource clock) {
    return new RateLimiter(limit, clock);
  }

  @Override
  public TimeSource clock() {
    return clock;
  }

  /** The limit that this limiter enforces. */
  public RateLimit limit() {
    return limit;
  }

  /** As {@link #acquireFor(Object)} with null. */
  public void acquire() throws InterruptedException {
    acquireFor(null);
  }

  /**
   * Takes the permits for an attempt, waiting for them as long as it takes.
   *
   * @param item what the limit's key and cost functions are asked about
   * @throws InterruptedException if the thread is interrupted before or while it waits; nothing was
   *     taken. An interrupt that arrives after the permits were taken stays set instead
   */
  public void acquireFor(@Nullable Object item) throws InterruptedException {
    checkInterrupt();
    pass(item).enter(clock);
  }

  /** As {@link #tryAcquireFor(Object)} with null. */
  public boolean tryAcquire() {
    return tryTake(demand(null));
  }

  /**
   * Takes the permits for an attempt if they are available and nobody waits for them. Never blocks.
   *
   * @param item as in {@link #acquireFor(Object)}
   */
  public boolean tryAcquireFor(@Nullable Object item) {
    return tryTake(demand(item));
  }

  /** As {@link #tryAcquireFor(Object, Duration)} with null. */
  public boolean tryAcquire(Duration timeout) throws InterruptedException {
    return tryAcquireFor(null, timeout);
  }

  /**
   * Takes the permits for an attempt, waiting for them at most this long.
   *
   * @param timeout not negative
   * @return false if the time is up; nothing was taken. False at once if the permits cannot be
   *     available in time, whatever others do; for a limit that settles costs, that is never
   *     certain
   * @throws InterruptedException as in {@link #acquireFor(Object)}
   */
  public boolean tryAcquireFor(@Nullable Object item, Duration timeout)
      throws InterruptedException {
    long nanos = Leaf.nanos(Require.notNegative("timeout", timeout));
    checkInterrupt();
    return pass(item).enter(clock, nanos);
  }

  /* Before user code is asked for key and cost. */
  private static void checkInterrupt() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  /**
   * Pauses the limiter for all keys: nobody is granted a permit for this long, neither waiters nor
   * those who come later. Of several pauses, the one that ends last counts. After it one call
   * starts, and the others follow at the pace of the limit, without a burst.
   *
   * @param duration not negative; zero does nothing
   */
  public void pause(Duration duration) {
    long nanos = Leaf.nanos(Require.notNegative("duration", duration));
    if (nanos > 0) {
      turnstile.pauseAll(nanos);
    }
  }

  /**
   * As {@link #pause(Duration)}, but for the item's key only; for everybody if the limit is not per
   * key.
   */
  public void pause(@Nullable Object item, Duration duration) {
    long nanos = Leaf.nanos(Require.notNegative("duration", duration));
    Key key = keyOf(item);
    if (nanos > 0) {
      turnstile.pause(key, nanos);
    }
  }

  /**
   * The number of waiters, of all keys, threads included. Only a hint while other threads use the limiter. For a limit
   * per key, this looks at all keys.
   */
  public int waiters() {
    return turnstile.waiters();
  }

  /** How many keys are remembered; 0 for a limit that is not per key. */
  public int keys() {
    return turnstile.keys();
  }

  /**
   * The demand of an attempt on this item, for callers that wait without blocking a thread. Calls
   * each of the limit's functions once.
   */
  public Demand demand(@Nullable Object item) {
    return everyDemand != null ? everyDemand : new Demand(keyOf(item), leaves.costs(item));
  }

  private @Nullable Key keyOf(@Nullable Object item) {
    return keys == null
        ? null
        : Key.of(
            Objects.requireNonNull(keys.apply(item), "the key of a rate limit must not be null"));
  }

  @Override
  Pass pass(@Nullable Object item) {
    Demand demand = demand(item);
    return new Pass() {
      @Override
      public boolean tryEnter() {
        return tryTake(demand);
      }

      @Override
      public Waiting enqueue(Waiter waiter) {
        return RateLimiter.this.enqueue(demand, waiter);
      }

      @Override
      public void answered(@Nullable Object result, @Nullable Throwable error) {
        RateLimiter.this.answered(demand, result, error);
      }

      @Override
      public void giveBack() {
        RateLimiter.this.giveBack(demand);
      }

      @Override
      public boolean isHopeless(long deadline) {
        return !settles() && earliest(demand) - deadline > 0;
      }
    };
  }

  /**
   * Takes what is demanded if it is available and nobody waits for it; waiters that are put off do
   * not count. Never blocks.
   */
  public boolean tryTake(Demand demand) {
    return turnstile.tryTake(demand, null);
  }

  /**
   * As {@link #tryTake(Demand)}, for a member of a party. It does not overtake the party's own
   * waiters either, even if they are put off.
   */
  public boolean tryTake(Demand demand, Party party) {
    return turnstile.tryTake(demand, Objects.requireNonNull(party, "party"));
  }

  /**
   * As {@link #tryTake(Demand)}, for callers that know the time.
   *
   * @param now what the limiter's clock said just now: the permits are taken as of then
   */
  public boolean tryTake(Demand demand, long now) {
    return turnstile.tryTake(demand, now, null);
  }

  /** As {@link #tryTake(Demand, Party)}, for callers that know the time. */
  public boolean tryTake(Demand demand, long now, Party party) {
    return turnstile.tryTake(demand, now, Objects.requireNonNull(party, "party"));
  }

  /**
   * Enqueues a waiter for what is demanded. The waiter is offered it when its turn and time come;
   * that may be before this method returns, in the calling thread.
   */
  public Waiting enqueue(Demand demand, Waiter waiter) {
    return turnstile.enqueue(demand, Objects.requireNonNull(waiter, "waiter"), null);
  }

  /** As {@link #enqueue(Demand, Waiter)}, for a waiter of a party. */
  public Waiting enqueue(Demand demand, Waiter waiter, Party party) {
    return turnstile.enqueue(
        demand, Objects.requireNonNull(waiter, "waiter"), Objects.requireNonNull(party, "party"));
  }

  /**
   * Undoes the last take of a demand that led to no call, and serves the waiters that can go now.
   * The take is undone as far as the limit allows: there are never more starts than if the permits
   * had not been taken. Does nothing if nothing was taken, or if it was given back already.
   *
   * @param demand what was taken, with {@code tryTake} or by a waiter
   */
  public void giveBack(Demand demand) {
    turnstile.giveBack(demand);
  }

  /**
   * The earliest time, by the limiter's clock, at which the demand could be granted if everybody
   * else left the queue; the current time if that is possible now. Permits can be available earlier
   * if the limit settles costs, or if somebody gives permits back.
   */
  public long earliest(Demand demand) {
    return turnstile.earliest(demand);
  }

  /** Whether the limit has functions that {@link #demand} calls. */
  public boolean looksAtItems() {
    return !plain;
  }

  /** Whether {@link #settle} can change anything. */
  public boolean settles() {
    return leaves.settling();
  }

  /**
   * Corrects what a successful attempt took, as {@link Cost#settling} says: what it did not need is
   * available to others at once, and what it needed beyond its cost is owed. Does nothing if the
   * limit settles nothing.
   *
   * @param demand what was taken for the attempt
   * @param value the attempt's result
   */
  public void settle(Demand demand, @Nullable Object item, @Nullable Object value) {
    if (leaves.settling()) {
      turnstile.settle(demand, leaves.excess(demand, item, value));
    }
  }

  /** Whether {@link #answered} can change anything. */
  public boolean learns() {
    return leaves.learning();
  }

  /**
   * Tells the limit what came of an attempt, if it is one that learns from answers. Never throws.
   *
   * @param demand what was taken for the attempt
   * @param result what the attempt returned; null if it threw
   * @param error what the attempt threw; null if it returned
   */
  public void answered(Demand demand, @Nullable Object result, @Nullable Throwable error) {
    if (leaves.learning()) {
      turnstile.answered(demand, leaves.answers(result, error, clock));
    }
  }

  @Override
  public String toString() {
    return "RateLimiter[" + limit + "]";
  }
}
