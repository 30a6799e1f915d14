package io.millrace.acceptance;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.outcome.FailedItemsException;
import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.Success;
import io.millrace.outcome.TruncatedRunException;
import io.millrace.plan.Action;
import io.millrace.plan.Backoff;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.StopToken;
import io.millrace.plan.Triple;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.ScriptedAction;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is promised about collected results, and about each outcome. */
@NoLeaks
class ResultsTest {
  private static final List<Integer> FIVE = List.of(0, 1, 2, 3, 4);

  private final ManualClock clock = ManualClock.jumping();
  private final ScriptedAction<Integer, Integer> action = ScriptedAction.on(clock);
  private final IOException failure = new IOException("failure");

  @AfterEach
  void close() {
    clock.close();
  }

  private Parallel parallel(int concurrency) {
    return Parallel.of(concurrency).clock(clock);
  }

  /** Item 2 fails; the others are their own values. */
  private Results<Integer, Integer> withAFailureInTheMiddle() {
    action.item(2).fails(failure).anyItem().computes(item -> item);
    return parallel(2).map(FIVE, action);
  }

  @Test
  @DisplayName("A25: a run that was cut short is not ok, though everything that ran succeeded")
  void aRunThatWasCutShortIsNotOk() {
    StopToken token = new StopToken();
    Action<Integer, Integer> stopping =
        item -> {
          if (item == 2) {
            token.stop();
          }
          return item;
        };
    Results<Integer, Integer> results =
        Parallel.of(1).stopToken(token).map(new Counting(), stopping);
    assertEquals(List.of(0, 1, 2), results.okValues());
    assertEquals(3, results.size());
    assertEquals(List.of(), results.notRun());
    assertFalse(results.ok());
    assertEquals(
        RunStatus.CANCELLED, assertThrows(TruncatedRunException.class, results::values).status());
    assertThrows(TruncatedRunException.class, results::throwIfFailed);
    assertThrows(TruncatedRunException.class, results::iterator);
    assertThrows(TruncatedRunException.class, () -> results.get(0));
  }

  @Test
  @DisplayName("A25: a truncation is thrown before the failures of items, which it carries")
  void aTruncationIsThrownBeforeTheFailuresOfItems() {
    action.fails(failure);
    Results<Integer, Integer> results = parallel(1).maxFailures(2).map(FIVE, action);
    TruncatedRunException thrown = assertThrows(TruncatedRunException.class, results::values);
    assertEquals(RunStatus.ABORTED, thrown.status());
    assertSame(failure, thrown.getCause());
    assertEquals(2, results.failures().size());
    assertEquals(List.of(), results.okValues());
  }

  @Test
  @DisplayName("A33, PY1, PY11: failures in the middle change neither order nor indices")
  void failuresInTheMiddleChangeNeitherOrderNorIndices() {
    Results<Integer, Integer> results = withAFailureInTheMiddle();
    List<Object> seen = new ArrayList<>();
    for (int index = 0; index < results.size(); index++) {
      assertEquals(index, results.outcomes().get(index).index());
      try {
        seen.add(results.get(index));
      } catch (Exception caught) {
        assertSame(failure, caught);
        seen.add("caught");
      }
    }
    assertEquals(List.of(0, 1, "caught", 3, 4), seen);
  }

  @Test
  @DisplayName("A33, PY11: the iteration throws a failed item's own error, and goes on after it")
  void theIterationGoesOnAfterAFailure() {
    Iterator<Integer> each = withAFailureInTheMiddle().iterator();
    assertEquals(0, each.next());
    assertEquals(1, each.next());
    assertSame(failure, assertThrows(IOException.class, each::next));
    assertEquals(3, each.next());
    assertEquals(4, each.next());
    assertFalse(each.hasNext());
  }

  @Test
  @DisplayName("A35: the aggregate's cause is the first failure in time, the others are suppressed")
  void theCauseIsTheFirstFailureInTime() {
    List<IOException> errors =
        List.of(new IOException("0"), new IOException("1"), new IOException("2"));
    for (int item = 0; item < 3; item++) {
      action.item(item).takes(ofSeconds(item == 1 ? 1 : 5 + item)).fails(errors.get(item));
    }
    Results<Integer, Integer> results = parallel(3).map(List.of(0, 1, 2), action);
    FailedItemsException thrown = assertThrows(FailedItemsException.class, results::values);
    assertSame(errors.get(1), thrown.getCause());
    assertArrayEquals(new Throwable[] {errors.get(0), errors.get(2)}, thrown.getSuppressed());
  }

