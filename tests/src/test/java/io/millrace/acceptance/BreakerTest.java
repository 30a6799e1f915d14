package io.millrace.acceptance;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.limit.RateLimiter;
import io.millrace.limit.spi.Demand;
import io.millrace.outcome.BreakerOpenException;
import io.millrace.outcome.Failure;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Action;
import io.millrace.plan.Backoff;
import io.millrace.plan.RateLimit;
import io.millrace.plan.RateLimit.Breaker;
import io.millrace.plan.Retry;
import io.millrace.plan.StopToken;
import io.millrace.signal.ServerAnswer;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is promised about circuit breakers. All calls take a second, unless a test says otherwise. */
@NoLeaks
class BreakerTest {
  private static final Breaker BREAKER = RateLimit.breaker(0.5, 4, ofSeconds(10));
  private static final Retry STUBBORN = Retry.ofAttempts(99).backoff(Backoff.none());

  private final ManualClock clock = ManualClock.jumping();
  private final long start = clock.nanoTime();
  private final List<String> starts = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void close() {
    clock.close();
  }

  private Parallel parallel(int concurrency, RateLimit limit) {
    return Parallel.of(concurrency).clock(clock).rateLimit(limit);
  }

  private static List<Integer> items(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  private Duration now() {
    return Duration.ofNanos(clock.nanoTime() - start);
  }

  /** Is down until then. */
  private Action<Integer, Integer> downUntil(Duration end) {
    return item -> {
      starts.add(item + "@" + now().toSeconds());
      clock.sleep(ofSeconds(1));
      if (now().compareTo(end) < 0) {
        throw new IOException("down");
      }
      return item;
    };
  }

  private List<String> startsFrom(int second) {
    return starts.stream()
        .filter(at -> Integer.parseInt(at.substring(at.indexOf('@') + 1)) >= second)
        .toList();
  }

  @Test
  @DisplayName(
      "R8: when half of the last calls failed it opens, lets one probe through, and closes")
  void opensProbesAndCloses() {
    Results<Integer, Integer> results = parallel(1, BREAKER).map(items(8), downUntil(ofSeconds(5)));
    assertEquals(List.of("0@0", "1@1", "2@2", "3@3", "4@14", "5@15", "6@16", "7@17"), starts);
    assertEquals(4, results.successes().size());
  }

  private static List<String> sorted(List<String> texts) {
    return texts.stream().sorted().toList();
  }

  @Test
  @DisplayName(
      "R8: as long as the probes fail there is one a pause, and every item gets done in the end")
  void probesThatFail() {
    Results<Integer, Integer> results =
        parallel(1, BREAKER).retry(STUBBORN).map(items(20), downUntil(ofSeconds(40)));
    assertEquals(20, results.successes().size());
    List<Integer> times =
        startsFrom(4).stream()
            .map(at -> Integer.parseInt(at.substring(at.indexOf('@') + 1)))
            .toList();
    assertEquals(List.of(14, 25, 36, 47, 48), times.subList(0, 5));
    assertEquals(4 + 3 + 20, starts.size());
  }

  @Test
  @DisplayName(
      "R8: fewer failures than the share, and calls that were let in before, do not open it")
  void staysClosed() {
    Results<Integer, Integer> results =
        parallel(1, BREAKER)
            .map(
                items(40),
                item -> {
                  clock.sleep(ofSeconds(1));
                  if (item % 4 == 3) {
                    throw new IOException("one of four");
                  }
                  return item;
                });
    assertEquals(30, results.successes().size());
    assertEquals(ofSeconds(40), now());
  }

  @Test
  @DisplayName("R8: what began before it opened neither closes it nor opens it again")
  void stragglers() {
    int[] millis = {
      1_000, 1_200, 1_400, 1_600, 5_000, 15_000, 3_000, 3_000, 3_000, 1_000, 1_000, 1_000
    };
    parallel(6, BREAKER)
        .map(
            items(12),
            item -> {
              starts.add(item + "@" + now().toSeconds());
              clock.sleep(ofMillis(millis[item]));
              if (item < 4 || item == 5) {
                throw new IOException("down");
              }
              return item;
            });
    // 4, 6, 7 and 8 succeed while it is open: no reason to close; 5 fails later: no reason to open
    assertEquals(List.of("10@12", "11@12", "9@11"), sorted(startsFrom(2)));
  }

  @Test
  @DisplayName("R8: a breaker per key holds only the items of the key that is down")
  void perKey() {
    Results<Integer, Integer> results =
        parallel(
                4,
                RateLimit.all(RateLimit.perSecond(1_000), BREAKER.by((Integer item) -> item % 2)))
            .window(100)
            .map(
                items(40),
                item -> {
                  clock.sleep(ofSeconds(1));
                  if (item % 2 == 1 && now().compareTo(ofSeconds(30)) < 0) {
                    throw new IOException("down");
                  }
                  starts.add(item + "@" + now().toSeconds());
                  return item;
                });
    long even = results.successes().stream().filter(success -> success.item() % 2 == 0).count();
    assertEquals(20, even);
    assertTrue(
        starts.stream()
            .filter(at -> Integer.parseInt(at.split("@")[0]) % 2 == 0)
            .allMatch(at -> Integer.parseInt(at.split("@")[1]) <= 9),
        starts::toString);
    assertEquals(20 - 4 - 2, results.successes().size() - even, 2);
  }

  @Test
  @DisplayName("R8: a breaker that fails items fails them at once, uncalled, and says so")
  void failing() {
    Results<Integer, Integer> results =
        parallel(1, RateLimit.all(RateLimit.perSecond(100).burst(100), BREAKER.failing()))
            .retry(STUBBORN.attempts(2))
            .map(items(50), downUntil(ofSeconds(5)));
    assertTrue(now().compareTo(ofSeconds(4)) <= 0, () -> "took " + now());
    assertEquals(4, starts.size());
    List<Failure<Integer, Integer>> refused =
        results.failures().stream()
            .filter(failure -> failure.error() instanceof BreakerOpenException)
            .toList();
    assertEquals(50, results.failures().size());
    assertTrue(refused.size() >= 46, () -> refused.size() + " refused");
    assertEquals(
        "not called: the circuit breaker is open: Breaker[failures=0.5, calls=4, pause=10s, whenOpen=FAIL]",
        refused.getLast().error().getMessage());
    assertEquals(0, refused.getLast().attempts());
  }

  @Test
  @DisplayName("R8: one that fails items lets one probe through after the pause, and closes")
  void failingAndProbing() {
    RateLimiter shared = RateLimiter.of(BREAKER.failing(), clock);
    Parallel parallel = Parallel.of(4).clock(clock).rateLimit(shared);
    parallel.map(items(8), downUntil(ofSeconds(5)));
    starts.clear();
    sleep(ofSeconds(10));
    Results<Integer, Integer> results = parallel.map(items(8), downUntil(ofSeconds(5)));
    assertEquals(1, results.successes().size()); // the probe; the others came while it ran
    assertEquals(8, parallel.map(items(8), downUntil(ofSeconds(5))).successes().size());
  }

  private void sleep(Duration time) {
    Parallel.of(1)
        .clock(clock)
        .map(
            List.of(0),
            item -> {
              clock.sleep(time);
              return item;
            });
  }

  @Test
  @DisplayName("R8: a run all of whose items wait for an open breaker ends by its timeout")
  void runTimeout() {
    Results<Integer, Integer> results =
        parallel(1, RateLimit.breaker(1, 2, ofMinutes(10)))
            .runTimeout(ofSeconds(30))
            .map(items(10), downUntil(ofMinutes(60)));
    assertEquals(RunStatus.TIMED_OUT, results.status());
    assertEquals(ofSeconds(30), now());
    assertEquals(2, results.failures().size());
    assertEquals(8, results.notRun().size());
  }

  @DisplayName("R8: a run all of whose items wait for an open breaker can be stopped and drained")
  @ParameterizedTest(name = "{displayName}: drained {0}")
  @ValueSource(booleans = {true, false})
  void stops(boolean isDrained) {
    StopToken token = new StopToken();
    Results<Integer, Integer> results =
        parallel(2, RateLimit.breaker(1, 2, ofMinutes(10)))
            .stopToken(token)
            .map(
                items(10),
                item -> {
                  clock.sleep(ofSeconds(item == 0 ? 30 : 1));
                  if (item > 0) {
                    throw new IOException("down");
                  }
                  if (isDrained) {
                    token.drain(ofSeconds(5));
                  } else {
                    token.stop();
                  }
                  return item;
                });
    assertEquals(RunStatus.CANCELLED, results.status());
    assertEquals(ofSeconds(30), now());
    assertEquals(7, results.notRun().size());
  }

  @Test
  @DisplayName(
      "R8: a timeout of an attempt is a failure, and a probe that does not end is followed by another")
  void timeouts() {
    Results<Integer, Integer> results =
        parallel(2, RateLimit.breaker(1, 1, ofSeconds(10)))
            .attemptTimeout(ofSeconds(25))
            .map(
                items(6),
                item -> {
                  starts.add(item + "@" + now().toSeconds());
                  clock.sleep(item < 3 ? ofMinutes(10) : ofSeconds(item == 3 ? 17 : 1));
                  return item;
                });
    // two time out at 25 s; one probe at 35 s, and, as it has not ended, another one at 45 s, which
    // succeeds
    assertEquals(List.of("2@35", "3@45", "4@62", "5@62"), startsFrom(1));
    assertEquals(3, results.successes().size());
    assertInstanceOf(TimeoutException.class, results.failures().getFirst().error());
  }

  @Test
  @DisplayName("R8: the timeout of an item is a failure, too")
  void itemTimeouts() {
    parallel(1, RateLimit.breaker(1, 1, ofSeconds(10)))
        .itemTimeout(ofSeconds(5))
        .map(
            items(3),
            item -> {
              starts.add(item + "@" + now().toSeconds());
              clock.sleep(item == 0 ? ofMinutes(10) : ofSeconds(1));
              return item;
            });
    assertEquals(List.of("0@0", "1@15", "2@16"), starts);
  }

  @Test
  @DisplayName(
      "R8: replies of status 500 and above have failed, 429 does not count, and 404 has succeeded")
  void replies() {
    for (int status : new int[] {500, 503, 408}) {
      assertFalse(remainsClosed(status), "status " + status);
    }
    for (int status : new int[] {429, 404, 200}) {
      assertTrue(remainsClosed(status), "status " + status);
    }
  }

  private boolean remainsClosed(int status) {
    RateLimiter limiter = RateLimiter.of(BREAKER, clock);
    Parallel.of(1)
        .clock(clock)
        .rateLimit(limiter)
        .map(items(4), item -> Reply.of(status, "a", "b"));
    return limiter.tryAcquire();
  }

  @Test
  @DisplayName("R8: a reader of one's own says what has failed")
  void ownReader() {
    Breaker breaker =
        BREAKER.reading(
            (result, error, now) ->
                error instanceof IllegalStateException
                    ? ServerAnswer.failed()
                    : error == null ? ServerAnswer.granted() : ServerAnswer.unknown());
    RateLimiter limiter = RateLimiter.of(breaker, clock);
    Parallel parallel = Parallel.of(1).clock(clock).rateLimit(limiter);
    parallel.map(items(9), downUntil(ofMinutes(1)));
    assertTrue(limiter.tryAcquire());
    parallel.map(
        items(4),
        item -> {
          throw new IllegalStateException();
        });
    assertFalse(limiter.tryAcquire());
  }

  @Test
  @DisplayName("R8: threads and wrapped functions share it with runs")
  void threads() throws Exception {
    RateLimiter limiter = RateLimiter.of(BREAKER.failing(), clock);
    Action<Integer, Integer> wrapped = limiter.wrap(downUntil(ofSeconds(10)));
    for (int call = 0; call < 4; call++) {
      assertThrows(IOException.class, () -> wrapped.apply(1));
    }
    assertThrows(BreakerOpenException.class, () -> wrapped.apply(1));
    assertThrows(BreakerOpenException.class, limiter::acquire);
    assertFalse(limiter.tryAcquire());
    assertFalse(limiter.tryAcquire(ofSeconds(1)));
    Function<Integer, CompletableFuture<Integer>> async =
        limiter.async((Integer item) -> CompletableFuture.completedFuture(item));
    var refused = assertThrows(CompletionException.class, () -> async.apply(1).join());
    assertInstanceOf(BreakerOpenException.class, refused.getCause());
    clock.sleep(ofSeconds(10));
    assertEquals(1, async.apply(1).join());
    assertTrue(limiter.tryAcquire());
    assertEquals(4, starts.size());
  }

  @Test
  @DisplayName("R8: a call whose caller cancels its future has not failed")
  void cancelledByTheCaller() {
    RateLimiter limiter = RateLimiter.of(BREAKER.failing(), clock);
    Function<Integer, CompletableFuture<Integer>> async =
        limiter.async((Integer item) -> new CompletableFuture<Integer>());
    for (int call = 0; call < 8; call++) {
      assertTrue(async.apply(call).cancel(true));
    }
    assertTrue(limiter.tryAcquire());
  }

  private RateLimiter reading(List<Throwable> errors, ServerAnswer answer) {
    return RateLimiter.of(
        BREAKER.reading(
            (result, error, now) -> {
              errors.add(error);
              return answer;
            }),
        clock);
  }

  @Test
  @DisplayName(
      "R8: a reader gets what a stage itself failed with, not what a future wraps around it")
  void failuresOfStages() {
    List<Throwable> read = new ArrayList<>();
    RateLimiter limiter = reading(read, ServerAnswer.granted());
    var down = new IllegalStateException("down");
    Function<Integer, CompletableFuture<Integer>> async =
        limiter.async(
            (Integer item) ->
                CompletableFuture.<Integer>supplyAsync(
                    () -> {
                      throw down;
                    },
                    Runnable::run));
    var thrown = assertThrows(CompletionException.class, () -> async.apply(1).join());
    assertEquals(down, thrown.getCause());
    assertEquals(List.of(down), read);
  }

  @Test
  @DisplayName(
      "R8: a reader gets the timeout with which a caller completes a future, not the cancellation that follows from it; and what the server says later")
  void timeoutsOfFutures() {
    List<Throwable> read = new ArrayList<>();
    RateLimiter limiter = reading(read, ServerAnswer.failed());
    var stage = new CompletableFuture<Integer>();
    var late = new TimeoutException("completed by the test");
    assertTrue(limiter.async(() -> stage).get().completeExceptionally(late));
    assertTrue(stage.isCancelled());
    assertEquals(List.of(late), read);
    read.clear();
    var goesOn = new CompletableFuture<Integer>();
    assertTrue(limiter.async(goesOn::minimalCompletionStage).get().completeExceptionally(late));
    var refused = new IllegalStateException("refused");
    goesOn.completeExceptionally(refused);
    assertEquals(List.of(refused), read);
  }

  @Test
  @DisplayName("R8: a probe that was not made is made by the next one")
  void probeNotMade() {
    RateLimiter limiter = RateLimiter.of(RateLimit.breaker(1, 1, ofSeconds(10)), clock);
    var demand = limiter.queue().demand(null);
    assertTrue(limiter.queue().tryTake(demand));
    limiter.queue().answered(demand, null, new IOException("down"));
    assertFalse(limiter.queue().tryTake(demand));
    sleep(ofSeconds(10));
    assertTrue(limiter.queue().tryTake(demand));
    assertFalse(limiter.queue().tryTake(limiter.queue().demand(null)));
    limiter.queue().giveBack(demand);
    var second = limiter.queue().demand(null);
    assertTrue(limiter.queue().tryTake(second));
    limiter.queue().answered(second, "fine", null);
    assertTrue(limiter.queue().tryTake(limiter.queue().demand(null)));
  }

  @Test
  @DisplayName("R8, E1: keys that are not used any more are forgotten, open ones as well")
  void keysAreForgotten() {
    RateLimiter limiter =
        RateLimiter.of(RateLimit.breaker(1, 1, ofSeconds(1)).by(item -> item).idleKeys(10), clock);
    for (int key = 0; key < 1_000; key++) {
      var demand = limiter.queue().demand(key);
      limiter.queue().tryTake(demand);
      limiter.queue().answered(demand, null, key % 2 == 0 ? new IOException() : null);
      sleep(ofMillis(500));
    }
    assertTrue(limiter.keys() < 100, () -> limiter.keys() + " keys");
  }

  @Test
  @DisplayName("R8: a pause of the limiter holds a closed breaker as well")
  void pauses() {
    RateLimiter limiter = RateLimiter.of(BREAKER, clock);
    limiter.pause(ofSeconds(5));
    assertFalse(limiter.tryAcquire());
    Parallel.of(1).clock(clock).rateLimit(limiter).map(items(1), downUntil(ZERO));
    assertEquals(List.of("0@5"), starts);
  }

  @Test
  @DisplayName("R8: bad arguments are named, with what is allowed; the text shows the options")
  void arguments() {
    var zero =
        assertThrows(IllegalArgumentException.class, () -> RateLimit.breaker(0, 1, ofSeconds(1)));
    assertEquals("failures must be above 0 and at most 1, not 0.0: 50 % is 0.5", zero.getMessage());
    assertThrows(IllegalArgumentException.class, () -> RateLimit.breaker(50, 1, ofSeconds(1)));
    assertThrows(IllegalArgumentException.class, () -> RateLimit.breaker(0.5, 0, ofSeconds(1)));
    assertThrows(IllegalArgumentException.class, () -> RateLimit.breaker(0.5, 1, ZERO));
    assertThrows(NullPointerException.class, () -> BREAKER.reading(null));
    assertEquals("Breaker[failures=0.5, calls=4, pause=10s]", BREAKER.toString());
  }

  @Test
  @DisplayName("L5: an item that an open breaker fails has the errors of its attempts")
  void failsWithTheErrorsOfItsAttempts() {
    IOException down = new IOException("down");
    var results =
        parallel(1, RateLimit.breaker(1, 1, ofSeconds(10)).failing())
            .retry(STUBBORN)
            .map(
                items(1),
                item -> {
                  throw down;
                });
    Throwable error = results.failures().getFirst().error();
    assertInstanceOf(BreakerOpenException.class, error);
    assertEquals(List.of(down), List.of(error.getSuppressed()));
  }

  @Test
  @DisplayName(
      "R8: a breaker over very many calls takes memory for those only that have come, for each key")
  void manyCalls() {
    RateLimit limit = RateLimit.breaker(0.5, Integer.MAX_VALUE, ofSeconds(10)).by(item -> item);
    assertEquals(items(50), parallel(1, limit).map(items(50), item -> item).values());
  }

  @Test
  @DisplayName(
      "R8: an item that another breaker refuses while a probe runs lets no second one through")
  void refusedBesideAProbe() throws InterruptedException {
    RateLimit keyed = RateLimit.breaker(1, 1, ofSeconds(60)).failing().by((String key) -> key);
    RateLimit common = RateLimit.breaker(1, 1, ofSeconds(10)).failing();
    RateLimiter limiter = RateLimiter.of(RateLimit.all(keyed, common), clock);
    Demand failed = limiter.queue().demand("B");
    assertTrue(limiter.queue().tryTake(failed));
    limiter.queue().answered(failed, null, new IOException("down"));
    clock.sleep(ofSeconds(10));
    Demand probe = limiter.queue().demand("A");
    assertTrue(limiter.queue().tryTake(probe));
    assertNull(probe.refusal());
    for (int i = 0; i < 3; i++) {
      Demand refused = limiter.queue().demand("B");
      assertTrue(limiter.queue().tryTake(refused));
      assertNotNull(refused.refusal());
      limiter.queue().giveBack(refused);
      Demand other = limiter.queue().demand("C");
      assertTrue(limiter.queue().tryTake(other));
      assertNotNull(other.refusal(), "a second probe");
      limiter.queue().giveBack(other);
    }
    limiter.queue().giveBack(probe);
    Demand next = limiter.queue().demand("C");
    assertTrue(limiter.queue().tryTake(next));
    assertNull(next.refusal(), "the probe has come back, so the next one goes");
  }
}
