package io.millrace.acceptance;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.executor.ParallelExecutor;
import io.millrace.executor.TaskOptions;
import io.millrace.limit.RateLimiter;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Backoff;
import io.millrace.plan.HttpStatusException;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.signal.HttpReply;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code Retry.http()} sends again, and what a policy sees. */
@NoLeaks
class HttpRetryTest {
  private static final Backoff AT_ONCE = Backoff.none();

  private static HttpRequest request(String method) {
    return HttpRequest.newBuilder(URI.create("http://localhost/"))
        .method(method, BodyPublishers.noBody())
        .build();
  }

  private static int calls(Retry retry, HttpRequest request, Exception error) {
    var results =
        Parallel.of(1)
            .retry(retry.backoff(AT_ONCE))
            .map(
                List.of(request),
                _ -> {
                  throw error;
                });
    return results.outcomes().getFirst().attempts();
  }

  private static int calls(Retry retry, HttpRequest request, Reply reply) {
    int returned =
        Parallel.of(1)
            .retry(retry.backoff(AT_ONCE))
            .map(List.of(request), _ -> reply)
            .outcomes()
            .getFirst()
            .attempts();
    assertEquals(returned, calls(retry, request, new HttpStatusException(reply)), "if thrown");
    return returned;
  }

  private static Reply reply(int status) {
    return Reply.of(status, "X-Other", "1");
  }

  @DisplayName("H12: by default, the statuses that curl repeats are repeated, and their like")
  @ParameterizedTest(name = "{displayName}: {0} in {1} calls")
  @CsvSource({
    "200,1", "304,1", "400,1", "404,1", "408,4", "409,1", "425,1", "429,4", "500,4", "501,1",
    "502,4", "503,4", "504,4", "505,1", "519,1", "520,4", "522,4", "524,4", "525,1", "529,4",
    "599,1"
  })
  void statuses(int status, int calls) {
    assertEquals(calls, calls(Retry.http(), request("GET"), reply(status)));
  }

  @Test
  @DisplayName("H12: statuses of one's own replace the default ones, but never 429")
  void ownStatuses() {
    Retry retry = Retry.http(500);
    assertEquals(4, calls(retry, request("GET"), reply(500)));
    assertEquals(4, calls(retry, request("GET"), reply(429)));
    assertEquals(1, calls(retry, request("GET"), reply(502)));
    var refused = assertThrows(IllegalArgumentException.class, () -> Retry.http(503, 42));
    assertEquals("status must be from 100 to 999, not 42", refused.getMessage());
  }

  @DisplayName("H7: only what may be sent twice is sent again after an error of the server")
  @ParameterizedTest(name = "{displayName}: {0} in {1} calls")
  @CsvSource({"GET,4", "HEAD,4", "OPTIONS,4", "TRACE,4", "PUT,4", "DELETE,4", "POST,1", "PATCH,1"})
  void methods(String method, int calls) {
    HttpRequest request = request(method);
    for (int status : List.of(408, 500, 502, 503, 504, 520, 529)) {
      assertEquals(calls, calls(Retry.http(), request, reply(status)), "status " + status);
    }
    assertEquals(calls, calls(Retry.http(), request, new SocketException("reset")));
    assertEquals(calls, calls(Retry.http(), request, new HttpTimeoutException("slow")));
    assertEquals(calls, calls(Retry.http(), request, new TimeoutException("slow")));
  }

  @DisplayName("H7: what was refused before it was processed is sent again, whatever it is")
  @ParameterizedTest(name = "{displayName}: {0}")
  @ValueSource(strings = {"GET", "POST", "PATCH"})
  void refusedBefore(String method) {
    HttpRequest request = request(method);
    assertEquals(4, calls(Retry.http(), request, reply(429)));
    assertEquals(4, calls(Retry.http(), request, Reply.of(503, "Retry-After", "0")));
    assertEquals(4, calls(Retry.http(), request, Reply.of(529, "Retry-After", "0")));
    assertEquals(4, calls(Retry.http(), request, new ConnectException("refused")));
    assertEquals(4, calls(Retry.http(), request, new HttpConnectTimeoutException("slow")));
    assertEquals(4, calls(Retry.http(), request, new UnknownHostException("nowhere")));
  }

  @Test
  @DisplayName("H7: a POST with an Idempotency-Key may be sent twice")
  void withAKey() {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://localhost/"))
            .POST(BodyPublishers.noBody())
            .header("Idempotency-Key", "a")
            .build();
    assertEquals(4, calls(Retry.http(), request, reply(500)));
    assertEquals(4, calls(Retry.http(), request, new IOException("reset")));
  }

