package io.millrace.limit;

import io.millrace.base.Require;
import io.millrace.time.Clock;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * At least a period from one start to the next, for all who share it: calls of several functions,
 * several threads. First come, first served. Thread-safe.
 *
 * <p>It goes by when calls really start, not by when they could have: after a start that comes late,
 * because its thread got no processor for a while, the next one is a whole period later. So the pace may
 * be slower than the period, and never faster. {@code RateLimit.spacing} counts from permit to permit
 * instead.
 */
public final class Throttle extends Limit {
  private static final long[] NOTHING = {0};

  private final Duration period;
  private final Clock clock;
  private final Turnstile turnstile;
  private final Pass pass = new Start();

  private Throttle(Duration period, Clock clock) {
    this.period = Require.positive("period", period);
    this.clock = Objects.requireNonNull(clock, "clock");
    long start = clock.nanoTime();
    Bucket bucket = new StartBucket(Leaf.nanos(period), start);
    this.turnstile = new Turnstile(clock, new OneGate(new Gate(new Bucket[] {bucket})), start);
  }

  /**
   * A throttle in real time, whose first call starts at once.
   *
   * @param period longer than zero
   */
  public static Throttle of(Duration period) {
    return of(period, Clock.system());
  }

  /** As {@link #of(Duration)}, by a clock. */
  public static Throttle of(Duration period, Clock clock) {
    return new Throttle(period, clock);
  }

  /** The least time between two starts. */
  public Duration period() {
    return period;
  }

  @Override
  public Clock clock() {
    return clock;
  }

  /**
   * Waits until the calling thread may start; its start is when this returns.
   *
   * @throws InterruptedException if the thread is or gets interrupted; that counts as no start, and
   *     those that wait start when they would have. An interrupt that comes later stays set instead
   */
  public void acquire() throws InterruptedException {
    pass.enter(clock);
    pass.begin();
  }

  /** Starts if that may be now and nobody waits. Never blocks. */
  public boolean tryAcquire() {
    return begun(pass.tryEnter());
  }

  /**
   * Waits until the calling thread may start, at most this long.
   *
   * @param timeout not negative
   * @return false if the time is up; that counts as no start
   * @throws InterruptedException as in {@link #acquire}
   */
  public boolean tryAcquire(Duration timeout) throws InterruptedException {
    return begun(pass.enter(clock, Leaf.nanos(Require.notNegative("timeout", timeout))));
  }

  private boolean begun(boolean entered) {
    if (entered) {
      pass.begin();
    }
    return entered;
  }

  @Override
  Pass pass(@Nullable Object item) {
    return pass;
  }

  @Override
  public String toString() {
    return "Throttle[" + Require.text(period) + "]";
  }

  /* Nobody is let through between somebody's entering and beginning. */
  private final class Start implements Pass {
    private final Demand demand = new Demand(null, new long[] {1});

    @Override
    public boolean tryEnter() {
      return turnstile.tryTake(demand);
    }

    @Override
    public Waiting enqueue(Waiter waiter) {
      return turnstile.enqueue(demand, waiter);
    }

    @Override
    public void begin() {
      turnstile.settle(demand, NOTHING);
    }
  }
}
