package io.millrace.signal;

import io.millrace.signal.DeclaredLimit.Unit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The dialects of providers. */
final class KnownDialects {
  private static final Pattern RETRY_DELAY =
      Pattern.compile("\"retryDelay\"\\s*:\\s*\"([^\"]{1,30})\"");
  private static final Pattern TERMINAL =
      Pattern.compile("\"(?:code|type)\"\\s*:\\s*\"insufficient_quota\"");
  private static final Duration A_MINUTE = Duration.ofMinutes(1);
  private static final Set<Integer> REFUSALS = Set.of(403, 429, 503);

  private static final Map<String, Unit> COUNTED = new LinkedHashMap<>();

  static {
    COUNTED.put("requests", Unit.REQUESTS);
    COUNTED.put("tokens", Unit.TOKENS);
    COUNTED.put("input-tokens", Unit.INPUT_TOKENS);
    COUNTED.put("output-tokens", Unit.OUTPUT_TOKENS);
  }

  static final List<Dialect> ALL =
      Stream.<Dialect>of(
              KnownDialects::terminal,
              KnownDialects::shouldRetry,
              KnownDialects::pushback,
              KnownDialects::retryAfterMillis,
              KnownDialects::retryAfter,
              KnownDialects::retryInfo,
              new DeclaredFields(),
              KnownDialects::openAi,
              KnownDialects::anthropic,
              KnownDialects::plain,
              KnownDialects::gitHub)
          .map(KnownDialects::bounded)
          .toList();

  private KnownDialects() {}

  private static Dialect bounded(Dialect dialect) {
    return (reply, now) -> dialect.read(new ShortReply(reply), now);
  }

  /** The dialects, and after them the wait that follows from limits that are used up. */
  static Signals usedUp(HttpReply reply, Signals read) {
    if (read.delay().isPresent() || !REFUSALS.contains(reply.statusCode())) {
      return read;
    }
    return read.limits().stream()
        .filter(DeclaredLimit::isUsedUp)
        .flatMap(limit -> limit.resetsIn().stream())
        .max(Comparator.naturalOrder())
        .map(wait -> read.or(Signals.waitFor(wait)))
        .orElse(read);
  }

  // Whether and when to come back

  private static Signals terminal(HttpReply reply, Instant now) {
    return reply.statusCode() == 429 && found(reply, TERMINAL).isPresent()
        ? Signals.never()
        : Signals.NONE;
  }

  private static Signals shouldRetry(HttpReply reply, Instant now) {
    return switch (reply.header("x-should-retry").map(String::strip).orElse("")) {
      case "true" -> Signals.again();
      case "false" -> Signals.never();
      default -> Signals.NONE;
    };
  }

  /** Of gRPC: milliseconds; what is negative or cannot be read means never. */
  private static Signals pushback(HttpReply reply, Instant now) {
    Optional<String> value = reply.header("grpc-retry-pushback-ms").map(String::strip);
    if (value.isEmpty()) {
      return Signals.NONE;
    }
    try {
      int millis = Integer.parseInt(value.get());
      return millis < 0 ? Signals.never() : Signals.waitFor(Duration.ofMillis(millis));
    } catch (NumberFormatException unreadable) {
      return Signals.never();
    }
  }

  private static Signals retryAfterMillis(HttpReply reply, Instant now) {
    return reply
        .header("retry-after-ms")
        .flatMap(value -> Headers.number(value, 1e6))
        .or(() -> reply.header("x-ms-retry-after-ms").flatMap(value -> Headers.number(value, 1e6)))
        .map(Signals::waitFor)
        .orElse(Signals.NONE);
  }

  private static Signals retryAfter(HttpReply reply, Instant now) {
    return reply
        .header("retry-after")
        .map(String::strip)
        .flatMap(value -> Headers.number(value, 1e9).or(() -> Headers.date(value, now)))
        .map(Signals::waitFor)
        .orElse(Signals.NONE);
  }

  /** Of Google: {@code "retryDelay": "13s"} in the body. */
  private static Signals retryInfo(HttpReply reply, Instant now) {
    return found(reply, RETRY_DELAY)
        .flatMap(match -> Headers.duration(match.group(1)))
        .map(Signals::waitFor)
        .orElse(Signals.NONE);
  }

  private static Optional<Matcher> found(HttpReply reply, Pattern pattern) {
    return reply.body().map(pattern::matcher).filter(Matcher::find);
  }

  // How much is left

  private static Signals openAi(HttpReply reply, Instant now) {
    return counted(reply, now, counted -> "x-ratelimit-%s-" + counted);
  }

  private static Signals anthropic(HttpReply reply, Instant now) {
    return counted(reply, now, counted -> "anthropic-ratelimit-" + counted + "-%s");
  }

  private interface Names {
    String of(String counted);
  }

  private static Signals counted(HttpReply reply, Instant now, Names names) {
    List<DeclaredLimit> limits = new ArrayList<>();
    COUNTED.forEach(
        (counted, unit) ->
            limit(reply, now, DeclaredLimit.of(counted, unit), names.of(counted))
                .ifPresent(limits::add));
    return Signals.declaring(limits);
  }

  /** {@code X-RateLimit-Limit}, {@code -Remaining} and {@code -Reset}, with and without the X. */
  private static Signals plain(HttpReply reply, Instant now) {
    DeclaredLimit unnamed = DeclaredLimit.of("default", Unit.REQUESTS);
    return limit(reply, now, unnamed, "x-ratelimit-%s")
        .or(() -> limit(reply, now, unnamed, "ratelimit-%s"))
        .or(() -> limit(reply, now, unnamed, "x-rate-limit-%s"))
        .map(limit -> Signals.declaring(List.of(limit)))
        .orElse(Signals.NONE);
  }

  private static Optional<DeclaredLimit> limit(
      HttpReply reply, Instant now, DeclaredLimit unknown, String names) {
    OptionalLong quota = Headers.count(reply, names.formatted("limit"));
    OptionalLong remaining = Headers.count(reply, names.formatted("remaining"));
    Optional<Duration> reset = Headers.reset(reply, names.formatted("reset"), now);
    if (quota.isEmpty() && remaining.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new DeclaredLimit(
            unknown.name(),
            unknown.unit(),
            quota,
            remaining,
            reset.map(Signals::cut),
            Optional.empty()));
  }

  /**
   * A second limit of GitHub's says nothing: then it asks for a minute at least. Its first one has the same words, and says
   * when it is reset.
   */
  private static Signals gitHub(HttpReply reply, Instant now) {
    boolean refused = reply.statusCode() == 429 || reply.statusCode() == 403;
    boolean limited = reply.body().map(body -> body.contains("rate limit")).orElse(false);
    boolean saysWhen =
        plain(reply, now).limits().stream()
            .anyMatch(limit -> limit.isUsedUp() && limit.resetsIn().isPresent());
    return refused && limited && !saysWhen && reply.header("x-github-request-id").isPresent()
        ? Signals.waitFor(A_MINUTE)
        : Signals.NONE;
  }
}
