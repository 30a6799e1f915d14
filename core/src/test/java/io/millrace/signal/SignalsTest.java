package io.millrace.signal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.plan.Retry;
import io.millrace.signal.DeclaredLimit.Unit;
import io.millrace.signal.Signals.Repeat;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("An answer")
class SignalsTest {
  private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");

  /** An answer with these headers, written as lines. */
  private record Answer(int statusCode, Map<String, String> headers, Optional<String> body)
      implements HttpReply {
    static Answer of(int status, String... lines) {
      Map<String, String> headers = new TreeMap<>();
      for (String line : lines) {
        int colon = line.indexOf(':');
        headers.put(
            line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
      }
      return new Answer(status, headers, Optional.empty());
    }

    Answer saying(String body) {
      return new Answer(statusCode, headers, Optional.of(body));
    }

    @Override
    public Optional<String> header(String name) {
      return Optional.ofNullable(headers.get(name));
    }
  }

  private static Signals in(Answer answer) {
    return Signals.in(answer, NOW);
  }

  private static void assertDelay(String expected, Answer answer) {
    assertEquals(Optional.of(Duration.parse(expected)), in(answer).delay(), answer.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "3 | PT3S",
        "0 | PT0S",
        "1.5 | PT1.5S",
        "Sat, 28 Nov 2026 12:00:07 GMT | PT7S",
        "Saturday, 28-Nov-26 12:00:07 GMT | PT7S",
        "Sat Nov 28 12:00:07 2026 | PT7S",
        "Sat, 28 Nov 2026 11:00:00 GMT | PT0S",
        "2026-11-28T12:00:09Z | PT9S",
        "99999999999 | PT744H",
        "99999999999999999999999999 | PT744H"
      })
  @DisplayName("with Retry-After in any of its forms asks to wait")
  void retryAfter(String value, String delay) {
    assertDelay(delay, Answer.of(429, "Retry-After: " + value));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "+3", "soon", "1e3", "NaN", "1 s", "Sat, 31 Feb 2026", "0x10"})
  @DisplayName("with a Retry-After that cannot be read says nothing")
  void unreadable(String value) {
    assertEquals(Optional.empty(), in(Answer.of(429, "Retry-After: " + value)).delay());
  }

  @Test
  @DisplayName("with milliseconds is taken by these first, then by seconds")
  void milliseconds() {
    assertDelay("PT0.25S", Answer.of(429, "retry-after-ms: 250", "Retry-After: 3"));
    assertDelay("PT0.0005S", Answer.of(429, "x-ms-retry-after-ms: 0.5", "Retry-After: 3"));
    assertDelay("PT3S", Answer.of(429, "retry-after-ms: later", "Retry-After: 3"));
  }

