package io.millrace.examples.python;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.PairFunction;
import io.millrace.Parallel;
import io.millrace.ParallelFunction;
import io.millrace.Results;
import io.millrace.limit.RateLimiter;
import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Success;
import io.millrace.plan.Action;
import io.millrace.plan.Backoff;
import io.millrace.plan.ContextCarrier;
import io.millrace.plan.Jitter;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.Source;
import io.millrace.plan.StopToken;
import io.millrace.plan.Workers;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.ScriptedAction;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PyarallelTest {
  private static final ScopedValue<String> TENANT = ScopedValue.newInstance();

  private final List<String> urls = List.of("/a", "/bb", "/broken", "/c");
  private final List<String> good = List.of("/a", "/bb");
  private final Map<String, Integer> saved = new TreeMap<>();
  private final List<String> logged = new ArrayList<>();

  private Integer fetch(String url) throws IOException {
    if (url.equals("/broken")) {
      throw new IOException("no route to " + url);
    }
    return url.length();
  }

  private CompletableFuture<Integer> fetchAsync(String url) {
    return CompletableFuture.completedFuture(url.length());
  }

  private void show(long done, long total) {
    logged.add(done + "/" + total);
  }

  private void log(Object item, Object result) {
    logged.add(item + ": " + result);
  }

  @Test
  @DisplayName("PY1, PY11, PY12: all results, in input order")
  void map() {
    // @start region="map"
    Results<String, Integer> results = Parallel.of(20).map(urls, this::fetch);

    if (results.ok()) {
      List<Integer> all = results.values();
      log("all", all);
    }
    for (Outcome<String, Integer> outcome : results.outcomes()) {
      switch (outcome) {
        case Success(var url, var length, _) -> saved.put(url, length);
        case Failure(var url, var error, _) -> log(url, error.getMessage());
        case NotRun(var url, var reason, _) -> log(url, reason);
      }
    }
    // @end
    assertEquals(Map.of("/a", 2, "/bb", 3, "/c", 2), saved);
    assertEquals(List.of("/broken: no route to /broken"), logged);
    assertEquals(4, results.size());
    assertEquals(3, results.get(1));
    assertEquals(List.of(2, 3, 2), results.okValues());
    assertEquals(3, results.successes().size());
    assertEquals(1, results.failures().size());
    assertTrue(Parallel.of().map(good, this::fetch).throwIfFailed().ok());
  }

  @Test
  @DisplayName("PY2 to PY7, L11: the options of a call")
  void options() {
    // @start region="options"
    var parallel =
        Parallel.of(10) // concurrency=10
            .rateLimit(RateLimit.perMinute(100)) // rate_limit=RateLimit(100, "minute")
            .attemptTimeout(ofSeconds(5)) // task_timeout=5.0
            .onProgress(this::show) // on_progress=show
            .window(500) // batch_size=500
            .retry(
                Retry.ofAttempts(3)
                    .backoff(Backoff.exponential(ofSeconds(1)).jitter(Jitter.EQUAL))); // retry=...
    // @end
    try (var clock = ManualClock.jumping()) {
      var call =
          ScriptedAction.<String, Integer>on(clock).fails(new IOException("busy"), 2).returns(1);
      assertEquals(List.of(1), parallel.clock(clock).map(List.of("/a"), call).values());
      List<Duration> starts = call.startsOf("/a");
      assertBetween(ofMillis(600), ofMillis(1_000), starts.get(1).minus(starts.get(0)));
      assertBetween(ofMillis(1_000), ofMillis(2_000), starts.get(2).minus(starts.get(1)));
    }
    assertEquals(List.of("1/1"), logged);
    Parallel.of().rateLimit(5).itemTimeout(ofSeconds(20)).runTimeout(ofMinutes(10));
  }

  private static void assertBetween(Duration least, Duration most, Duration actual) {
    assertTrue(actual.compareTo(least) >= 0 && actual.compareTo(most) <= 0, actual.toString());
  }

  @Test
  @DisplayName("PY8: items as arguments")
  void starmap() {
    // @start region="starmap"
    var add = Parallel.of(4).spread(Integer::sum);

    List<Integer> sums = add.map(List.of(1, 3), List.of(2, 4)).values(); // two lists, in step
    List<Integer> same = add.map(List.of(Map.entry(1, 2), Map.entry(3, 4))).values(); // or entries
    // @end
    assertEquals(List.of(3, 7), sums);
    assertEquals(sums, same);
    List<Map.Entry<Integer, Integer>> equalKeys = List.of(Map.entry(3, 1), Map.entry(3, 0));
    assertEquals(List.of(4, 3), add.map(equalKeys).values());
    var pairs = Source.zip(List.of(1, 3), List.of(2, 4));
    assertEquals(sums, Parallel.of(4).map(pairs, Action.spread(Integer::sum)).values());
    assertEquals(sums, Parallel.of(4).map(List.of(1, 3), List.of(2, 4), Integer::sum).values());
  }

  @Test
  @DisplayName("PY9: outcomes as they come")
  void stream() {
    // @start region="stream"
    try (var run = Parallel.of(10).start(urls, this::fetch)) {
      for (var item : run) {
        if (item.isSuccess()) {
          saved.put(item.item(), item.value());
        } else {
          log(item.index(), item.error());
        }
      }
    }
    // @end
    assertEquals(3, saved.size());
    assertEquals(List.of("2: java.io.IOException: no route to /broken"), logged);
    try (var outcomes = Parallel.of(10).stream(urls, this::fetch)) {
      assertEquals(4, outcomes.count());
    }
  }

  // @start region="decorator"
  static class Scraper {
    private final String base;

    final ParallelFunction<String, String> fetch = Parallel.of(5).function(this::get);

    Scraper(String base) {
      this.base = base;
    }

    private String get(String path) {
      return base + path;
    }
  }

  // @end

  @Test
  @DisplayName("PY10: a function that keeps its options")
  void decorator() throws Exception {
    // @start region="decorated"
    var scraper = new Scraper("https://api.example.com");

    String plain = scraper.fetch.apply("/users/1"); // as there: without any option
    String one = scraper.fetch.call("/users/1"); // with limit, retries and timeouts
    var all = scraper.fetch.map(List.of("/users/1", "/users/2"));
    var faster = scraper.fetch.with(p -> p.concurrency(20).attemptTimeout(ofSeconds(5)));
    // @end
    assertEquals("https://api.example.com/users/1", one);
    assertEquals(one, plain);
    assertEquals(2, all.values().size());
    assertEquals(2, faster.map(List.of("/users/1", "/users/2")).values().size());
    PairFunction<String, Integer, String> repeat = Parallel.of().spread(String::repeat);
    assertEquals("xx", repeat.apply("x", 2));
  }

  @Test
  @DisplayName("PY13: actions that compute")
  void computing() {
    int cores = Runtime.getRuntime().availableProcessors();
    var parallel = Parallel.of(cores).workers(Workers.platform());
    assertEquals(List.of(2, 3), parallel.map(good, this::fetch).values());
  }

  @Test
  @DisplayName("PY14, PY15, PY16: one limiter for all, and answers of a server")
  void shared() {
    // @start region="shared"
    var limiter = RateLimiter.of(RateLimit.perSecond(100).burst(10)); // Limiter(...)
    var pages = Parallel.of(20).rateLimit(limiter).retry(Retry.http()); // Retry.for_http()
    var images =
        Parallel.of(5)
            .rateLimit(limiter) // together at most 100 a second
            .retry(
                Retry.ofAttempts(4)
                    .on(IOException.class)
                    .when(error -> !error.getMessage().contains("no route"))
                    .whenResult((Integer length) -> length == 0));
    // @end
    assertEquals(List.of(2, 3), pages.map(good, this::fetch).values());
    assertEquals(1, images.map(urls, this::fetch).failures().getFirst().attempts());
    limiter.pause(ofMillis(1));
  }

  @Test
  @DisplayName("PY18, PY20: to stop, and to say what came of each item")
  void stopping() {
    // @start region="stopping"
    var token = new StopToken(); // token.stop(), from any thread
    var parallel =
        Parallel.of(10)
            .stopToken(token) // stop=token
            .maxFailures(3) // max_errors=3
            .runTimeout(ofMinutes(1)) // timeout=60
            .itemKey((String url) -> url.substring(1)) // item_key=...
            .onOutcome(outcome -> log(outcome.key(), outcome.attempts())); // on_result=...
    // @end
    assertEquals(4, parallel.map(urls, this::fetch).size());
    assertEquals(List.of("a: 1", "bb: 1", "broken: 1", "c: 1"), logged.stream().sorted().toList());
    token.stop();
    assertEquals("CANCELLED", parallel.map(urls, this::fetch).status().toString());
  }

  @Test
  @DisplayName("PY19, PY21, PY22: in order, in the caller's thread, with its context")
  void order() throws Exception {
    ThreadLocal<String> user = ThreadLocal.withInitial(() -> "nobody");
    user.set("ada");
    try (var outcomes = Parallel.of(4).ordered().stream(good, this::fetch)) {
      assertEquals(List.of("/a", "/bb"), outcomes.map(Outcome::item).toList());
    }
    var debugging = Parallel.of(4).workers(Workers.caller());
    assertEquals(List.of(2, 3), debugging.map(good, this::fetch).values());
    var parallel = Parallel.of(4).context(ContextCarrier.of(user)).scopedValues(TENANT);
    ScopedValue.where(TENANT, "blue")
        .run(
            () ->
                assertEquals(
                    List.of("ada/blue", "ada/blue"),
                    parallel.map(good, url -> user.get() + "/" + TENANT.get()).values()));
  }

  @Test
  @DisplayName("PY23: asynchronous actions and sources")
  void asynchronous() {
    Flow.Publisher<String> publisher = this::publish;
    // @start region="async"
    var client = Parallel.of(10).function(Action.awaiting(this::fetchAsync));

    var results = client.map(Source.of(publisher)); // no more is asked for than the window
    // @end
    assertEquals(List.of(2, 3), results.values());
  }

  private void publish(Flow.Subscriber<? super String> subscriber) {
    try (var sender = new SubmissionPublisher<String>()) {
      sender.subscribe(subscriber);
      good.forEach(sender::submit);
    }
  }
}
