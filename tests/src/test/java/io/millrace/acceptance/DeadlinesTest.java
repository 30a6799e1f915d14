package io.millrace.acceptance;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Backoff;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.RecordedCall;
import io.millrace.testkit.ScriptedAction;
import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is promised about the time of an attempt, of an item and of a run. */
@NoLeaks
class DeadlinesTest {
  private static final Retry AT_ONCE = Retry.none().backoff(Backoff.none());

  private static final String TOO_LATE = "attempt 3 would begin after the item timeout of 10s";

  private final ManualClock clock = ManualClock.jumping();
  private final ScriptedAction<String, String> action = ScriptedAction.on(clock);
  private final IOException busy = new IOException("busy");

  @AfterEach
  void close() {
    clock.close();
  }

  private Parallel parallel(int concurrency) {
    return Parallel.of(concurrency).clock(clock);
  }

  private static Throwable error(Results<?, ?> results) {
    return results.failures().getFirst().error();
  }

  @DisplayName("A17: at a timeout of zero not one action is called")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void atATimeoutOfZeroNothingIsCalled(EntryPoint entry) throws Exception {
    action.returns("done");
    for (Parallel zero :
        List.of(
            parallel(2).attemptTimeout(ZERO),
            parallel(2).itemTimeout(ZERO),
            parallel(2).runTimeout(ZERO))) {
      List<Outcome<?, ?>> heard = new ArrayList<>();
      entry.run(zero.onOutcome(heard::add), List.of("a", "b", "c"), action);
      assertEquals(List.of(), action.calls());
      assertTrue(heard.stream().noneMatch(Outcome::isSuccess));
      assertTrue(heard.stream().allMatch(outcome -> outcome.attempts() == 0));
    }
  }

  @Test
  @DisplayName("A17: a run timeout of zero leaves every item of a sized source as not run")
  void aRunTimeoutOfZeroLeavesEveryItemNotRun() {
    Results<String, String> results =
        parallel(2).runTimeout(ZERO).map(List.of("a", "b", "c"), action);
    assertEquals(RunStatus.TIMED_OUT, results.status());
    assertEquals(List.of("a", "b", "c"), results.notRun().stream().map(NotRun::item).toList());
  }

  @Test
  @DisplayName("PY4: every attempt has its own timeout, which interrupts it and nothing else")
  void everyAttemptHasItsOwnTimeout() {
    action.item("stuck").takes(ofSeconds(100)).returns("late");
    action.item("slow").takes(ofSeconds(4)).returns("slow");
    action.item("second").takes(ofSeconds(100)).returns("late").returns("second");
    Results<String, String> results =
        parallel(3)
            .attemptTimeout(ofSeconds(5))
            .retry(AT_ONCE.attempts(2))
            .map(List.of("stuck", "slow", "second"), action);
    assertInstanceOf(TimeoutException.class, error(results));
    assertEquals(List.of("slow", "second"), results.okValues());
    assertEquals(List.of(ZERO, ofSeconds(5)), action.startsOf("stuck"));
    assertEquals(List.of(ZERO, ofSeconds(5)), action.startsOf("second"));
    assertEquals(ofSeconds(10), clock.elapsed());
  }

  @Test
  @DisplayName("PY4, LF1: the timeout of a blocking call is obeyed, its thread is interrupted")
  void theTimeoutOfABlockingCallIsObeyed() {
    action.item("a").blocks().returns("never");
    Results<String, String> results =
        parallel(1).attemptTimeout(ofMillis(20)).map(List.of("a"), action);
    assertInstanceOf(TimeoutException.class, error(results));
    assertEquals(Optional.of(ofMillis(20)), action.calls().getFirst().end());
  }

  @Test
  @DisplayName("PY4, I7: the interrupt of a timeout reaches no later item of the same worker")
  void theInterruptOfATimeoutReachesNoLaterItem() {
    List<Boolean> flags = new ArrayList<>();
    action.item("a").takes(ofSeconds(100)).returns("late");
    action
        .anyItem()
        .computes(
            item -> {
              flags.add(Thread.currentThread().isInterrupted());
              return item;
            });
    Results<String, String> results =
        parallel(1).attemptTimeout(ofSeconds(5)).map(List.of("a", "b", "c"), action);
    assertEquals(List.of("b", "c"), results.okValues());
    assertEquals(List.of(false, false), flags);
    assertFalse(Thread.currentThread().isInterrupted());
  }

  @Test
  @DisplayName("PY4: the wait for a permit does not count towards the attempt timeout")
  void theWaitForAPermitDoesNotCount() {
    action.takes(ofSeconds(2)).returns("done");
    Parallel parallel =
        parallel(3).attemptTimeout(ofSeconds(3)).rateLimit(RateLimit.per(1, ofSeconds(60)));
    assertTrue(parallel.map(List.of("a", "b", "c"), action).ok());
    assertEquals(
        List.of(ZERO, ofSeconds(60), ofSeconds(120)),
        action.calls().stream().map(RecordedCall::start).toList());
  }