  @Test
  @DisplayName("A63, PY1: results are in input order, though the first item is the slowest")
  void resultsAreInInputOrder() {
    for (int item = 0; item < 5; item++) {
      action.item(item).takes(ofSeconds(10 - item)).returns(item * 10);
    }
    assertEquals(List.of(0, 10, 20, 30, 40), parallel(5).map(FIVE, action).values());
  }

  @Test
  @DisplayName("A65, PY12: null is an item and a value like any other")
  void nullIsAnItemAndAValueLikeAnyOther() throws Exception {
    for (EntryPoint entry : EntryPoint.values()) {
      List<Outcome<?, ?>> heard = new ArrayList<>();
      List<Integer> items = Arrays.asList(1, null, 3);
      Action<Integer, Integer> nulling = item -> null;
      entry.run(Parallel.of(2).onOutcome(heard::add), items, nulling);
      assertEquals(3, heard.size());
      assertEquals(1, heard.stream().filter(outcome -> outcome.item() == null).count());
      heard.forEach(outcome -> assertNull(((Success<?, ?>) outcome).value()));
    }
    Action<Integer, Integer> nulling = item -> null;
    Results<Integer, Integer> results = Parallel.of(2).map(FIVE, nulling);
    assertTrue(results.ok());
    assertEquals(Arrays.asList(null, null, null, null, null), results.values());
    assertNull(results.get(3));
  }

  @Test
  @DisplayName(
      "A66, PY11: one aggregate says how many of how many failed, each with its index once")
  void oneAggregateNamesEachFailureOnce() {
    IOException other = new IOException("other");
    action.item(1).fails(failure).item(3).fails(other).anyItem().computes(item -> item);
    Results<Integer, Integer> results = parallel(1).map(FIVE, action);
    for (int call = 0; call < 3; call++) { // asking again changes nothing
      FailedItemsException thrown = assertThrows(FailedItemsException.class, results::values);
      String message = String.valueOf(thrown.getMessage());
      assertTrue(message.startsWith("2 of 5 items failed"), message);
      assertEquals(2, message.split("item 1:", -1).length, message);
      assertEquals(2, message.split("item 3:", -1).length, message);
      assertEquals(List.of(1L, 3L), thrown.failures().stream().map(Outcome::index).toList());
    }
    Results<Integer, Integer> keyed =
        Parallel.of(1)
            .itemKey((Integer item) -> "no. " + item)
            .map(
                List.of(7),
                item -> {
                  throw other;
                });
    FailedItemsException named = assertThrows(FailedItemsException.class, keyed::values);
    assertTrue(String.valueOf(named.getMessage()).contains("item 0 (no. 7): "), named::toString);
    assertEquals("failure", failure.getMessage());
    assertEquals(0, failure.getSuppressed().length);
    assertEquals(0, other.getSuppressed().length);
    assertThrows(FailedItemsException.class, results::throwIfFailed);
    assertEquals(List.of(0, 2, 4), results.okValues());
  }

  @Test
  @DisplayName("A67, PY20: attempts are the calls made; the time includes backoff, but no queueing")
  void attemptsAreCallsMadeAndTimeIncludesBackoff() {
    action.item(0).takes(ofSeconds(1)).fails(failure).takes(ofSeconds(2)).returns(0);
    action.anyItem().takes(ofSeconds(3)).returns(1);
    Retry retry = Retry.ofAttempts(5).backoff(Backoff.fixed(ofSeconds(10)));
    Results<Integer, Integer> results =
        parallel(1).window(3).retry(retry).map(List.of(0, 1, 2), action);
    assertEquals(List.of(2, 1, 1), attempts(results));
    assertEquals(List.of(ofSeconds(13), ofSeconds(3), ofSeconds(3)), elapsed(results));
  }

  @Test
  @DisplayName("A67: the wait for a first permit is not an item's time, that for a second one is")
  void theWaitForAFirstPermitIsNotAnItemsTime() {
    action.item(0).fails(failure).returns(0).anyItem().takes(ofSeconds(1)).returns(1);
    Results<Integer, Integer> results =
        parallel(2)
            .rateLimit(RateLimit.per(1, ofSeconds(10)))
            .retry(Retry.ofAttempts(2).backoff(Backoff.fixed(ofMillis(1))))
            .map(List.of(0, 1), action);
    assertEquals(ofSeconds(1), elapsed(results).get(1));
    assertEquals(0, elapsed(results).get(0).toSeconds() % 10);
    assertTrue(elapsed(results).get(0).isPositive());
  }