  @Test
  @DisplayName("whose used up limits are of two dialects asks to wait for the last of them")
  void usedUpInTwoDialects() {
    Answer both =
        Answer.of(
            429, "RateLimit: \"a\";r=0;t=5", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 60");
    assertDelay("PT1M", both);
  }

  @Test
  @DisplayName("at which a dialect fails is read by the others")
  void failingDialect() {
    Dialect broken =
        (_, _) -> {
          throw new AssertionError("broken");
        };
    List<Dialect> dialects = new ArrayList<>(List.of(broken));
    dialects.addAll(Dialect.known());
    Answer answer = Answer.of(503, "Retry-After: 3");
    assertEquals(
        Optional.of(Duration.ofSeconds(3)), Signals.in(answer, Instant.EPOCH, dialects).delay());
  }

  @Test
  @DisplayName("with x-should-retry says whether to come back")
  void shouldRetry() {
    assertEquals(Repeat.YES, in(Answer.of(409, "x-should-retry: true")).repeat());
    assertEquals(Repeat.NO, in(Answer.of(429, "x-should-retry: false")).repeat());
    assertEquals(Repeat.UNSAID, in(Answer.of(429, "x-should-retry: maybe")).repeat());
  }

  @Test
  @DisplayName("of gRPC that pushes back says when, or never")
  void pushback() {
    assertDelay("PT0.7S", Answer.of(503, "grpc-retry-pushback-ms: 700"));
    assertEquals(Repeat.NO, in(Answer.of(503, "grpc-retry-pushback-ms: -1")).repeat());
    assertEquals(Repeat.NO, in(Answer.of(503, "grpc-retry-pushback-ms: what")).repeat());
  }

  @Test
  @DisplayName("with Google's RetryInfo in its body asks to wait")
  void retryInfo() {
    String body =
        "{\"error\":{\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\": \"13s\"}]}}";
    assertDelay("PT13S", Answer.of(429).saying(body));
    assertDelay("PT2S", Answer.of(429, "Retry-After: 2").saying(body));
  }

  @Test
  @DisplayName("that says the account has no quota says never")
  void insufficientQuota() {
    Answer answer = Answer.of(429).saying("{\"error\": {\"code\": \"insufficient_quota\"}}");
    assertEquals(Repeat.NO, in(answer).repeat());
    assertFalse(Retry.http().rejects(null, answer));
  }

  @Test
  @DisplayName(
      "of OpenAI's kind declares requests and tokens, and what is used up says how long to wait")
  void openAi() {
    Answer answer =
        Answer.of(
            429,
            "x-ratelimit-limit-requests: 60",
            "x-ratelimit-remaining-requests: 59",
            "x-ratelimit-reset-requests: 1s",
            "x-ratelimit-limit-tokens: 150000",
            "x-ratelimit-remaining-tokens: 0",
            "x-ratelimit-reset-tokens: 6m0s");
    assertEquals(
        List.of(
            DeclaredLimit.of("requests", Unit.REQUESTS)
                .quota(60)
                .remaining(59)
                .resetsIn(Duration.ofSeconds(1)),
            DeclaredLimit.of("tokens", Unit.TOKENS)
                .quota(150_000)
                .remaining(0)
                .resetsIn(Duration.ofMinutes(6))),
        in(answer).limits());
    assertDelay("PT6M", answer);
    Answer served = new Answer(200, answer.headers(), Optional.empty());
    assertEquals(Optional.empty(), in(served).delay(), "it was served");
  }

  @Test
  @DisplayName("of Anthropic's kind declares input and output tokens, with a date for the reset")
  void anthropic() {
    Signals signals =
        in(
            Answer.of(
                200,
                "anthropic-ratelimit-input-tokens-limit: 1000",
                "anthropic-ratelimit-input-tokens-remaining: 10",
                "anthropic-ratelimit-input-tokens-reset: 2026-11-28T12:01:00Z",
                "anthropic-ratelimit-output-tokens-remaining: 5"));
    assertEquals(
        List.of(
            DeclaredLimit.of("input-tokens", Unit.INPUT_TOKENS)
                .quota(1_000)
                .remaining(10)
                .resetsIn(Duration.ofMinutes(1)),
            DeclaredLimit.of("output-tokens", Unit.OUTPUT_TOKENS).remaining(5)),
        signals.limits());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1795867230 | PT30S",
        "1795867230000 | PT30S",
        "30 | PT30S",
        "17ms | PT0.017S",
        "Sat Nov 28 2026 13:00:30 GMT+0100 (Central European Standard Time) | PT30S",
        "1795867100 | PT0S"
      })
  @DisplayName("whose X-RateLimit-Reset is a time, a delay or a date is understood")
  void resets(String reset, String delay) {
    assertDelay(delay, Answer.of(429, "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: " + reset));
  }

  @Test
  @DisplayName("with several quotas in one header declares the first")
  void severalQuotas() {
    DeclaredLimit limit =
        in(Answer.of(
                200, "X-RateLimit-Limit: 1000, 1000;w=1, 60000;w=60", "X-RateLimit-Remaining: 7"))
            .limits()
            .getFirst();
    assertEquals(DeclaredLimit.of("default", Unit.REQUESTS).quota(1_000).remaining(7), limit);
  }

  @Test
  @DisplayName("whose counts have a fraction, as those of Reddit, declares the whole part")
  void countsWithFractions() {
    String[] others = {"X-RateLimit-Reset: 350", "X-RateLimit-Used: 2"};
    DeclaredLimit limit =
        in(Answer.of(200, "X-RateLimit-Remaining: 598.9", others[0], others[1]))
            .limits()
            .getFirst();
    assertEquals(598, limit.remaining().orElseThrow());
    assertDelay("PT5M50S", Answer.of(429, "X-RateLimit-Remaining: 0.0", others[0], others[1]));
    for (String unreadable : List.of("1.2.3", "9".repeat(19), "1." + "0".repeat(401), "-1.0")) {
      assertEquals(List.of(), in(Answer.of(200, "X-RateLimit-Remaining: " + unreadable)).limits());
    }
  }

  @Test
  @DisplayName("of GitHub is repeated at its reset, or after a minute, also with status 403")
  void gitHub() {
    Answer primary =
        Answer.of(
            403,
            "x-github-request-id: 1",
            "x-ratelimit-remaining: 0",
            "x-ratelimit-reset: 1795867205");
    assertDelay("PT5S", primary);
    assertTrue(Retry.http().rejects(null, primary));
    String exceeded = "{\"message\": \"API rate limit exceeded for user ID 1.\"}";
    assertDelay("PT5S", primary.saying(exceeded));
    Answer resetUnsaid = Answer.of(429, "x-github-request-id: 1", "x-ratelimit-remaining: 0");
    assertDelay("PT1M", resetUnsaid.saying(exceeded));
    Answer secondary =
        Answer.of(403, "x-github-request-id: 1")
            .saying("{\"message\": \"You have exceeded a secondary rate limit.\"}");
    assertDelay("PT1M", secondary);
    Answer forbidden =
        Answer.of(403, "x-github-request-id: 1").saying("{\"message\": \"Not yours\"}");
    assertFalse(Retry.http().rejects(null, forbidden));
    assertFalse(Retry.http(500).rejects(null, primary), "only these statuses");
  }

