package io.millrace.examples.documentation;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.Parallel;
import io.millrace.ParallelFunction;
import io.millrace.plan.Backoff;
import io.millrace.plan.Hedge;
import io.millrace.plan.Http;
import io.millrace.plan.HttpStatusException;
import io.millrace.plan.Jitter;
import io.millrace.plan.Retry;
import io.millrace.plan.RetryBudget;
import io.millrace.signal.HttpReply;
import java.io.IOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What {@code docs/retries.md} shows. */
class RetriesTest {
  private final AtomicInteger calls = new AtomicInteger();

  private String state(String job) throws IOException {
    int call = calls.incrementAndGet();
    if (call == 1) {
      throw new IOException("reset");
    }
    return call == 2 ? "pending" : "done";
  }

  @Test
  void whichAndHowOften() {
    // @start region="retry"
    var retry =
        Retry.ofAttempts(4) // calls in all; Retry.ofRetries(3) is the same
            .on(IOException.class, TimeoutException.class) // only these types,
            .when(error -> !"not found".equals(error.getMessage())) // and of those only these
            .whenResult((String state) -> state.equals("pending")) // results too
            .backoff(Backoff.exponential(ofMillis(1)).cap(ofSeconds(10)).jitter(Jitter.EQUAL));
    // @end
    var results = Parallel.of(2).retry(retry).map(List.of("job"), this::state);
    assertEquals(List.of("done"), results.values());
    assertEquals(3, results.outcomes().getFirst().attempts());
  }

  @SuppressWarnings("serial")
  // @start region="reply"
  static class RefusedException extends IOException implements HttpReply {
    private final int status;
    private final String retryAfter;

    RefusedException(int status, String retryAfter) {
      super("status " + status);
      this.status = status;
      this.retryAfter = retryAfter;
    }

    @Override
    public int statusCode() {
      return status;
    }

    @Override
    public Optional<String> header(String name) {
      return name.equals("retry-after") ? Optional.of(retryAfter) : Optional.empty();
    }
  }

  // @end

  private String get(String url) throws IOException {
    if (calls.incrementAndGet() == 1) {
      throw new RefusedException(429, "0");
    }
    return url;
  }

  @Test
  void byTheItem() {
    // @start region="item"
    var readsOnly =
        Retry.ofAttempts(4)
            .when((URI url, Throwable error) -> !url.getPath().startsWith("/orders"));
    // @end
    var attempts =
        Parallel.of(2)
            .retry(readsOnly.backoff(Backoff.none()))
            .map(List.of(URI.create("http://localhost/orders/1")), this::refuse);
    assertEquals(1, attempts.outcomes().getFirst().attempts());
  }

  private String refuse(URI url) throws IOException {
    throw new IOException(url.toString());
  }

  @Test
  void sending() {
    var client = HttpClient.newHttpClient();
    List<HttpRequest> requests = List.of();
    // @start region="sending"
    var parallel = Parallel.of(20).retry(Retry.http()).attemptTimeout(ofSeconds(5));

    var results = parallel.map(requests, Http.sending(client, BodyHandlers.ofString()));
    for (var failure : results.failures()) {
      if (failure.error() instanceof HttpStatusException refused) {
        log(failure.item().uri(), refused.statusCode());
      }
    }
    // @end
    assertEquals(0, results.size());
  }

  @Test
  void sendingByHand() {
    var client = HttpClient.newHttpClient();
    var parallel = Parallel.of(20);
    List<URI> urls = List.of();
    // @start region="apply"
    var send = Http.sending(client, BodyHandlers.ofString());
    var results = parallel.map(urls, url -> send.apply(HttpRequest.newBuilder(url).build()));
    // @end
    assertEquals(0, results.size());
  }

  @Test
  void fatal() {
    // @start region="fatal"
    Retry http = Retry.http();
    var oneHost =
        http.endRunWhen(
            (HttpRequest request, Throwable error) ->
                error instanceof UnknownHostException || http.isFatal(request, error));
    var manyHosts = http.endRunWhen(error -> false).endRunWhenResult(reply -> false);
    // @end
    var request = HttpRequest.newBuilder(URI.create("http://nowhere.invalid/")).build();
    var unknown = new UnknownHostException("nowhere.invalid");
    assertEquals(true, oneHost.isFatal(request, unknown));
    assertEquals(false, manyHosts.isFatal(request, unknown));
  }

  private static void log(URI url, int status) {
    throw new AssertionError(url + ": " + status);
  }

  @Test
  void http() {
    // @start region="http"
    var retry = Retry.http(502, 503).attempts(6).maxServerWait(ofSeconds(60)); // and 429, always
    // @end
    var results = Parallel.of(2).retry(retry).map(List.of("/a"), this::get);
    assertEquals(2, results.outcomes().getFirst().attempts());
  }

  @Test
  void inTheEnd() {
    // @start region="substitute"
    ParallelFunction<String, Integer> parsing = Parallel.of(8).function(Integer::parseInt);
    var constant = parsing.orElse(-1);
    var fromTheError = parsing.orElseGet(error -> error.getMessage().length());
    // @end
    var broken = List.of("x");
    assertEquals(List.of(-1), constant.map(broken).values());
    assertEquals(1, fromTheError.map(broken).values().size());
  }

  @Test
  void budgets() {
    // @start region="budget"
    var retry =
        Retry.ofAttempts(4).budget(RetryBudget.of(0.1)); // 10 % of the calls, and 100 in 10 s
    var strict = Retry.ofAttempts(4).budget(RetryBudget.of(0.05, 20, ofMinutes(1)));
    // @end
    // @start region="stubborn"
    var stubborn = Retry.http().budget(RetryBudget.unlimited());
    // @end
    assertEquals(retry.budget().toString(), Retry.http().budget().toString());
    assertEquals(20, strict.budget().floor());
    assertEquals(4, stubborn.attempts());
  }

  @Test
  void hedges() {
    // @start region="hedge"
    var parallel = Parallel.of(50).hedgeIdempotent(Hedge.afterPercentile(95));
    // @end
    assertEquals(List.of(1), parallel.map(List.of("a"), String::length).values());
  }
}