  @Test
  @DisplayName(
      "PY4, L12: an item timeout holds for all attempts and the waits between them together")
  void anItemTimeoutHoldsForAllAttemptsTogether() {
    action.takes(ofSeconds(2)).fails(busy, 99);
    Results<String, String> results =
        parallel(1)
            .itemTimeout(ofSeconds(10))
            .retry(Retry.ofAttempts(99).backoff(Backoff.fixed(ofSeconds(3))))
            .map(List.of("a"), action);
    // 0 to 2, 5 to 7; the next one would begin at 10.
    assertEquals(2, action.calls().size());
    assertTimedOut(results, TOO_LATE, busy);
    assertEquals(0, busy.getSuppressed().length);
    assertEquals(ofSeconds(7), clock.elapsed());
  }

  private static void assertTimedOut(Results<?, ?> results, String message, Throwable cause) {
    TimeoutException timeout = assertInstanceOf(TimeoutException.class, error(results));
    assertEquals(message, timeout.getMessage());
    assertSame(cause, timeout.getCause());
  }

  @Test
  @DisplayName(
      "L12: an item whose next permit comes too late fails with the timeout, caused by its last error")
  void anItemWhosePermitComesTooLateTimesOut() {
    action.item("a").fails(new IOException("first")).fails(busy, 99);
    Results<String, String> results =
        parallel(1)
            .itemTimeout(ofSeconds(10))
            .retry(AT_ONCE.attempts(99))
            .rateLimit(RateLimit.per(1, ofSeconds(6)))
            .map(List.of("a"), action);
    assertTimedOut(results, TOO_LATE, busy); // at 0 s and at 6 s; the next one would begin at 12 s
  }

  @Test
  @DisplayName(
      "L12: an item whose time is up in its attempt fails with the timeout, caused by its last error")
  void anItemWhoseTimeIsUpInItsAttemptTimesOut() {
    action.item("a").takes(ofSeconds(4)).fails(busy).takes(ofSeconds(100)).returns("late");
    Results<String, String> results =
        parallel(1)
            .itemTimeout(ofSeconds(10))
            .retry(AT_ONCE.attempts(99))
            .map(List.of("a"), action);
    assertTimedOut(results, "item timed out after 10s and 2 attempts", busy);
    assertEquals(ofSeconds(10), clock.elapsed());
  }

  @Test
  @DisplayName(
      "L12: an item timeout during a backoff reaches fallbacks and fail-fast callers as a timeout")
  void everybodyGetsTheTimeout() {
    action.fails(busy, 99);
    Parallel parallel =
        parallel(1)
            .itemTimeout(ofSeconds(10))
            .retry(Retry.ofAttempts(99).backoff(Backoff.fixed(ofSeconds(60))));
    assertEquals(
        List.of("TimeoutException"),
        parallel
            .function(action)
            .orElseGet(error -> error.getClass().getSimpleName())
            .map(List.of("a"))
            .values());
    assertThrows(TimeoutException.class, () -> parallel.failFast().map(List.of("a"), action));
  }

  @Test
  @DisplayName("PY18: a run timeout ends the run as timed out, with what was done until then")
  void aRunTimeoutEndsTheRun() {
    action.item("quick").takes(ofSeconds(1)).returns("quick");
    action.anyItem().takes(ofSeconds(100)).returns("late");
    Results<String, String> results =
        parallel(2).runTimeout(ofSeconds(5)).map(List.of("quick", "a", "b", "c"), action);
    assertEquals(RunStatus.TIMED_OUT, results.status());
    assertFalse(results.ok());
    assertEquals(List.of("quick"), results.okValues());
    assertEquals(List.of("a", "b", "c"), results.notRun().stream().map(NotRun::item).toList());
    assertEquals(List.of(1, 1, 0), results.notRun().stream().map(Outcome::attempts).toList());
    assertEquals(ofSeconds(5), clock.elapsed());
  }

  @DisplayName(
      "PY18, E24: a run timeout also ends waits: before a retry, and at once if a permit would come too late")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "GATHERER") // its items come as time goes by
  void aRunTimeoutAlsoEndsWaits(EntryPoint entry) throws Exception {
    Duration began = clock.elapsed();
    action.fails(busy, 99);
    List<Outcome<?, ?>> heard = new ArrayList<>();
    Parallel parallel = parallel(2).runTimeout(ofSeconds(5)).onOutcome(heard::add);
    Retry retry = Retry.ofAttempts(9).backoff(Backoff.fixed(ofSeconds(60)));
    entry.run(parallel.retry(retry), List.of("a", "b"), action);
    assertEquals(began.plusSeconds(5), clock.elapsed());
    Parallel limited = parallel.rateLimit(RateLimit.perHour(1));
    entry.run(limited, List.of("c", "d", "e"), action);
    assertEquals(began.plusSeconds(5), clock.elapsed());
    assertEquals(3, action.calls().size());
    assertEquals(4, heard.stream().filter(NotRun.class::isInstance).count());
  }

  @Test
  @DisplayName("PY4, A74: a timeout of for ever is none")
  void aTimeoutOfForEverIsNone() {
    Duration forEver = ChronoUnit.FOREVER.getDuration();
    action.takes(ofSeconds(1_000_000)).returns("done");
    Parallel parallel =
        parallel(1).attemptTimeout(forEver).itemTimeout(forEver).runTimeout(forEver);
    assertTrue(parallel.map(List.of("a"), action).ok());
  }
}
