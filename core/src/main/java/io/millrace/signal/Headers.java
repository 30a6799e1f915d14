package io.millrace.signal;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers, times and durations as they stand in headers. What cannot be read is empty. */
final class Headers {
  private static final Pattern NUMBER = Pattern.compile("\\d{1,400}(\\.\\d{1,400})?");
  private static final Pattern LEADING_COUNT =
      Pattern.compile("\\s*(\\d{1,18})(?:\\.\\d{1,400})?(?!\\.?\\d).*");
  private static final Pattern GO_DURATION =
      Pattern.compile(
          "(?:(\\d{1,9})d)?(?:(\\d{1,9})h)?(?:(\\d{1,9})m(?!s))?(?:(\\d{1,12}(?:\\.\\d{1,9})?)(s|ms|us|µs|ns))?");
  private static final Pattern JAVASCRIPT_DATE =
      Pattern.compile("(\\w{3} \\w{3} \\d{2} \\d{4} \\d{2}:\\d{2}:\\d{2} GMT[+-]\\d{4}).*");

  /* Larger numbers are times since 1970, in seconds, and above that in milliseconds. */
  private static final double LEAST_EPOCH_SECONDS = 1e9;
  private static final double LEAST_EPOCH_MILLIS = 1e12;

  private Headers() {}

  /** A count that is not negative, without its fraction; of a list such as {@code 1000, 1000;w=1}, the first. */
  static OptionalLong count(HttpReply reply, String name) {
    Optional<Matcher> matcher =
        reply.header(name).map(LEADING_COUNT::matcher).filter(Matcher::matches);
    return matcher.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(Long.parseLong(matcher.get().group(1)));
  }

  /** Seconds or milliseconds, whole or with a fraction, without a sign: others do not agree on what that means. */
  static Optional<Duration> number(String value, double nanosPerUnit) {
    String stripped = value.strip();
    return NUMBER.matcher(stripped).matches()
        ? Optional.of(nanos(Double.parseDouble(stripped) * nanosPerUnit))
        : Optional.empty();
  }

  private static Duration nanos(double nanos) {
    return Duration.ofNanos((long) Math.min(nanos, Long.MAX_VALUE));
  }

  /** A reset, however it is written: seconds, a time since 1970, a duration such as {@code 6m0s}, or a date. */
  static Optional<Duration> reset(HttpReply reply, String name, Instant now) {
    return reply.header(name).map(String::strip).flatMap(value -> reset(value, now));
  }

  static Optional<Duration> reset(String value, Instant now) {
    if (NUMBER.matcher(value).matches()) {
      double number = Double.parseDouble(value);
      if (number >= LEAST_EPOCH_MILLIS) {
        return Optional.of(until(instant(number), now));
      }
      if (number >= LEAST_EPOCH_SECONDS) {
        return Optional.of(until(instant(number * 1e3), now));
      }
      return number(value, 1e9);
    }
    return duration(value).or(() -> date(value, now));
  }

  private static Instant instant(double epochMillis) {
    return Instant.ofEpochMilli((long) Math.min(epochMillis, 1e15));
  }

  /** As Go writes it: {@code 1s}, {@code 6m0s}, {@code 17ms}, {@code 1d2h}. */
  static Optional<Duration> duration(String value) {
    Matcher parts = GO_DURATION.matcher(value);
    if (value.isEmpty() || !parts.matches()) {
      return Optional.empty();
    }
    double nanos = part(parts, 1) * 86_400e9 + part(parts, 2) * 3_600e9 + part(parts, 3) * 60e9;
    if (parts.group(4) != null) {
      nanos += Double.parseDouble(parts.group(4)) * nanosOf(parts.group(5));
    }
    return Optional.of(nanos(nanos));
  }

  private static double part(Matcher parts, int group) {
    return parts.group(group) == null ? 0 : Double.parseDouble(parts.group(group));
  }

  private static double nanosOf(String unit) {
    return switch (unit) {
      case "s" -> 1e9;
      case "ms" -> 1e6;
      case "ns" -> 1;
      default -> 1e3;
    };
  }

  /** A date of HTTP, of ISO 8601 or of JavaScript; one that is over is zero. */
  static Optional<Duration> date(String value, Instant now) {
    return Dates.instant(javascript(value), now).map(date -> until(date, now));
  }

  private static String javascript(String value) {
    Matcher matcher = JAVASCRIPT_DATE.matcher(value);
    return matcher.matches() ? matcher.group(1) : value;
  }

  private static Duration until(Instant date, Instant now) {
    Duration until = Duration.between(now, date);
    return until.isNegative() ? Duration.ZERO : until;
  }
}
