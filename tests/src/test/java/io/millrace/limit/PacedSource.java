package io.millrace.limit;

import io.millrace.limit.spi.PermitSource;
import io.millrace.plan.RateLimit;
import io.millrace.plan.RateLimit.TokenBucket;
import io.millrace.time.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A source that has all permits of a bucket at first, and then adds one after the other, whenever there is none. */
public final class PacedSource implements PermitSource {
  private final TimeSource clock;
  private final TokenBucket limit;
  private final long gapNanos;
  private final List<Duration> pauses = new ArrayList<>();
  private Lease lease;
  private long lastAt;

  private PacedSource(TokenBucket limit, TimeSource clock) {
    this.clock = clock;
    this.limit = limit;
    this.gapNanos = (long) (limit.period().toNanos() / limit.permits());
  }

  public static PacedSource of(TokenBucket limit, TimeSource clock) {
    return new PacedSource(limit, clock);
  }

  /** A limiter of a source of its own. */
  public static RateLimiter limiter(TokenBucket limit, TimeSource clock) {
    PacedSource source = of(limit, clock);
    return RateLimiter.of(RateLimit.leased(source, (long) limit.burst()), clock);
  }

  @Override
  public void attach(Lease lease) {
    if (this.lease != null) {
      throw new IllegalStateException("it has a limiter");
    }
    this.lease = lease;
    lastAt = clock.nanoTime();
    lease.add((long) limit.burst(), lastAt, 0, 1);
  }

  @Override
  public void wanted() {
    long permits = Math.max(1, lease.missing());
    lastAt += permits * gapNanos;
    lease.add(permits, lastAt, gapNanos, 1);
  }

  @Override
  public void pausing(Duration duration) {
    pauses.add(duration);
    lastAt = Math.max(lastAt - clock.nanoTime(), duration.toNanos() - gapNanos) + clock.nanoTime();
  }

  Lease lease() {
    return lease;
  }

  List<Duration> pauses() {
    return pauses;
  }
}
