package io.millrace.limit;

import io.millrace.base.Require;
import io.millrace.limit.spi.Waiter;
import io.millrace.limit.spi.Waiting;
import io.millrace.time.TimeSource;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A limit that keeps at least a period between the starts of all calls that share it, whatever
 * functions and threads they come from. First come, first served. Thread-safe.
 *
 * <p>A throttle counts from the actual start of a call, not from the time at which the call could
 * have started. If a thread gets no processor for a while, and so its call starts late, the next
 * one starts a whole period after that. So the pace may be slower than the period, and is never
 * faster. {@code RateLimit.spacing} counts from permit to permit instead.
 */
public final class Throttle extends Limit {
  private static final long[] NOTHING = {0};

  private final Duration period;
  private final TimeSource clock;
  private final Turnstile turnstile;
  private final Pass pass = new Start();

  private Throttle(Duration period, TimeSource clock) {
    this.period = Require.positive("period", period);
    this.clock = Objects.requireNonNull(clock, "clock");
    long start = clock.nanoTime();
    Bucket bucket = new StartBucket(Leaf.nanos(period), start);
    this.turnstile = new Turnstile(clock, start, self -> new OneGate(new Gate(self, null, bucket)));
  }

  /**
   * A throttle in real time, whose first call starts at once.
   *
   * @param period longer than zero
   */
  public static Throttle of(Duration period) {
    return of(period, TimeSource.system());
  }

  /** As {@link #of(Duration)}, by a clock. */
  public static Throttle of(Duration period, TimeSource clock) {
    return new Throttle(period, clock);
  }

  /** The least time between two starts. */
  public Duration period() {
    return period;
  }

  @Override
  public TimeSource clock() {
    return clock;
  }

  /**
   * Waits until the calling thread may start; its start is when this returns.
   *
   * @throws InterruptedException if the thread is interrupted before or while it waits. That does not count as
   *     a start, and delays nobody. An interrupt that arrives later stays set instead
   */
  public void acquire() throws InterruptedException {
    pass.enter(clock);
    pass.beginOrGiveBack();
  }

  /** Starts if a start is possible now and nobody waits. Never blocks. */
  public boolean tryAcquire() {
    return begun(pass.tryEnter());
  }

  /**
   * Waits until the calling thread may start, at most this long.
   *
   * @param timeout not negative
   * @return false if the time is up, or will be up before the next start; that does not count as a
   *     start
   * @throws InterruptedException as in {@link #acquire}
   */
  public boolean tryAcquire(Duration timeout) throws InterruptedException {
    return begun(pass.enter(clock, Leaf.nanos(Require.notNegative("timeout", timeout))));
  }

  private boolean begun(boolean entered) {
    if (entered) {
      pass.beginOrGiveBack();
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

  /* Between the entering of a call and its beginning, no other call is let through. */
  private final class Start implements Pass {
    private final RateDemand demand = new RateDemand(null, new long[] {1});

    @Override
    public boolean tryEnter() {
      return turnstile.tryTake(demand, null);
    }

    @Override
    public Waiting enqueue(Waiter waiter) {
      return turnstile.enqueue(demand, waiter, null);
    }

    @Override
    public void begin() {
      turnstile.settle(demand, NOTHING);
    }

    @Override
    public void giveBack() {
      turnstile.giveBack(demand);
    }

    @Override
    public boolean isHopeless(long deadline) {
      return turnstile.earliest(demand) - deadline > 0;
    }
  }
}
