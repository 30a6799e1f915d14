package io.millrace.bench.work;

import io.millrace.limit.RateLimiter;
import io.millrace.plan.RateLimit;

/** A limit for each of so many keys that are remembered. A few of them take permits, each in turn. */
final class ManyKeys {
  private static final int IN_USE = 10;

  private final RateLimiter limiter;
  private final String[] keys = new String[IN_USE];
  private int next;

  ManyKeys(int count) {
    limiter = RateLimiter.of(RateLimit.perSecond(1e9).burst(1e9).by(item -> item).idleKeys(count));
    for (int i = 0; i < count; i++) {
      takeFor("host" + i);
    }
    for (int i = 0; i < IN_USE; i++) {
      keys[i] = "host" + (count - 1 - i);
    }
  }

  void take(int permits) {
    for (int i = 0; i < permits; i++) {
      takeFor(keys[next]);
      next = next + 1 == IN_USE ? 0 : next + 1;
    }
  }

  private void takeFor(String key) {
    if (!limiter.tryAcquireFor(key)) {
      throw new IllegalStateException("there are more permits than are taken");
    }
  }
}
