package io.millrace.acceptance;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofNanos;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.executor.ParallelExecutor;
import io.millrace.executor.TaskOptions;
import io.millrace.outcome.RejectedResultException;
import io.millrace.outcome.RetryRefusedException;
import io.millrace.plan.Backoff;
import io.millrace.plan.Retry;
import io.millrace.plan.RetryBudget;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is promised about the retries of all items together. */
@NoLeaks
class RetryBudgetTest {
  private static final Retry AT_ONCE = Retry.ofAttempts(4).backoff(Backoff.none());
  private static final IOException CONSTANT = new IOException("the same for all");

  private final ManualClock clock = ManualClock.jumping();
  private final AtomicInteger calls = new AtomicInteger();

  @AfterEach
  void close() {
    clock.close();
  }

  private Parallel parallel(Retry retry) {
    return Parallel.of(8).clock(clock).retry(retry);
  }

  private static List<Integer> items(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  private Integer down(Integer item) throws IOException {
    calls.incrementAndGet();
    throw new IOException("down");
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
  @DisplayName("R7: a server that is down gets a tenth more calls than items, and a hundred")
  void aServerThatIsDownIsNotStormed() {
    RetryBudget budget = RetryBudget.of(0.1);
    Results<Integer, Integer> results =
        parallel(AT_ONCE.budget(budget)).map(items(10_000), this::down);
    assertEquals(10_000, results.failures().size());
    assertEquals(
        10_000 + 1_000 + 100, calls.get(), 10); // the last items may have no call after them
    assertTrue(budget.refused() > 0);
  }

  @Test
  @DisplayName("R7: a small run repeats what its attempts allow")
  void aSmallRunRepeats() {
    int[] seen = new int[30];
    Results<Integer, Integer> results =
        parallel(AT_ONCE.budget(RetryBudget.of(0.1)))
            .map(
                items(30),
                item -> {
                  if (++seen[item] < 4) {
                    throw new IOException("busy");
                  }
                  return item;
                });
    assertEquals(items(30), results.values());
  }

  @Test
  @DisplayName("R7: the failure is the last error itself, and says that the budget was used up")
  void theFailureSaysSo() {
    Retry retry = AT_ONCE.budget(RetryBudget.of(0, 1, ofSeconds(10)));
    List<IOException> thrown = new ArrayList<>();
    Results<Integer, Integer> results =
        parallel(retry)
            .map(
                List.of(0),
                item -> {
                  thrown.add(new IOException("down"));
                  throw thrown.getLast();
                });
    assertEquals(2, thrown.size());
    assertSame(thrown.getLast(), results.failures().getFirst().error());
    List<Throwable> suppressed = Arrays.asList(thrown.getLast().getSuppressed());
    assertTrue(suppressed.contains(thrown.getFirst()), "the earlier error");
    RetryRefusedException refusal =
        suppressed.stream()
            .filter(RetryRefusedException.class::isInstance)
            .map(RetryRefusedException.class::cast)
            .findFirst()
            .orElseThrow();
    assertEquals(
        "not repeated: the retry budget is used up: RetryBudget[share=0.0, floor=1]",
        refusal.getMessage());
    assertEquals(0, refusal.getStackTrace().length);
  }

  @Test
  @DisplayName("R7: a rejected result says so, too; an exception that is shared is left as it is")
  void resultsAndConstants() {
    Retry none = AT_ONCE.budget(RetryBudget.of(0, 0, ofSeconds(10)));
    Results<Integer, Integer> rejected =
        parallel(none.whenResult(result -> true)).map(List.of(1), item -> item);
    Throwable error = rejected.failures().getFirst().error();
    assertInstanceOf(RejectedResultException.class, error);
    assertInstanceOf(RetryRefusedException.class, error.getSuppressed()[0]);
    Results<Integer, Integer> constant =
        parallel(none)
            .map(
                items(20),
                item -> {
                  throw CONSTANT;
                });
    assertSame(CONSTANT, constant.failures().getFirst().error());
    assertEquals(0, CONSTANT.getSuppressed().length);
  }

  @Test
  @DisplayName("R7: when an item's attempts are used up, the budget has not refused it")
  void attemptsComeFirst() {
    RetryBudget budget = RetryBudget.of(0, 3, ofSeconds(10));
    Results<Integer, Integer> results = parallel(AT_ONCE.budget(budget)).map(items(1), this::down);
    assertEquals(4, calls.get());
    assertEquals(3, results.failures().getFirst().error().getSuppressed().length);
    assertEquals(0, budget.refused());
  }

  @Test
  @DisplayName("R7: runs that share a budget share what is left of it")
  void runsShareIt() {
    Retry retry = AT_ONCE.budget(RetryBudget.of(0, 5, ofSeconds(10)));
    parallel(retry).map(items(1), this::down);
    parallel(retry.attempts(9)).map(items(1), this::down);
    assertEquals(2 + 5, calls.get());
  }

  @Test
  @DisplayName("R7: what was repeated a window ago does not count any more")
  void theWindowMoves() {
    Retry retry = AT_ONCE.budget(RetryBudget.of(0, 3, ofSeconds(10)));
    parallel(retry).map(items(1), this::down);
    assertEquals(4, calls.getAndSet(0));
    sleep(ofSeconds(9));
    parallel(retry).map(items(1), this::down);
    assertEquals(1, calls.getAndSet(0));
    sleep(ofSeconds(2));
    parallel(retry).map(items(1), this::down);
    assertEquals(4, calls.get());
  }

  @Test
  @DisplayName("R7: many calls allow many retries at once, as long as they are recent")
  void recentCallsCount() {
    RetryBudget budget = RetryBudget.of(0.1, 0, ofSeconds(10));
    parallel(AT_ONCE.budget(budget)).map(items(1_000), item -> item);
    sleep(ofSeconds(5));
    parallel(AT_ONCE.budget(budget)).map(items(200), this::down);
    assertEquals(200 + 120, calls.getAndSet(0), 1);
    sleep(ofMinutes(1));
    parallel(AT_ONCE.budget(budget)).map(items(10), this::down);
    assertEquals(10 + 1, calls.get(), 1);
  }

  @DisplayName("R7: a run that a server refuses with 429 gets everything done, however often")
  @ParameterizedTest(name = "{displayName}: Retry-After {0}")
  @ValueSource(strings = {"0", "1", ""})
  void refusalsTakeNothing(String retryAfter) {
    int[] seen = new int[1_000];
    Retry retry = Retry.http().backoff(Backoff.fixed(ofMillis(10)));
    Results<Integer, Reply> results =
        parallel(retry)
            .map(
                items(1_000),
                item -> {
                  boolean isRefused = ++seen[item] < 4;
                  if (isRefused && retryAfter.isEmpty()) {
                    return Reply.of(429, "Server", "nginx");
                  }
                  return isRefused
                      ? Reply.tooManyRequests(retryAfter)
                      : Reply.of(200, "Server", "nginx");
                });
    assertEquals(1_000, results.values().size());
    assertEquals(0, retry.budget().refused());
  }

  @Test
  @DisplayName("R7: HTTP replies with 503 and Retry-After take nothing, those without it do")
  void unavailable() {
    Retry retry = Retry.http().backoff(Backoff.none()).budget(RetryBudget.of(0, 0, ofSeconds(1)));
    var asked = parallel(retry).map(List.of(1), item -> count(Reply.of(503, "Retry-After", "1")));
    assertEquals(4, calls.getAndSet(0));
    assertFalse(asked.ok());
    parallel(retry).map(List.of(1), item -> count(Reply.of(503, "x-should-retry", "true")));
    assertEquals(4, calls.getAndSet(0));
    parallel(retry).map(List.of(1), item -> count(Reply.of(503, "Server", "nginx")));
    assertEquals(1, calls.get());
  }

  private Reply count(Reply reply) {
    calls.incrementAndGet();
    return reply;
  }

  @Test
  @DisplayName("R7: Retry.http() has 10 %, its copies share it, and another one has its own")
  void http() {
    Retry http = Retry.http();
    assertEquals(0.1, http.budget().share());
    assertEquals(100, http.budget().floor());
    assertEquals(ofSeconds(10), http.budget().window());
    assertSame(http.budget(), http.attempts(9).backoff(Backoff.none()).budget());
    assertNotSame(http.budget(), Retry.http().budget());
    assertSame(RetryBudget.unlimited(), Retry.ofAttempts(4).budget());
    assertFalse(http.budget(RetryBudget.unlimited()).budget().isLimited());
  }

  @Test
  @DisplayName("R7: the tasks of executors take from the budgets of their own policies")
  void tasks() throws Exception {
    RetryBudget budget = RetryBudget.of(0.5, 2, ofSeconds(10));
    TaskOptions options = TaskOptions.none().retry(AT_ONCE.budget(budget));
    try (ParallelExecutor executor = ParallelExecutor.of(Parallel.of(1).clock(clock))) {
      List<Future<Integer>> futures = new ArrayList<>();
      for (int task = 0; task < 10; task++) {
        futures.add(executor.submit(() -> down(0), options));
      }
      for (Future<Integer> future : futures) {
        assertInstanceOf(
            IOException.class, assertThrows(ExecutionException.class, future::get).getCause());
      }
      executor.submit(() -> 1).get(); // of another policy: does not count
    }
    assertEquals(10 + 5 + 2, calls.get(), 1);
    assertTrue(budget.refused() > 0);
  }

  @DisplayName("R7: in no window are there more retries than the floor and the share of its calls")
  @ParameterizedTest(name = "{displayName}: seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void noWindowHasMore(long seed) {
    Random random = new Random(seed);
    double share = random.nextDouble();
    int floor = random.nextInt(20);
    Duration window = ofMillis(1 + random.nextInt(1_000));
    long length = window.toNanos();
    RetryBudget budget = RetryBudget.of(share, floor, window);
    List<Long> called = new ArrayList<>();
    List<Long> repeated = new ArrayList<>();
    long now = random.nextLong();
    long start = now;
    for (int step = 0; step < 1_500; step++) {
      now +=
          (long)
              (random.nextInt(50) == 0
                  ? random.nextDouble() * 2 * length
                  : random.nextDouble() * length / 50);
      if (random.nextBoolean()) {
        budget.count(now);
        called.add(now - start);
      } else if (budget.tryTake(now)) {
        repeated.add(now - start);
        long end = now - start;
        long retries = repeated.stream().filter(at -> at > end - length).count();
        long longer = called.stream().filter(at -> at >= end - length * 11 / 10 - 1).count();
        assertTrue(retries <= floor + share * longer + 1e-6, () -> retries + " of " + longer);
      } else {
        long end = now - start;
        long longer = repeated.stream().filter(at -> at >= end - length * 11 / 10 - 1).count();
        long calls = called.stream().filter(at -> at > end - length).count();
        assertTrue(longer + 1 > floor + share * calls - 1e-3, () -> longer + " of " + calls);
      }
    }
  }

  @Test
  @DisplayName("R7: what is given back can be taken again, but never more than was taken")
  void givenBack() {
    RetryBudget budget = RetryBudget.of(0, 2, ofSeconds(10));
    budget.giveBack(0);
    assertTrue(budget.tryTake(1));
    assertTrue(budget.tryTake(2));
    assertFalse(budget.tryTake(3));
    budget.giveBack(4);
    assertTrue(budget.tryTake(5));
    assertFalse(budget.tryTake(6));
    long later = ofMinutes(1).toNanos();
    budget.giveBack(later);
    assertTrue(budget.tryTake(later));
    assertTrue(budget.tryTake(later));
    assertFalse(budget.tryTake(later));
    assertFalse(budget.tryTake(later - ofSeconds(30).toNanos()), "time does not run back");
    RetryBudget.unlimited().giveBack(0);
    RetryBudget.unlimited().count(0);
  }

  @Test
  @DisplayName("R7: bad arguments are named, with what is allowed")
  void badArguments() {
    var tooMuch = assertThrows(IllegalArgumentException.class, () -> RetryBudget.of(10));
    assertEquals("share must be from 0 to 1, not 10.0: 10 % is 0.1", tooMuch.getMessage());
    assertThrows(IllegalArgumentException.class, () -> RetryBudget.of(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> RetryBudget.of(-0.1));
    assertThrows(IllegalArgumentException.class, () -> RetryBudget.of(0.1, -1, ofSeconds(1)));
    assertThrows(IllegalArgumentException.class, () -> RetryBudget.of(0.1, 1, Duration.ZERO));
    assertThrows(NullPointerException.class, () -> RetryBudget.of(0.1, 1, null));
    assertThrows(NullPointerException.class, () -> Retry.none().budget(null));
  }

  @Test
  @DisplayName("L8: a budget shows what it allows, and a policy shows one that is not its default")
  void shown() {
    assertEquals("RetryBudget[share=0.1]", RetryBudget.of(0.1).toString());
    assertEquals("RetryBudget[unlimited]", RetryBudget.unlimited().toString());
    assertEquals(
        "Retry[attempts=1, budget=RetryBudget[share=0.2, floor=5, window=1m]]",
        Retry.none().budget(RetryBudget.of(0.2, 5, ofMinutes(1))).toString());
    assertEquals(
        "Retry[attempts=4, http[408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529], budget=RetryBudget[unlimited]]",
        Retry.http().budget(RetryBudget.unlimited()).toString());
  }

  @Test
  @DisplayName("R7: a retry that is given back leaves no later window more than it should have")
  void givenBackLater() {
    long second = 1_000_000_000;
    RetryBudget budget = RetryBudget.of(0, 5, ofSeconds(10));
    for (int retry = 0; retry < 5; retry++) {
      assertTrue(budget.tryTake(0));
    }
    for (int retry = 0; retry < 5; retry++) {
      budget.giveBack(9 * second);
    }
    assertEquals(5, retriesAt(budget, 12 * second));
    assertEquals(0, retriesAt(budget, 21 * second));
    assertEquals(5, retriesAt(budget, 24 * second));
  }

  private static int retriesAt(RetryBudget budget, long now) {
    int retries = 0;
    while (budget.tryTake(now)) {
      retries++;
    }
    return retries;
  }

  @Test
  @DisplayName(
      "R7: whatever is taken and given back, no window has more than the floor that was not given back")
  void anyHistory() {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      RetryBudget budget = RetryBudget.of(0, 5, ofNanos(100));
      Deque<Long> kept = new ArrayDeque<>();
      long now = 0;
      for (int step = 0; step < 200; step++) {
        now += random.nextInt(12);
        if (random.nextInt(3) == 0 && !kept.isEmpty() && now - kept.peekFirst() < 100) {
          budget.giveBack(now);
          kept.removeFirst();
        } else if (budget.tryTake(now)) {
          kept.addLast(now);
        }
        while (!kept.isEmpty() && now - kept.peekFirst() >= 100) {
          kept.removeFirst();
        }
        assertTrue(kept.size() <= 5, "seed " + seed + ", step " + step + ": " + kept);
      }
    }
  }
}
