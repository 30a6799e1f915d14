package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.executor.ParallelExecutor;
import io.millrace.plan.Backoff;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.signal.HttpReply;
import io.millrace.testkit.ManualClock;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs in virtual time, with a bucket of 100/s and a burst of 10 as the server, 50 ms away. */
@DisplayName("A run with Retry.http() and no limit")
@Timeout(120)
class NoLimitGivenTest {
  private static final int ITEMS = 3_000;

  private final ManualClock clock = ManualClock.jumping();
  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private double level = 10;
  private Duration levelAt = Duration.ZERO;

  private record Reply(int statusCode) implements HttpReply {
    @Override
    public Optional<String> header(String name) {
      return Optional.empty();
    }
  }

  @AfterEach
  void close() {
    clock.close();
  }

  private synchronized Reply serve() {
    Duration now = clock.elapsed();
    level = Math.min(10, level + now.minus(levelAt).toNanos() * 1e-9 * 100);
    levelAt = now;
    calls.incrementAndGet();
    if (level < 1) {
      refused.incrementAndGet();
      return new Reply(429);
    }
    level--;
    return new Reply(200);
  }

  private Reply call() throws InterruptedException {
    clock.sleep(Duration.ofMillis(25));
    Reply reply = serve();
    clock.sleep(Duration.ofMillis(25));
    return reply;
  }

  private Parallel parallel() {
    return Parallel.of(32).clock(clock).retry(Retry.http().attempts(100));
  }

  @Test
  @DisplayName("S7: finds the server's rate from the first refusal on, whatever the entry point")
  void findsTheRate() {
    var results = parallel().map(IntStream.range(0, ITEMS).boxed().toList(), item -> call());
    assertEquals(ITEMS, results.successes().size());
    assertTrue(refused.get() < ITEMS / 10, refused + " refused of " + calls);
    double seconds = clock.elapsed().toMillis() / 1e3;
    assertTrue(seconds < 1.2 * ITEMS / 100, seconds + " s");
  }

  @Test
  @DisplayName("S7: is not limited at all while nothing is refused")
  void free() {
    parallel()
        .map(
            IntStream.range(0, 3_200).boxed().toList(),
            item -> {
              clock.sleep(Duration.ofMillis(50));
              return new Reply(200);
            });
    assertEquals(5_000, clock.elapsed().toMillis());
  }

  private static final Map<String, String> RETRY_AFTER = Map.of("retry-after", "30");

  private record Refusal(int statusCode, Map<String, String> headers) implements HttpReply {
    @Override
    public Optional<String> header(String name) {
      return Optional.ofNullable(headers.get(name));
    }
  }

  private static List<HttpRequest> requests(String host, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> HttpRequest.newBuilder(URI.create("http://" + host + "/" + i)).build())
        .toList();
  }

  @Test
  @DisplayName(
      "S7: a host that refuses everything slows no other one, and is asked 20 times a second")
  void aHostThatRefusesAll() {
    List<HttpRequest> items = new ArrayList<>(requests("bad", 100));
    items.addAll(requests("good", 2_000));
    Map<String, Duration> last = new ConcurrentHashMap<>();
    var results =
        parallel()
            .retry(Retry.http().attempts(4))
            .window(3_000)
            .map(
                items,
                request -> {
                  clock.sleep(Duration.ofMillis(50));
                  last.merge(request.uri().getHost(), clock.elapsed(), NoLimitGivenTest::later);
                  return new Reply(request.uri().getHost().equals("good") ? 200 : 429);
                });
    assertEquals(2_000, results.successes().size());
    assertTrue(last.get("good").toMillis() < 6_000, last.toString());
    long bad = last.get("bad").toMillis();
    assertTrue(bad > 15_000 && bad < 25_000, last.toString());
  }

  private static Duration later(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  @Test
  @DisplayName(
      "S7: Retry-After pauses its host only, with the port, whether items are URIs or requests")
  void pausesItsHost() {
    List<URI> items =
        List.of(
            URI.create("http://Some.Host:80/1"),
            URI.create("https://some.host/2"),
            URI.create("http://some.host:8080/3"));
    Map<URI, Duration> last = new ConcurrentHashMap<>();
    var results =
        Parallel.of(1)
            .clock(clock)
            .window(3)
            .retry(Retry.http().attempts(2))
            .map(
                items,
                uri -> {
                  clock.sleep(Duration.ofMillis(50));
                  boolean isFirst = last.put(uri, clock.elapsed()) == null;
                  return new Refusal(isFirst && last.size() == 1 ? 429 : 200, RETRY_AFTER);
                });
    assertEquals(3, results.successes().size());
    assertTrue(last.get(items.get(0)).toSeconds() >= 30, last.toString());
    assertTrue(last.get(items.get(1)).toSeconds() >= 30, last.toString());
    assertEquals(Duration.ofMillis(100), last.get(items.get(2)));
  }

  @Test
  @DisplayName("S7: items that are no requests count towards one server")
  void oneServer() {
    Map<Object, Duration> last = new ConcurrentHashMap<>();
    Parallel.of(1)
        .clock(clock)
        .retry(Retry.http().attempts(2))
        .map(
            List.<Object>of("one", 2, URI.create("urn:three")),
            item -> {
              clock.sleep(Duration.ofMillis(50));
              boolean isFirst = last.put(item, clock.elapsed()) == null;
              return new Refusal(isFirst && last.size() == 1 ? 429 : 200, RETRY_AFTER);
            });
    assertTrue(last.values().stream().allMatch(at -> at.toSeconds() >= 30), last.toString());
  }

  @Test
  @DisplayName("S7: tasks of an executor count towards one server")
  void executor() throws Exception {
    try (var executor = ParallelExecutor.of(parallel())) {
      List<Future<Reply>> all = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        all.add(executor.submit(this::call));
      }
      for (Future<Reply> each : all) {
        assertEquals(200, each.get().statusCode());
      }
    }
    assertTrue(refused.get() < 100, refused + " refused of " + calls);
  }

  @Test
  @DisplayName("S7: RateLimit.unlimited(), asked for, switches it off")
  void switchedOff() {
    parallel()
        .rateLimit(RateLimit.unlimited())
        .map(IntStream.range(0, ITEMS).boxed().toList(), item -> call());
    assertTrue(refused.get() > ITEMS / 5, refused + " refused of " + calls);
  }

  /** Asks to stay away for so long. */
  private record Busy(long seconds) implements HttpReply {
    @Override
    public int statusCode() {
      return 503;
    }

    @Override
    public Optional<String> header(String name) {
      return name.equalsIgnoreCase("Retry-After")
          ? Optional.of(Long.toString(seconds))
          : Optional.empty();
    }
  }

  @ParameterizedTest(name = "{0} s are cut to 60")
  @ValueSource(longs = {100, 3_600})
  @DisplayName("A50: the longest wait for a server is that of the policy")
  void theLongestWait(long seconds) {
    List<Duration> starts = new ArrayList<>();
    Retry patient = Retry.http().maxServerWait(Duration.ofSeconds(60)).backoff(Backoff.none());
    Parallel.of(1)
        .clock(clock)
        .retry(patient)
        .map(
            List.of(1),
            item -> {
              starts.add(clock.elapsed());
              return starts.size() == 1 ? new Busy(seconds) : new Reply(200);
            });
    assertEquals(List.of(Duration.ZERO, Duration.ofSeconds(60)), starts);
  }
}