  @Test
  @DisplayName("with RateLimit and RateLimit-Policy of the IETF's draft declares them")
  void draft() {
    Signals signals =
        in(
            Answer.of(
                429,
                "RateLimit-Policy: \"burst\";q=100;w=60,\"daily\";q=1000;w=86400;qu=\"content-bytes\"",
                "RateLimit: \"burst\";r=0;t=30, \"other\";r=5"));
    assertEquals(
        List.of(
            DeclaredLimit.of("burst", Unit.REQUESTS)
                .quota(100)
                .window(Duration.ofMinutes(1))
                .remaining(0)
                .resetsIn(Duration.ofSeconds(30)),
            DeclaredLimit.of("daily", Unit.BYTES).quota(1_000).window(Duration.ofDays(1)),
            DeclaredLimit.of("other", Unit.REQUESTS).remaining(5)),
        signals.limits());
    assertEquals(Optional.of(Duration.ofSeconds(30)), signals.delay());
  }

  @Test
  @DisplayName("with the older form of RateLimit declares it, and with a malformed one nothing")
  void olderDraft() {
    assertEquals(
        List.of(
            DeclaredLimit.of("default", Unit.REQUESTS)
                .quota(100)
                .remaining(50)
                .resetsIn(Duration.ofSeconds(5))),
        in(Answer.of(200, "RateLimit: limit=100, remaining=50, reset=5")).limits());
    for (String malformed :
        List.of("\"a\";r=-1", "\"a\"", "\"a\";r=1;t=", "a;r=1", "\"a\";r=1,", "limit=9")) {
      assertEquals(List.of(), in(Answer.of(200, "RateLimit: " + malformed)).limits(), malformed);
    }
  }

  @Test
  @DisplayName(
      "in a dialect of one's own is read in a few lines, and a dialect that throws says nothing")
  void ownDialect() {
    Dialect own =
        (reply, now) ->
            reply
                .header("x-come-back-in")
                .map(value -> Signals.waitFor(Duration.ofMinutes(Long.parseLong(value))))
                .orElse(Signals.NONE);
    List<Dialect> dialects = new ArrayList<>(List.of(own));
    dialects.addAll(Dialect.known());
    assertEquals(
        Optional.of(Duration.ofMinutes(2)),
        Signals.in(Answer.of(429, "x-come-back-in: 2", "Retry-After: 3"), NOW, dialects).delay());
    assertEquals(
        Optional.of(Duration.ofSeconds(3)),
        Signals.in(Answer.of(429, "x-come-back-in: two", "Retry-After: 3"), NOW, dialects).delay());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "RateLimit: \"default\";r=0;t=30",
        "X-RateLimit-Remaining: 0",
        "X-RateLimit-Remaining-Requests: 0",
        "Anthropic-RateLimit-Requests-Remaining: 0"
      })
  @DisplayName("from a cache declares no limits: they were those of when it was made")
  void fromCache(String declaration) {
    assertFalse(in(Answer.of(200, declaration, "Age: 0")).limits().isEmpty());
    assertEquals(List.of(), in(Answer.of(200, declaration, "Age: 7")).limits());
    assertDelay("PT3S", Answer.of(503, declaration, "Age: 7", "Retry-After: 3"));
  }

  @Test
  @DisplayName(
      "of any characters in any header never throws, and asks for no more than the longest wait")
  void nonsense() {
    List<String> names =
        List.of(
            "retry-after",
            "retry-after-ms",
            "ratelimit",
            "ratelimit-policy",
            "grpc-retry-pushback-ms",
            "x-ratelimit-limit",
            "x-ratelimit-remaining",
            "x-ratelimit-reset",
            "x-ratelimit-reset-tokens",
            "x-ratelimit-remaining-tokens",
            "anthropic-ratelimit-tokens-reset");
    List<String> values =
        List.of(
            "0",
            "9".repeat(400),
            "-1",
            "1e999",
            "\"a\";r=" + "9".repeat(15) + ";t=1",
            ";",
            "6m",
            "9999999999999d");
    Random random = new Random(11);
    for (int i = 0; i < 20_000; i++) {
      String[] lines = new String[4];
      for (int line = 0; line < lines.length; line++) {
        lines[line] =
            names.get(random.nextInt(names.size()))
                + ":"
                + values.get(random.nextInt(values.size()));
      }
      Signals signals = in(Answer.of(429, lines));
      assertTrue(signals.delay().orElse(Duration.ZERO).compareTo(Signals.LONGEST_WAIT) <= 0);
    }
  }
}
