package io.millrace.limit;

import io.millrace.base.Require;
import io.millrace.plan.Cost;
import io.millrace.plan.RateLimit;
import io.millrace.plan.RateLimit.PerKey;
import io.millrace.time.Clock;
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
 * <p>Who asks first is served first, among those with the same key; nobody overtakes, not even with a
 * smaller cost. Each waiter is woken when its own permit is there, and not before. The methods throw
 * what the limit's key and cost functions throw, {@link NullPointerException} for a null key, and
 * {@link IllegalArgumentException} for a cost above the limit's capacity, before anything is taken.
 *
 * <p>A permit is used a little after it is due, because a wake-up takes its time. So that this costs
 * no rate, a token bucket makes up for up to one permit: the start after a late one may be closer to it
 * than their permits are to each other. In any whole number of permits' time no more start than the
 * limit says; if the burst is at least one permit above the cost, in any time at all. A window and a
 * spacing make up for nothing: they hold from grant to grant.
 */
public final class RateLimiter extends Limit {
  private final RateLimit limit;
  private final Clock clock;
  private final Leaves leaves;
  private final @Nullable Function<@Nullable Object, ?> keys;
  private final Turnstile turnstile;
  /* What every attempt demands, if there are neither keys nor costs. */
  private final @Nullable Demand everyDemand;

  private RateLimiter(RateLimit limit, Clock clock) {
    this.limit = Objects.requireNonNull(limit, "limit");
    this.clock = Objects.requireNonNull(clock, "clock");
    leaves = new Leaves(limit);
    long start = clock.nanoTime();
    if (limit instanceof PerKey perKey) {
      keys = perKey.key();
      turnstile = new Turnstile(clock, new KeyedGates(leaves, perKey.idleKeys()), start);
      everyDemand = null;
    } else {
      keys = null;
      turnstile = new Turnstile(clock, new OneGate(leaves.gate(start)), start);
      everyDemand = leaves.unitCosts() ? new Demand(null, leaves.costs(null)) : null;
    }
  }

  /** A limiter in real time, with all permits there. */
  public static RateLimiter of(RateLimit limit) {
    return of(limit, Clock.system());
  }

  /** A limiter that goes by a clock, with all permits there. */
  public static RateLimiter of(RateLimit limit, Clock clock) {
    return new RateLimiter(limit, clock);
  }

  @Override
  public Clock clock() {
    return clock;
  }

  /** What is enforced. */
  public RateLimit limit() {
    return limit;
  }

  /** As {@link #acquire(Object)} with null. */
  public void acquire() throws InterruptedException {
    acquire(null);
  }

  /**
   * Takes the permits for an attempt, waiting for them as long as it takes.
   *
   * @param item what the limit's key and cost functions are asked about
   * @throws InterruptedException if the thread is or gets interrupted; nothing was taken. An interrupt
   *     that comes when the permits are taken already stays set instead
   */
  public void acquire(@Nullable Object item) throws InterruptedException {
    Demand demand = demandOfThread(item);
    if (!tryTake(demand)) {
      ParkedThread thread = new ParkedThread(clock);
      thread.await(enqueue(demand, thread));
    }
  }

  /** As {@link #tryAcquire(Object)} with null. */
  public boolean tryAcquire() {
    return tryTake(demand(null));
  }

  /**
   * Takes the permits for an attempt if they are there and nobody waits for them. Never blocks.
   *
   * @param item as in {@link #acquire(Object)}; a duration is taken for the timeout of {@link
   *     #tryAcquire(Duration)}, unless it is cast
   */
  public boolean tryAcquire(@Nullable Object item) {
    return tryTake(demand(item));
  }

  /** As {@link #tryAcquire(Object, Duration)} with null. The duration is never taken for an item. */
  public boolean tryAcquire(Duration timeout) throws InterruptedException {
    return tryAcquire(null, timeout);
  }

  /**
   * Takes the permits for an attempt, waiting for them at most this long.
   *
   * @param timeout not negative
   * @return false if the time is up; nothing was taken
   * @throws InterruptedException as in {@link #acquire(Object)}
   */
  public boolean tryAcquire(@Nullable Object item, Duration timeout) throws InterruptedException {
    long nanos = Leaf.nanos(Require.notNegative("timeout", timeout));
    Demand demand = demandOfThread(item);
    if (tryTake(demand)) {
      return true;
    }
    if (nanos == 0) {
      return false;
    }
    ParkedThread thread = new ParkedThread(clock);
    return thread.await(enqueue(demand, thread), nanos);
  }

  private Demand demandOfThread(@Nullable Object item) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    return demand(item);
  }

  /**
   * Holds everybody, waiting or yet to come, of all keys. Of several pauses the furthest end counts.
   * Afterwards one call goes, and the others follow at the pace of the limit, without a burst.
   *
   * @param duration not negative; zero does nothing
   */
  public void pause(Duration duration) {
    long nanos = Leaf.nanos(Require.notNegative("duration", duration));
    if (nanos > 0) {
      turnstile.pauseAll(nanos);
    }
  }

  /** As {@link #pause(Duration)}, but only for the item's key; for everybody if there are no keys. */
  public void pause(@Nullable Object item, Duration duration) {
    long nanos = Leaf.nanos(Require.notNegative("duration", duration));
    Object key = keyOf(item);
    if (nanos > 0) {
      turnstile.pause(key, nanos);
    }
  }

  /** How many keys are remembered; 0 for a limit that is not per key. */
  public int keys() {
    return turnstile.keys();
  }

  /**
   * What an attempt on this item asks for, for callers that wait without blocking a thread. Asks the
   * limit's functions, each once.
   */
  public Demand demand(@Nullable Object item) {
    return everyDemand != null ? everyDemand : new Demand(keyOf(item), leaves.costs(item));
  }

  private @Nullable Object keyOf(@Nullable Object item) {
    return keys == null
        ? null
        : Objects.requireNonNull(keys.apply(item), "the key of a rate limit must not be null");
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
    };
  }

  /** Takes what is asked for if it is there and nobody waits for it. Never blocks. */
  public boolean tryTake(Demand demand) {
    return turnstile.tryTake(demand);
  }

  /**
   * As {@link #tryTake(Demand)}, for callers that know the time.
   *
   * @param now what the limiter's clock said just now: the permits are taken as of then
   */
  public boolean tryTake(Demand demand, long now) {
    return turnstile.tryTake(demand, now);
  }

  /**
   * Queues up for what is asked for. The waiter is offered it when its turn and time come; that may
   * be before this method returns, in the calling thread.
   */
  public Waiting enqueue(Demand demand, Waiter waiter) {
    return turnstile.enqueue(demand, Objects.requireNonNull(waiter, "waiter"));
  }

  /** Whether the limit has functions that {@link #demand} calls. */
  public boolean looksAtItems() {
    return everyDemand == null;
  }

  /** Whether {@link #settle} can change anything. */
  public boolean settles() {
    return leaves.settling();
  }

  /**
   * Corrects what a successful attempt took, as {@link Cost#settling} says: what it did not need is
   * there for others at once, what it needed more is owed. Does nothing if the limit settles nothing.
   *
   * @param demand what was taken for the attempt
   * @param value the attempt's result
   */
  public void settle(Demand demand, @Nullable Object item, @Nullable Object value) {
    if (leaves.settling()) {
      turnstile.settle(demand, leaves.excess(demand, item, value));
    }
  }
}
