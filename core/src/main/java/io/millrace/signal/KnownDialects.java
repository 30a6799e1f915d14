package io.millrace.signal;

import io.millrace.signal.DeclaredLimit.Unit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.UnaryOperator;
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

  /** A limit, and the headers that declare it. To format their names would take longer than to read an answer. */
  private record Declaration(DeclaredLimit unknown, String quota, String remaining, String reset) {
    static Declaration of(String name, Unit unit, String headers) {
      return new Declaration(
          DeclaredLimit.of(name, unit),
          headers.formatted("limit"),
          headers.formatted("remaining"),
          headers.formatted("reset"));
    }
  }

  private static final List<Declaration> OPEN_AI = counted(counted -> "x-ratelimit-%s-" + counted);
  private static final List<Declaration> ANTHROPIC =
      counted(counted -> "anthropic-ratelimit-" + counted + "-%s");
  private static final List<Declaration> PLAIN =
      Stream.of("x-ratelimit-%s", "ratelimit-%s", "x-rate-limit-%s")
          .map(headers -> Declaration.of("default", Unit.REQUESTS, headers))
          .toList();

  private static List<Declaration> counted(UnaryOperator<String> headers) {
    return List.of(
        Declaration.of("requests", Unit.REQUESTS, headers.apply("requests")),
        Declaration.of("tokens", Unit.TOKENS, headers.apply("tokens")),
        Declaration.of("input-tokens", Unit.INPUT_TOKENS, headers.apply("input-tokens")),
        Declaration.of("output-tokens", Unit.OUTPUT_TOKENS, headers.apply("output-tokens")));
  }

  static final List<Dialect> ALL =
      Stream.<Dialect>of(
              KnownDialects::terminal,
              KnownDialects::shouldRetry,
              KnownDialects::pushback,
              KnownDialects::retryAfterMillis,
              KnownDialects::retryAfter,
              KnownDialects::retryInfo,
              ofNow(new DeclaredFields()),
              ofNow(KnownDialects::openAi),
              ofNow(KnownDialects::anthropic),
              ofNow(KnownDialects::plain),
              KnownDialects::gitHub)
          .map(KnownDialects::bounded)
          .toList();

  private KnownDialects() {}

  private static Dialect bounded(Dialect dialect) {
    return (reply, now) -> dialect.read(new ShortReply(reply), now);
  }

  /** Without what a cache has kept: that was so when the answer was made. */
  private static Dialect ofNow(Dialect dialect) {
    return (reply, now) -> {
      Signals read = dialect.read(reply, now);
      boolean isKept = !read.limits().isEmpty() && Headers.count(reply, "age").orElse(0) > 0;
      return isKept ? Signals.NONE : read;
    };
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
    return declared(reply, now, OPEN_AI);
  }

  private static Signals anthropic(HttpReply reply, Instant now) {
    return declared(reply, now, ANTHROPIC);
  }

  private static Signals declared(HttpReply reply, Instant now, List<Declaration> declarations) {
    List<DeclaredLimit> limits = new ArrayList<>();
    declarations.forEach(each -> limit(reply, now, each).ifPresent(limits::add));
    return Signals.declaring(limits);
  }

  /** {@code X-RateLimit-Limit}, {@code -Remaining} and {@code -Reset}, with and without the X. */
  private static Signals plain(HttpReply reply, Instant now) {
    return PLAIN.stream()
        .flatMap(each -> limit(reply, now, each).stream())
        .findFirst()
        .map(limit -> Signals.declaring(List.of(limit)))
        .orElse(Signals.NONE);
  }

  private static Optional<DeclaredLimit> limit(HttpReply reply, Instant now, Declaration declared) {
    OptionalLong quota = Headers.count(reply, declared.quota());
    OptionalLong remaining = Headers.count(reply, declared.remaining());
    if (quota.isEmpty() && remaining.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new DeclaredLimit(
            declared.unknown().name(),
            declared.unknown().unit(),
            quota,
            remaining,
            Headers.reset(reply, declared.reset(), now).map(Signals::cut),
            Optional.empty()));
  }

  /**
   * A second limit of GitHub's says nothing: then it asks for a minute at least. Its first one has the same words, and says
   * when it is reset.
   */
  private static Signals gitHub(HttpReply reply, Instant now) {
    boolean refused = reply.statusCode() == 429 || reply.statusCode() == 403;
    return refused
            && reply.body().map(body -> body.contains("rate limit")).orElse(false)
            && reply.header("x-github-request-id").isPresent()
            && !saysWhen(plain(reply, now))
        ? Signals.waitFor(A_MINUTE)
        : Signals.NONE;
  }

  private static boolean saysWhen(Signals signals) {
    return signals.limits().stream()
        .anyMatch(limit -> limit.isUsedUp() && limit.resetsIn().isPresent());
  }
}
