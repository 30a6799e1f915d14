package io.millrace.cluster;

/**
 * What JVMs that share a limit have to agree on.
 *
 * @param permits a period
 * @param periodNanos the period
 * @param burst permits that can be used at once after a quiet time
 */
record LimitForm(double permits, long periodNanos, long burst) {
  static LimitForm of(SharedLimit limit) {
    return new LimitForm(
        limit.rate().permits(), limit.rate().period().toNanos(), (long) limit.rate().burst());
  }

  static PermitStoreException refusal(Object where, SharedLimit limit, LimitForm kept) {
    return new PermitStoreException(
        "the limit %s of %s is in use with %s permits in %s ms and a burst of %d, and this JVM asks for %s:"
                .formatted(
                    limit.name(),
                    where,
                    kept.permits,
                    kept.periodNanos / 1e6,
                    kept.burst,
                    limit.rate())
            + " ask for the same, or choose another name, or wait until nobody has used it for a minute",
        null);
  }
}
