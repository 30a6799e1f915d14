package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.executor.ParallelExecutor;
import io.millrace.plan.Cost;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.scope.TaskGroup;
import io.millrace.signal.DeclaredLimit.Unit;
import io.millrace.signal.HttpReply;
import io.millrace.testkit.ManualClock;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** In virtual time. Each host allows 60 requests in windows of a minute, says so in its answers, and is 50 ms away. */
@DisplayName("S8: RateLimit.declaredByServer with answers of HTTP")
@Timeout(120)
class DeclaredByServerTest {
  private static final int ITEMS = 150;
  private static final long MINUTE = 60_000;

  private final ManualClock clock = ManualClock.jumping();
  private final Map<String, Integer> taken = new TreeMap<>();
  private final List<Long> starts = Collections.synchronizedList(new ArrayList<>());
  private int refused;

  private record Reply(int statusCode, Map<String, String> headers) implements HttpReply {
    @Override
    public Optional<String> header(String name) {
      return Optional.ofNullable(headers.get(name));
    }
  }

  @AfterEach
  void close() {
    clock.close();
  }

  private synchronized Reply serve(String host) {
    long now = clock.elapsed().toMillis();
    int before = taken.getOrDefault(host + now / MINUTE, 0);
    if (before == 60) {
      refused++;
    } else {
      taken.put(host + now / MINUTE, before + 1);
    }
    String remaining = Integer.toString(Math.max(0, 59 - before));
    String reset = Long.toString((MINUTE - now % MINUTE) / 1_000);
    return new Reply(
        before == 60 ? 429 : 200,
        Map.of(
            "x-ratelimit-limit",
            "60",
            "x-ratelimit-remaining",
            remaining,
            "x-ratelimit-reset",
            reset));
  }

  private Reply call(String host) throws InterruptedException {
    starts.add(clock.elapsed().toMillis());
    clock.sleep(Duration.ofMillis(25));
    Reply reply = serve(host);
    clock.sleep(Duration.ofMillis(25));
    return reply;
  }

  private static List<Integer> items() {
    return IntStream.range(0, ITEMS).boxed().toList();
  }

  private Parallel parallel() {
    return Parallel.of(32).clock(clock).retry(Retry.http().attempts(5));
  }

  private void kept() {
    assertEquals(0, refused, "refused");
    long seconds = clock.elapsed().toSeconds();
    assertTrue(seconds >= 60 && seconds < 180, seconds + " s");
  }

  @Test
  @DisplayName("a run gets all that is allowed, and nothing is refused")
  void run() {
    var results =
        parallel().rateLimit(RateLimit.declaredByServer(40)).map(items(), item -> call("a"));
    assertEquals(ITEMS, results.successes().size());
    kept();
    assertEquals(25, starts.get(1), "the second start, in ms: at the first rate");
  }

  private synchronized Reply serveMany() {
    long now = clock.elapsed().toMillis();
    int before = taken.merge("minute " + now / MINUTE, 1, Integer::sum) - 1;
    if (before < 600) {
      String remaining = Integer.toString(599 - before);
      return new Reply(200, Map.of("x-ratelimit-limit", "600", "x-ratelimit-remaining", remaining));
    }
    refused++;
    String reset = Long.toString((MINUTE - now % MINUTE) / 1_000);
    return new Reply(
        429,
        Map.of(
            "x-ratelimit-limit",
            "600",
            "x-ratelimit-remaining",
            "0",
            "x-ratelimit-reset",
            reset,
            "retry-after",
            reset));
  }

  @Test
  @DisplayName(
      "what only refusals say of a reset holds until then: afterwards the rate finds itself")
  void resetOfRefusalsOnly() {
    var results =
        parallel()
            .rateLimit(RateLimit.declaredByServer(40))
            .retry(Retry.http().attempts(20))
            .map(
                IntStream.range(0, 3_000).boxed().toList(),
                item -> {
                  clock.sleep(Duration.ofMillis(25));
                  Reply reply = serveMany();
                  clock.sleep(Duration.ofMillis(25));
                  return reply;
                });
    assertEquals(3_000, results.successes().size());
    long minutes = clock.elapsed().toMinutes();
    assertTrue(minutes < 7, minutes + " minutes for what takes 5 at least");
    assertTrue(refused < 200, refused + " were refused");
  }

