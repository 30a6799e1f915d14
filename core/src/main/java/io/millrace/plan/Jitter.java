package io.millrace.plan;

import java.util.random.RandomGenerator;

/**
 * How chance spreads a backoff, so that callers that failed together do not come back together. The
 * names are those of Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
public enum Jitter {
  /** The delay itself. */
  NONE {
    @Override
    long spread(long nanos, RandomGenerator random) {
      return nanos;
    }
  },
  /** Half of the delay, and a random part of the other half. */
  EQUAL {
    @Override
    long spread(long nanos, RandomGenerator random) {
      return nanos / 2 + upTo(nanos - nanos / 2, random);
    }
  },
  /** A random part of the delay. */
  FULL {
    @Override
    long spread(long nanos, RandomGenerator random) {
      return upTo(nanos, random);
    }
  };

  abstract long spread(long nanos, RandomGenerator random);

  private static long upTo(long nanos, RandomGenerator random) {
    return nanos == Long.MAX_VALUE ? random.nextLong(nanos) : random.nextLong(nanos + 1);
  }
}
