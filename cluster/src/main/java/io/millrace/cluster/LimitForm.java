package io.millrace.cluster;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What JVMs that share a limit have to agree on.
 *
 * @param permits a period
 * @param periodNanos the period
 * @param burst permits that can be used at once after a quiet time
 */
record LimitForm(double permits, long periodNanos, long burst) {
  private static final Pattern WRITTEN =
      Pattern.compile(
          "([0-9]{1,20}[.][0-9]{1,20}(?:E-?[0-9]{1,3})?) in ([0-9]{1,18}) burst ([0-9]{1,18})");

  static LimitForm of(SharedLimit limit) {
    return new LimitForm(
        limit.rate().permits(), limit.rate().period().toNanos(), (long) limit.rate().burst());
  }

  /** As text that {@link #readOrNull} reads. */
  String written() {
    return permits + " in " + periodNanos + " burst " + burst;
  }

  /** Reads what was {@link #written}; null if that is something else. */
  static @Nullable LimitForm readOrNull(String written) {
    Matcher parts = WRITTEN.matcher(written);
    return parts.matches()
        ? new LimitForm(
            Double.parseDouble(parts.group(1)),
            Long.parseLong(parts.group(2)),
            Long.parseLong(parts.group(3)))
        : null;
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
            + " ask for the same, or choose another name, or wait until it is not paused, and nobody has"
            + " used it for a minute",
        null);
  }
}
