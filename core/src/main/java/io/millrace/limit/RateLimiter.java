package io.millrace.limit;

import io.millrace.base.Require;
import io.millrace.limit.spi.Demand;
import io.millrace.limit.spi.Party;
import io.millrace.limit.spi.PermitSource;
import io.millrace.limit.spi.RateQueue;
import io.millrace.limit.spi.Waiter;
import io.millrace.limit.spi.Waiting;
import io.millrace.plan.RateLimit;
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
  private final TimeSource clock;
  private final Turnstile turnstile;
  /* What is enforced now. Written under the turnstile's lock, so that gates and this agree. */
  private volatile Leaves leaves;
  /* Neither keys nor costs are asked for. */
  private final boolean plain;
  private final EarlierListeners earlier = new EarlierListeners();
  private final Queue queue = new Queue();
  /* What every attempt demands if nothing is limited, so that nothing is ever given back. */
  private final @Nullable RateDemand everyDemand;
  /* Null unless permits are leased. */
  private final @Nullable PermitSource source;

  private RateLimiter(RateLimit limit, TimeSource clock) {
    Leaves first = new Leaves(Objects.requireNonNull(limit, "limit"));
    this.clock = Objects.requireNonNull(clock, "clock");
    leaves = first;
    long start = clock.nanoTime();
    LeasedBucket leased = first.leased(start);
    if (first.keys() != null) {
      turnstile =
          new Turnstile(clock, start, leased, self -> new KeyedGates(() -> leaves, self, start));
      plain = false;
    } else {
      turnstile =
          new Turnstile(clock, start, leased, self -> oneGate(first.gate(self, start), first));
      plain = first.unitCosts();
    }
    if (leased != null) {
      source = leased.limit().source();
      source.attach(new LeaseOfLimiter(turnstile, leased));
    } else {
      source = null;
    }
    everyDemand = limit instanceof Unlimited ? new RateDemand(null, first.costs(null)) : null;
  }

  /* Whoever settles a cost takes the lock, so the short way would be opened and closed for each take. */
  private static OneGate oneGate(Gate gate, Leaves first) {
    return first.settling() ? OneGate.locked(gate) : new OneGate(gate);
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

  /** The limit that this limiter enforces now. */
  public RateLimit limit() {
    return leaves.limit();
  }

  /**
   * Changes the limit while others use it. Waiters keep their order, their keys and their costs, and are due at the
   * new pace at once. Pauses stay as they are.
   *
   * {@snippet file="io/millrace/examples/LimitExampleTest.java" region="change"}
   *
   * <p>Until the change the old limit counts, and from then on the new one; the change itself makes no permits
   * available. A token bucket keeps its permits, as far as the new burst holds them, and what it owes. A spacing counts
   * the new gap from the last start. A window counts the starts that the old one counts; if the new one allows more,
   * the rest comes evenly during the first window. A waiter whose cost is above the new capacity is let through when
   * all of the capacity is available. A limit per key changes for all keys, one after another.
   *
   * <p>A limiter whose limit is adaptive, declared by the server, leased or a breaker, or has such a part, cannot be changed.
   *
   * @param limit with the same kinds of limits in the same order as before, and functions for keys, costs and
   *     settling where there were some before; those given here are asked about the items that come later
   * @throws IllegalArgumentException if the limit has another form, or the old one cannot be changed; then nothing has changed
   */
  public void limit(RateLimit limit) {
    Leaves changed = new Leaves(Objects.requireNonNull(limit, "limit"));
    Leaves before = leaves;
    if (!before.unchangeable().isEmpty()) {
      throw new IllegalArgumentException(
          "a limit of the kind "
              + String.join(" or ", before.unchangeable())
              + " cannot be changed, because of what its limiter has learnt or leased: make another limiter, in place of that of "
              + before.limit());
    }
    if (!changed.isLike(before)) {
      throw new IllegalArgumentException(
          "the new limit must have the form of the old one, "
              + before.limit()
              + ": the same kinds of limits in the same order, with functions for keys and costs where it has some,"
              + " and not "
              + limit
              + ". For another form, make another limiter");
    }
    turnstile.change(() -> leaves, () -> leaves = changed);
    earlier.tell();
  }

  /** As {@link #acquireFor(Object)} with null. */
  public void acquire() throws InterruptedException {
    acquireFor(null);
  }

  /**
   * Takes the permits for an attempt, waiting for them as long as it takes. Nobody hears what comes of the attempt, so its cost is
   * not settled, and nothing is learnt: for that, wrap a function: {@link Limit}.
   *
   * @param item what the limit's key and cost functions are asked about
   * @throws io.millrace.outcome.BreakerOpenException if a circuit breaker that lets calls fail is open; nothing was taken
   * @throws InterruptedException if the thread is interrupted before or while it waits; nothing was
   *     taken. An interrupt that arrives after the permits were taken stays set instead
   */
  public void acquireFor(@Nullable Object item) throws InterruptedException {
    checkInterrupt();
    Pass pass = pass(item);
    pass.enter(clock);
    pass.beginOrGiveBack();
  }

  /** As {@link #tryAcquireFor(Object)} with null. */
  public boolean tryAcquire() {
    return tryAcquireFor(null);
  }

  /**
   * Takes the permits for an attempt if they are available and nobody waits for them. Never blocks.
   *
   * @param item as in {@link #acquireFor(Object)}
   */
  public boolean tryAcquireFor(@Nullable Object item) {
    RateDemand demand = queue.demand(item);
    return queue.tryTake(demand) && isNotRefused(demand);
  }

  private boolean isNotRefused(RateDemand demand) {
    boolean isRefused = demand.refusal() != null;
    if (isRefused) {
      queue.giveBack(demand);
    }
    return !isRefused;
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
   *     available in time by the limit as it is now, whoever leaves the queue; for a limit that settles costs or learns from answers, that is
   *     never certain. False also if a circuit breaker that lets calls fail is open
   * @throws InterruptedException as in {@link #acquireFor(Object)}
   */
  public boolean tryAcquireFor(@Nullable Object item, Duration timeout)
      throws InterruptedException {
    long nanos = Leaf.nanos(Require.notNegative("timeout", timeout));
    checkInterrupt();
    RateDemand demand = queue.demand(item);
    return pass(demand, item).enter(clock, nanos) && isNotRefused(demand);
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
      tellSource(duration);
      turnstile.pauseAll(nanos);
    }
  }

  /**
   * As {@link #pause(Duration)}, but for the item's key only; for everybody if the limit is not per
   * key.
   */
  public void pause(@Nullable Object item, Duration duration) {
    long nanos = Leaf.nanos(Require.notNegative("duration", duration));
    Key key = keyOf(leaves, item);
    if (nanos > 0) {
      if (key == null) {
        tellSource(duration);
      }
      turnstile.pause(key, nanos);
    }
  }

  /* Before the lease ends, so that the source asks for no more permits meanwhile. */
  private void tellSource(Duration pause) {
    if (source != null) {
      source.pausing(pause);
    }
  }

  /**
   * The number of waiters, of all keys, threads included. Only a hint while other threads use the limiter.
   */
  public int waiters() {
    return turnstile.waiters();
  }

  /**
   * How many of the {@link #waiters} wait for the end of a pause. Only a hint, as that is. For a limit per key, this looks
   * at all keys for which somebody waits, some hundred at a time.
   */
  public int pausedWaiters() {
    return turnstile.pausedWaiters();
  }

  /** How many keys are remembered; 0 for a limit that is not per key. */
  public int keys() {
    return turnstile.keys();
  }

  private static @Nullable Key keyOf(Leaves leaves, @Nullable Object item) {
    Function<@Nullable Object, ?> keys = leaves.keys();
    return keys == null
        ? null
        : Key.of(
            Objects.requireNonNull(keys.apply(item), "the key of a rate limit must not be null"));
  }

  @Override
  Pass pass(@Nullable Object item) {
    return pass(queue.demand(item), item);
  }

  private Pass pass(RateDemand demand, @Nullable Object item) {
    return new Pass() {
      @Override
      public boolean tryEnter() {
        return queue.tryTake(demand);
      }

      @Override
      public Waiting enqueue(Waiter waiter) {
        return queue.enqueue(demand, waiter);
      }

      @Override
      public void begin() {
        RuntimeException refusal = demand.refusal();
        if (refusal != null) {
          throw refusal;
        }
      }

      @Override
      public void answered(@Nullable Object result, @Nullable Throwable error) {
        queue.answered(demand, result, error);
        if (error == null) {
          queue.settle(demand, item, result);
        }
      }

      @Override
      public void giveBack() {
        queue.giveBack(demand);
      }

      @Override
      public boolean isHopeless(long deadline) {
        return !queue.settles() && !queue.learns() && queue.earliest(demand) - deadline > 0;
      }
    };
  }

  /**
   * The limiter as its queue sees it, for schedulers that wait without a thread. SPI: whoever waits in a thread needs only
   * this class's own methods.
   */
  public RateQueue queue() {
    return queue;
  }

  /**
   * A new party, which waits for nothing: for waiters of {@link #queue} and of {@link WeightedSemaphore#queue} who share what
   * they need besides permits. SPI.
   */
  public static Party party() {
    return new LineParty();
  }

  private final class Queue implements RateQueue {
    @Override
    public RateDemand demand(@Nullable Object item) {
      if (everyDemand != null) {
        return everyDemand;
      }
      Leaves now = leaves;
      return new RateDemand(keyOf(now, item), now.costs(item));
    }

    @Override
    public boolean tryTake(Demand demand) {
      return turnstile.tryTake(RateDemand.of(demand), null);
    }

    @Override
    public boolean tryTake(Demand demand, Party party) {
      return turnstile.tryTake(RateDemand.of(demand), LineParty.of(party));
    }

    @Override
    public boolean tryTake(Demand demand, long now) {
      return turnstile.tryTake(RateDemand.of(demand), now, null);
    }

    @Override
    public boolean tryTake(Demand demand, long now, Party party) {
      return turnstile.tryTake(RateDemand.of(demand), now, LineParty.of(party));
    }

    @Override
    public Waiting enqueue(Demand demand, Waiter waiter) {
      return turnstile.enqueue(
          RateDemand.of(demand), Objects.requireNonNull(waiter, "waiter"), null);
    }

    @Override
    public Waiting enqueue(Demand demand, Waiter waiter, Party party) {
      return turnstile.enqueue(
          RateDemand.of(demand), Objects.requireNonNull(waiter, "waiter"), LineParty.of(party));
    }

    @Override
    public void giveBack(Demand demand) {
      if (turnstile.giveBack(RateDemand.of(demand))) {
        earlier.tell();
      }
    }

    @Override
    public long earliest(Demand demand) {
      return turnstile.earliest(RateDemand.of(demand));
    }

    @Override
    public Registration onEarlier(Runnable listener) {
      Earlier registration =
          new Earlier(RateLimiter.this, Objects.requireNonNull(listener, "listener"));
      earlier.add(registration);
      return registration;
    }

    @Override
    public boolean looksAtItems() {
      return !plain;
    }

    @Override
    public boolean settles() {
      return leaves.settling();
    }

    @Override
    public void settle(Demand demand, @Nullable Object item, @Nullable Object value) {
      Leaves now = leaves;
      if (now.settling()) {
        turnstile.settle(RateDemand.of(demand), now.excess(RateDemand.of(demand), item, value));
      }
    }

    @Override
    public boolean refuses() {
      return leaves.refusing();
    }

    @Override
    public boolean hasOneLine() {
      return leaves.hasOneLine();
    }

    @Override
    public int line(Demand demand) {
      Key key = leaves.hasOneLine() ? null : RateDemand.of(demand).key();
      return key == null ? 0 : key.hash();
    }

    @Override
    public boolean learns() {
      return leaves.learning();
    }

    @Override
    public void answered(Demand demand, @Nullable Object result, @Nullable Throwable error) {
      if (leaves.learning()) {
        turnstile.answered(RateDemand.of(demand), leaves.answers(result, error, clock));
      }
    }
  }

  /* A listener; closing removes it. */
  static final class Earlier implements RateQueue.Registration {
    private final RateLimiter limiter;
    private final Runnable listener;

    private Earlier(RateLimiter limiter, Runnable listener) {
      this.limiter = limiter;
      this.listener = listener;
    }

    Runnable listener() {
      return listener;
    }

    @Override
    public void close() {
      limiter.earlier.remove(this);
    }
  }

  @Override
  public String toString() {
    return "RateLimiter[" + limit() + "]";
  }
}
