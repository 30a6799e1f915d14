package io.millrace.plan;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads status and Retry-After (RFC 9110, section 10.2.3) from results and errors. */
final class HttpAnswers {
  private static final int CAUSES_SEARCHED = 20;
  private static final DateTimeFormatter IMF_FIXDATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH);
  private static final DateTimeFormatter ASCTIME =
      DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ENGLISH);
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

  /** The request that a reply answers, before any redirect; null if the reply does not say. */
  static @Nullable HttpRequest firstRequest(@Nullable HttpReply reply) {
    HttpResponse<?> response =
        switch (reply) {
          case Response(var answered) -> answered;
          case HttpStatusException refused -> refused.response();
          case null, default -> null;
        };
    while (response != null && response.previousResponse().isPresent()) {
      response = response.previousResponse().get();
    }
    return response == null ? null : response.request();
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
    return dateForms(now).stream()
        .flatMap(form -> date(value, form).stream())
        .findFirst()
        .map(date -> Duration.between(now, date))
        .map(until -> until.isNegative() ? Duration.ZERO : until);
  }

  private static Optional<Instant> date(String value, DateTimeFormatter form) {
    try {
      return Optional.of(LocalDateTime.parse(value, form).toInstant(ZoneOffset.UTC));
    } catch (DateTimeParseException otherForm) {
      return Optional.empty();
    }
  }

  /* RFC 9110, section 5.6.7; a year of two digits is at most 50 years ahead. */
  private static List<DateTimeFormatter> dateForms(Instant now) {
    LocalDate firstYear = LocalDate.ofInstant(now, ZoneOffset.UTC).minusYears(49);
    DateTimeFormatter rfc850 =
        new DateTimeFormatterBuilder()
            .appendPattern("EEEE, dd-MMM-")
            .appendValueReduced(ChronoField.YEAR, 2, 2, firstYear)
            .appendPattern(" HH:mm:ss 'GMT'")
            .toFormatter(Locale.ENGLISH);
    return List.of(IMF_FIXDATE, rfc850, ASCTIME);
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