  @Test
  @DisplayName("S6, S8: a bound of one in thousands of years is kept")
  void leastOfRates() {
    for (RateLimit limit :
        List.of(
            RateLimit.declaredByServer(1e-11).most(1e-11),
            RateLimit.adaptive().between(1e-11, 1e-11))) {
      try (ManualClock still = new ManualClock()) {
        RateLimiter limiter = RateLimiter.of(limit, still);
        assertTrue(limiter.tryAcquire());
        still.advance(Duration.ofDays(365));
        assertFalse(limiter.tryAcquire(), limit::toString);
      }
    }
  }

  @Test
  @DisplayName("a stream does")
  void stream() {
    var limited = parallel().rateLimit(RateLimit.declaredByServer(5));
    try (var stream = limited.stream(items(), item -> call("a"))) {
      assertEquals(ITEMS, stream.count());
    }
    kept();
  }

  @Test
  @DisplayName("tasks of an executor do")
  void tasks() throws Exception {
    try (var executor = ParallelExecutor.of(parallel().rateLimit(RateLimit.declaredByServer(5)))) {
      List<Future<Reply>> futures = new ArrayList<>();
      for (int i = 0; i < ITEMS; i++) {
        futures.add(executor.submit(() -> call("a")));
      }
      for (Future<Reply> future : futures) {
        assertEquals(200, future.get().statusCode());
      }
    }
    kept();
  }

  @Test
  @DisplayName("a wrapped function does, called in a group")
  void group() throws Exception {
    RateLimiter limiter = RateLimiter.of(RateLimit.declaredByServer(5), clock);
    Callable<Reply> limited = limiter.wrap(() -> call("a"));
    TaskGroup.run(
        group ->
            group.start(
                () -> {
                  for (int i = 0; i < ITEMS; i++) {
                    assertEquals(200, limited.call().statusCode());
                  }
                }));
    kept();
  }

  @Test
  @DisplayName("runs that share a limiter share what remains")
  void shared() throws Exception {
    RateLimiter limiter = RateLimiter.of(RateLimit.declaredByServer(5), clock);
    List<Integer> half = items().subList(0, ITEMS / 2);
    TaskGroup.run(
        group -> {
          for (int i = 0; i < 2; i++) {
            group.start(() -> parallel().rateLimit(limiter).map(half, item -> call("a")));
          }
        });
    assertEquals(ITEMS, starts.size());
    kept();
  }

  @Test
  @DisplayName("each host has its own")
  void perHost() {
    RateLimit each = RateLimit.declaredByServer(5).by((URI uri) -> uri.getHost());
    List<URI> uris =
        IntStream.range(0, 2 * ITEMS).mapToObj(i -> URI.create("http://h" + i % 2 + "/")).toList();
    var results = parallel().rateLimit(each).map(uris, uri -> call(String.valueOf(uri.getHost())));
    assertEquals(2 * ITEMS, results.successes().size());
    kept();
  }

  /* 60 requests of 100 tokens in a minute; nobody counts requests. */
  private synchronized Reply serveTokens() {
    Reply reply = serve("tokens");
    return new Reply(
        reply.statusCode(),
        Map.of(
            "x-ratelimit-remaining-tokens",
            reply.headers().get("x-ratelimit-remaining") + "00",
            "x-ratelimit-reset-tokens",
            reply.headers().get("x-ratelimit-reset") + "s"));
  }

  @Test
  @DisplayName("a run keeps tokens, of which an attempt takes half of what was thought")
  void tokens() {
    Cost cost = Cost.of((Integer item) -> 200).settling((Integer item, Reply reply) -> 100);
    RateLimit limit = RateLimit.declaredByServer(5).costing(Unit.TOKENS, cost);
    var results =
        parallel()
            .rateLimit(limit)
            .map(
                items(),
                item -> {
                  clock.sleep(Duration.ofMillis(50));
                  return serveTokens();
                });
    assertEquals(ITEMS, results.successes().size());
    kept();
  }
}