  @Test
  @DisplayName("A67: an item that never ran has no attempts and took no time")
  void anItemThatNeverRanHasNoAttempts() {
    Results<Integer, Integer> results = parallel(2).runTimeout(ZERO).map(FIVE, action);
    assertEquals(5, results.notRun().size());
    for (NotRun<Integer, Integer> notRun : results.notRun()) {
      assertEquals(0, notRun.attempts());
      assertEquals(ZERO, notRun.elapsed());
    }
  }

  private static List<Integer> attempts(Results<?, ?> results) {
    return results.outcomes().stream().<Integer>map(Outcome::attempts).toList();
  }

  private static List<Duration> elapsed(Results<?, ?> results) {
    return results.outcomes().stream().<Duration>map(Outcome::elapsed).toList();
  }

  @Test
  @DisplayName("PY8, AF3: entries and zips of two and three are spread over the arguments")
  void entriesAndZipsAreSpreadOverTheArguments() {
    Parallel parallel = parallel(3);
    List<Integer> ones = List.of(1, 2, 3);
    List<Integer> tens = List.of(10, 20, 30, 40); // the shortest one counts
    List<String> letters = List.of("a", "b", "c");
    assertEquals(
        List.of(11, 22, 33),
        parallel.<Integer, Integer, Integer>map(ones, tens, (a, b) -> a + b).values());
    Results<Triple<Integer, Integer, String>, String> triples =
        parallel.map(ones, tens, letters, (a, b, c) -> c + (a + b));
    assertEquals(List.of("a11", "b22", "c33"), triples.values());
    assertEquals(new Triple<>(1, 10, "a"), triples.outcomes().getFirst().item());
    assertEquals(
        List.of("k=v"),
        parallel
            .map(
                Map.of("k", "v").entrySet(),
                Action.<String, String, String>spread((k, v) -> k + "=" + v))
            .values());
  }

  @Test
  @DisplayName("PY8, A74: spread actions have all the options, and stream as well")
  void spreadActionsHaveAllTheOptions() {
    List<Object> keys = new ArrayList<>();
    Parallel parallel =
        parallel(2)
            .itemKey((Map.Entry<Integer, Integer> pair) -> pair.getKey())
            .retry(Retry.ofAttempts(2).backoff(Backoff.none()))
            .onOutcome(outcome -> keys.add(outcome.key()));
    Results<Map.Entry<Integer, Integer>, Integer> results =
        parallel.map(
            List.of(1, 2), List.of(1, 0), (Integer a, Integer b) -> a / b); // 2/0 fails, twice
    assertEquals(List.of(1), results.okValues());
    assertEquals(2, results.failures().getFirst().attempts());
    assertEquals(List.of(1, 2), keys.stream().sorted().toList());
    try (var outcomes =
        parallel.stream(
            io.millrace.plan.Source.zip(List.of(1, 2), List.of(1, 1)),
            Action.<Integer, Integer, Integer>spread((a, b) -> a / b))) {
      assertEquals(
          List.of(1, 2),
          outcomes.map(outcome -> ((Success<?, Integer>) outcome).value()).sorted().toList());
    }
  }

  @Test
  @DisplayName("PY11, PY12, PY18: results know their successes, failures, size and status")
  void resultsKnowTheirParts() {
    Results<Integer, Integer> results = withAFailureInTheMiddle();
    assertFalse(results.ok());
    assertEquals(RunStatus.COMPLETED, results.status());
    assertEquals(5, results.size());
    assertEquals(List.of(0, 1, 3, 4), results.successes().stream().map(Success::value).toList());
    assertEquals(List.of(2), results.failures().stream().map(Failure::item).toList());
    assertEquals(List.of(), results.notRun());
    assertThrows(IndexOutOfBoundsException.class, () -> results.get(5));
    assertThrows(IndexOutOfBoundsException.class, () -> results.get(-1));
    assertThrows(UnsupportedOperationException.class, () -> results.outcomes().clear());
    assertTrue(parallel(2).map(List.<Integer>of(), action).ok());
  }
}
