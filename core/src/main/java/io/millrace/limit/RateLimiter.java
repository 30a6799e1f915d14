package io.millrace.limit;

import io.millrace.base.Require;
import io.millrace.plan.Cost;
import io.millrace.plan.PermitSource;
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
  /* What every attempt demands if nothing is limited, so that nothing is ever given back. */
  private final @Nullable Demand everyDemand;
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
      turnstile = new Turnstile(clock, start, leased, self -> new OneGate(first.gate(self, start)));
      plain = first.unitCosts();
    }
    if (leased != null) {
      source = leased.limit().source();
      source.attach(new LeaseOfLimiter(turnstile, leased));
    } else {
      source = null;
    }
    everyDemand = limit instanceof Unlimited ? new Demand(null, first.costs(null)) : null;
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
   * @param limit with the same kinds of limits in the same order as before, and functions for keys, costs and
   *     settling where there were some before; those given here are asked about the items that come later
   * @throws IllegalArgumentException if the limit has another form; then nothing has changed
   */
  public void limit(RateLimit limit) {
    Leaves changed = new Leaves(Objects.requireNonNull(limit, "limit"));
    Leaves before = leaves;
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
   * Takes the permits for an attempt, waiting for them as long as it takes.
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
    Demand demand = demand(item);
    return tryTake(demand) && isNotRefused(demand);
  }

  private boolean isNotRefused(Demand demand) {
    boolean isRefused = demand.refusal() != null;
    if (isRefused) {
      giveBack(demand);
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
    Demand demand = demand(item);
    return pass(demand).enter(clock, nanos) && isNotRefused(demand);
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

  /**
   * The demand of an attempt on this item, for callers that wait without blocking a thread. Calls
   * each of the limit's functions once.
   */
  public Demand demand(@Nullable Object item) {
    if (everyDemand != null) {
      return everyDemand;
    }
    Leaves now = leaves;
    return new Demand(keyOf(now, item), now.costs(item));
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
    return pass(demand(item));
  }

  private Pass pass(Demand demand) {
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
      public void begin() {
        RuntimeException refusal = demand.refusal();
        if (refusal != null) {
          throw refusal;
        }
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
        return !settles() && !learns() && earliest(demand) - deadline > 0;
      }
    };
  }

  /**
   * Takes what is demanded if it is available and nobody waits for it; waiters that are put off do
   * not count. Never blocks. With a circuit breaker that lets calls fail, look at {@link Demand#refusal} before
   * the call.
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
    if (turnstile.giveBack(demand)) {
      earlier.tell();
    }
  }

  /**
   * The earliest time, by the limiter's clock, at which the demand could be granted if everybody
   * else left the queue; the current time if that is possible now. Permits can be available earlier
   * if the limit settles costs or learns from answers; and if it is changed, or somebody gives permits back, of which
   * {@link #onEarlier} tells.
   */
  public long earliest(Demand demand) {
    return turnstile.earliest(demand);
  }

  /**
   * Adds a listener that runs after each change of the limit, and after permits were given back: so permits may come
   * earlier than {@link #earliest} said before. It runs in the thread that does so, without a lock, so it must be quick
   * and not block. What it throws is logged. Whoever acts on a time asks for it again when the listener is added.
   *
   * @return closing it removes the listener
   */
  public Registration onEarlier(Runnable listener) {
    Registration registration =
        new Registration(this, Objects.requireNonNull(listener, "listener"));
    earlier.add(registration);
    return registration;
  }

  /** A listener of a limiter; closing removes it. Thread-safe. */
  public static final class Registration implements AutoCloseable {
    private final RateLimiter limiter;
    private final Runnable listener;

    private Registration(RateLimiter limiter, Runnable listener) {
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
    Leaves now = leaves;
    if (now.settling()) {
      turnstile.settle(demand, now.excess(demand, item, value));
    }
  }

  /** Whether a {@link Demand#refusal} is possible. */
  public boolean refuses() {
    return leaves.refusing();
  }

  /** Whether all demands stand in one line: the limit is not per key, or has parts that all keys share. */
  public boolean hasOneLine() {
    return leaves.hasOneLine();
  }

  /** The line in which a demand stands: no demand waits because of those in other lines. Some keys may share one. */
  public int line(Demand demand) {
    Key key = leaves.hasOneLine() ? null : demand.key();
    return key == null ? 0 : key.hash();
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
    return "RateLimiter[" + limit() + "]";
  }
}
