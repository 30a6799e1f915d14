package io.millrace.plan;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads status and Retry-After (RFC 9110, section 10.2.3) from results and errors. */
final class HttpAnswers {
  private static final int CAUSES_SEARCHED = 20;
  private static final Pattern SECONDS = Pattern.compile("\\d+(\\.\\d+)?");

  private HttpAnswers() {}

  static Optional<HttpReply> in(@Nullable Object result, @Nullable Throwable error) {
    return switch (result) {
      case HttpResponse<?> response -> Optional.of(new Response(response));
      case HttpReply reply -> Optional.of(reply);
      case null, default -> inCauses(error);
    };
  }

  private static Optional<HttpReply> inCauses(@Nullable Throwable error) {
    Throwable cause = error;
    for (int depth = 0; cause != null && depth < CAUSES_SEARCHED; depth++) {
      if (cause instanceof HttpReply reply) {
        return Optional.of(reply);
      }
      cause = cause.getCause();
    }
    return Optional.empty();
  }

  /** Whole or fractional seconds, or an HTTP date; a past date is zero, nonsense is empty. */
  static Optional<Duration> retryAfter(HttpReply reply, Instant now) {
    return reply.header("retry-after").map(String::strip).flatMap(value -> parse(value, now));
  }

  private static Optional<Duration> parse(String value, Instant now) {
    return SECONDS.matcher(value).matches() ? Optional.of(seconds(value)) : date(value, now);
  }

  private static Duration seconds(String value) {
    double seconds = Math.min(Double.parseDouble(value), Integer.MAX_VALUE);
    return Duration.ofNanos((long) (seconds * 1e9));
  }

  private static Optional<Duration> date(String value, Instant now) {
    try {
      Instant date = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration until = Duration.between(now, date);
      return Optional.of(until.isNegative() ? Duration.ZERO : until);
    } catch (DateTimeParseException neitherNumberNorDate) {
      return Optional.empty();
    }
  }

  private record Response(HttpResponse<?> response) implements HttpReply {
    @Override
    public int statusCode() {
      return response.statusCode();
    }

    @Override
    public Optional<String> header(String name) {
      return response.headers().firstValue(name);
    }
  }
}