  @ParameterizedTest
  @DisplayName(
      "H12, A14: a failure of 503 or 529 with Retry-After pauses the limiter also if it is not repeated")
  @ValueSource(ints = {503, 529})
  void pausesAllTheSame(int status) throws Exception {
    try (ManualClock clock = ManualClock.jumping()) {
      RateLimiter shared = RateLimiter.of(RateLimit.unlimited(), clock);
      Parallel parallel = Parallel.of(1).clock(clock).rateLimit(shared);
      parallel
          .retry(Retry.http(500))
          .map(
              List.of("a"),
              _ -> {
                throw new HttpStatusException(Reply.of(status, "Retry-After", "7"));
              });
      parallel.map(List.of("b"), _ -> Reply.ok());
      assertEquals(ofSeconds(7), clock.elapsed());
    }
  }

  @Test
  @DisplayName("H7: a policy sees the item: of errors and of results")
  void theItemIsSeen() {
    Retry retry =
        Retry.ofAttempts(3)
            .backoff(AT_ONCE)
            .when((String item, Throwable error) -> item.equals("again") && error != null)
            .whenResult((String item, String value) -> item.equals("more") && value.isEmpty());
    List<String> calls = new ArrayList<>();
    Parallel.of(1)
        .retry(retry)
        .map(
            List.of("again", "once", "more", "enough"),
            item -> {
              calls.add(item);
              if (item.equals("again") || item.equals("once")) {
                throw new IOException(item);
              }
              return "";
            });
    assertEquals(
        List.of("again", "again", "again", "enough", "more", "more", "more", "once"),
        calls.stream().sorted().toList());
  }

  @Test
  @DisplayName("H7: the tasks of an executor have no item")
  void tasksHaveNoItem() {
    List<Object> seen = new ArrayList<>();
    Retry retry =
        Retry.ofAttempts(2).backoff(AT_ONCE).when((item, error) -> seen.add(String.valueOf(item)));
    try (ParallelExecutor executor = ParallelExecutor.of(1)) {
      var future =
          executor.submit(
              () -> {
                throw new IOException("busy");
              },
              TaskOptions.none().retry(retry));
      assertThrows(IOException.class, future::result);
    }
    assertEquals(List.of("null"), seen.stream().distinct().toList());
  }

  // Dead keys

  private static final String QUOTA =
      "{\"error\": {\"message\": \"You exceeded your current quota\", \"type\": \"insufficient_quota\"}}";

  /* What another client throws. */
  @SuppressWarnings("serial") // it is thrown here only
  private static final class Refused extends IOException implements HttpReply {
    private final int status;
    private final String body;

    Refused(int status, String body) {
      this.status = status;
      this.body = body;
    }

    @Override
    public int statusCode() {
      return status;
    }

    @Override
    public Optional<String> header(String name) {
      return Optional.empty();
    }

    @Override
    public Optional<String> body() {
      return Optional.of(body);
    }
  }

  private static RunStatus status(Retry retry, Object item, int status, String body) {
    var results =
        Parallel.of(1)
            .retry(retry.attempts(1))
            .map(
                List.of(item, item),
                _ -> {
                  throw new Refused(status, body);
                });
    assertEquals(results.status() == RunStatus.COMPLETED ? 2 : 1, results.failures().size());
    return results.status();
  }

