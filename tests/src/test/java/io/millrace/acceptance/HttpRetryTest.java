package io.millrace.acceptance;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.Parallel;
import io.millrace.executor.ParallelExecutor;
import io.millrace.executor.TaskOptions;
import io.millrace.limit.RateLimiter;
import io.millrace.plan.Backoff;
import io.millrace.plan.HttpStatusException;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
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
import java.util.ArrayList;
import java.util.List;
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

  @DisplayName("H12: by default, the statuses that curl repeats are repeated")
  @ParameterizedTest(name = "{displayName}: {0} in {1} calls")
  @CsvSource({
    "200,1", "304,1", "400,1", "404,1", "408,4", "409,1", "425,1", "429,4", "500,4", "501,1",
    "502,4", "503,4", "504,4", "505,1", "599,1"
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
    for (int status : List.of(408, 500, 502, 503, 504)) {
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

  @Test
  @DisplayName(
      "H12, A14: a failure of 503 with Retry-After pauses the limiter also if 503 is not repeated")
  void pausesAllTheSame() throws Exception {
    try (ManualClock clock = ManualClock.jumping()) {
      RateLimiter shared = RateLimiter.of(RateLimit.unlimited(), clock);
      Parallel parallel = Parallel.of(1).clock(clock).rateLimit(shared);
      parallel
          .retry(Retry.http(500))
          .map(
              List.of("a"),
              _ -> {
                throw new HttpStatusException(Reply.of(503, "Retry-After", "7"));
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
}
