package io.millrace.limit;

import io.millrace.base.Require;
import io.millrace.limit.spi.PermitSource;
import java.time.Duration;
import java.util.function.ToLongFunction;

/** A limiter's lease, as its source sees it. */
record LeaseOfLimiter(Turnstile turnstile, LeasedBucket bucket) implements PermitSource.Lease {
  @Override
  public void add(long permits, long lastAt, double gapNanos, long least) {
    turnstile.changeLease(bucket, each -> each.add(permits, lastAt, gapNanos, least));
  }

  @Override
  public long withdraw() {
    return ask(LeasedBucket::withdraw);
  }

  @Override
  public long left() {
    return ask(LeasedBucket::left);
  }

  @Override
  public long used() {
    return ask(LeasedBucket::used);
  }

  @Override
  public long missing() {
    return ask(LeasedBucket::missing);
  }

  @Override
  public int waiters() {
    return turnstile.waiters();
  }

  private long ask(ToLongFunction<LeasedBucket> question) {
    return turnstile.askLease(bucket, question);
  }

  @Override
  public void pause(Duration duration) {
    long nanos = Leaf.nanos(Require.notNegative("duration", duration));
    if (nanos > 0) {
      turnstile.pauseAll(nanos);
    }
  }

  @Override
  public void close() {
    turnstile.changeLease(bucket, LeasedBucket::end);
  }
}