  private static HttpRequest withKey(String header) {
    return HttpRequest.newBuilder(URI.create("http://localhost/")).header(header, "key").build();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Authorization", "X-Api-Key", "api-key", "x-goog-api-key"})
  @DisplayName("R4: a key that is refused with 401 ends the run")
  void deadKey(String header) {
    assertEquals(RunStatus.FATAL_ERROR, status(Retry.http(), withKey(header), 401, ""));
    assertEquals(RunStatus.FATAL_ERROR, status(Retry.http(503), withKey(header), 401, ""));
  }

  @Test
  @DisplayName("R4: a stranger's answer to a request without a key ends nothing, whatever it says")
  void noKey() {
    assertEquals(RunStatus.COMPLETED, status(Retry.http(), request("GET"), 401, ""));
    assertEquals(RunStatus.COMPLETED, status(Retry.http(), request("GET"), 429, QUOTA));
    assertEquals(RunStatus.COMPLETED, status(Retry.http(), "item", 401, ""));
  }

  @ParameterizedTest
  @CsvSource({
    "429, insufficient_quota, FATAL_ERROR",
    "401, invalid_api_key, FATAL_ERROR",
    "402, billing_error, FATAL_ERROR",
    "400, API_KEY_INVALID, FATAL_ERROR",
    "429, rate_limit_exceeded, COMPLETED",
    "403, , COMPLETED",
    "500, insufficient_quota, COMPLETED",
  })
  @DisplayName("R4: an answer that names a dead key or an empty account ends the run")
  void reasons(int status, String reason, RunStatus expected) {
    String body =
        "{\"error\": {\"code\": \"" + reason + "\", \"message\": \"insufficient_quota?\"}}";
    assertEquals(expected, status(Retry.http(), withKey("Authorization"), status, body));
    assertEquals(expected, status(Retry.http(), "a request that is not known", status, body));
  }

  @Test
  @DisplayName("R4: what is fatal can be replaced, and a status that is to be repeated is not")
  void replaced() {
    HttpRequest request = withKey("Authorization");
    Retry none = Retry.http().endRunWhen(error -> false);
    assertEquals(RunStatus.COMPLETED, status(none, request, 401, QUOTA));
    assertEquals(RunStatus.COMPLETED, status(Retry.http(401), request, 401, ""));
    Retry http = Retry.http();
    Retry more =
        http.endRunWhen(
            (HttpRequest item, Throwable error) ->
                error instanceof UnknownHostException || http.isFatal(item, error));
    assertEquals(RunStatus.FATAL_ERROR, status(more, request, 401, ""));
    var unknown =
        Parallel.of(1)
            .retry(more)
            .map(
                List.of(request, request),
                _ -> {
                  throw new UnknownHostException("nowhere.invalid");
                });
    assertEquals(RunStatus.FATAL_ERROR, unknown.status());
    assertEquals(1, unknown.failures().getFirst().attempts(), "attempts");
  }

  /** An answer with fields and a body, of which it is not known to what. */
  private record Said(int statusCode, Map<String, String> fields, Optional<String> body)
      implements HttpReply {
    @Override
    public Optional<String> header(String name) {
      return Optional.ofNullable(fields.get(name.toLowerCase(Locale.ROOT)));
    }
  }

  private static Said said(int status, Map<String, String> fields) {
    return new Said(status, fields, Optional.empty());
  }

  private static Duration pauseAfter(HttpReply reply) throws Exception {
    try (ManualClock clock = ManualClock.jumping()) {
      RateLimiter shared = RateLimiter.of(RateLimit.unlimited(), clock);
      Parallel parallel = Parallel.of(1).clock(clock).rateLimit(shared);
      parallel.retry(Retry.http().attempts(1)).map(List.of("a"), _ -> reply);
      parallel.map(List.of("b"), _ -> Reply.ok());
      return clock.elapsed();
    }
  }

  @Test
  @DisplayName("A14, E16: who says \"once more\" is obeyed as to when, whatever the status")
  void onceMoreLater() throws Exception {
    Said later = said(409, Map.of("x-should-retry", "true", "retry-after", "7"));
    assertEquals(ofSeconds(7), pauseAfter(later));
    try (ManualClock clock = ManualClock.jumping()) {
      Parallel.of(1)
          .clock(clock)
          .retry(Retry.http().attempts(2).backoff(AT_ONCE))
          .map(List.of("a"), _ -> later);
      assertTrue(clock.elapsed().compareTo(ofSeconds(7)) >= 0, "elapsed " + clock.elapsed());
    }
    assertEquals(
        ofSeconds(0), pauseAfter(said(409, Map.of("x-should-retry", "false", "retry-after", "7"))));
    assertEquals(ofSeconds(0), pauseAfter(said(409, Map.of("retry-after", "7"))));
  }

  @Test
  @DisplayName(
      "A14: an answer that ends the run pauses the limiter for whoever shares it, if it says for how long")
  void fatalAndPatient() throws Exception {
    Said fatal = new Said(429, Map.of("retry-after", "7"), Optional.of(QUOTA));
    assertEquals(
        RunStatus.FATAL_ERROR,
        Parallel.of(1).retry(Retry.http()).map(List.of("a"), _ -> fatal).status());
    assertEquals(ofSeconds(7), pauseAfter(fatal));
  }

  @SuppressWarnings("serial")
  private static final class Bad extends RuntimeException {
    @Override
    public synchronized Throwable getCause() {
      throw new IllegalStateException("no cause");
    }
  }

  @Test
  @DisplayName("A46: an error whose cause cannot be had is what the item fails with")
  void aBrokenCause() {
    Bad bad = new Bad();
    var results =
        Parallel.of(1)
            .retry(Retry.http().when(error -> true).backoff(AT_ONCE))
            .map(
                List.of(1),
                item -> {
                  throw bad;
                });
    assertSame(bad, results.failures().getFirst().error());
  }
}
