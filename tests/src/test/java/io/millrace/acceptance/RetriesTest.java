package io.millrace.acceptance;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofDays;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.ParallelFunction;
import io.millrace.Results;
import io.millrace.outcome.FailedItemsException;
import io.millrace.outcome.RejectedResultException;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Backoff;
import io.millrace.plan.Jitter;
import io.millrace.plan.Retry;
import io.millrace.signal.HttpReply;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.ScriptedAction;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is promised about repeating attempts. */
@NoLeaks
class RetriesTest {
  private static final Retry AT_ONCE = Retry.none().backoff(Backoff.none());

  private final ManualClock clock = ManualClock.jumping();
  private final ScriptedAction<String, String> action = ScriptedAction.on(clock);
  private final IOException busy = new IOException("busy");

  @AfterEach
  void close() {
    clock.close();
  }

  private Parallel parallel(int concurrency, Retry retry) {
    return Parallel.of(concurrency).clock(clock).retry(retry);
  }

  private Results<String, String> mapA(Retry retry) {
    return parallel(1, retry).map(List.of("a"), action);
  }

  @Test
  @DisplayName("A23: an item that fails and then succeeds does not count as a failure")
  void anItemThatSucceedsInTheEndDoesNotCountAsAFailure() {
    for (String item : List.of("a", "b", "c")) {
      action.item(item).fails(busy).returns(item);
    }
    Results<String, String> results =
        parallel(1, AT_ONCE.attempts(2)).maxFailures(1).map(List.of("a", "b", "c"), action);
    assertEquals(RunStatus.COMPLETED, results.status());
    assertEquals(List.of("a", "b", "c"), results.values());
  }

  @Test
  @DisplayName("A45, PY7: an item that backs off holds neither the worker nor the slot of its key")
  void anItemThatBacksOffHoldsNoSlot() {
    action.item("a").takes(ofSeconds(1)).fails(busy).returns("a");
    action.anyItem().takes(ofSeconds(1)).returns("x");
    Parallel parallel =
        parallel(1, Retry.ofAttempts(2).backoff(Backoff.fixed(ofSeconds(10))))
            .window(9)
            .concurrencyPerKey(1, (String item) -> "the same host");
    assertTrue(parallel.map(List.of("a", "b", "c"), action).ok());
    assertEquals(List.of(ZERO, ofSeconds(11)), action.startsOf("a"));
    assertEquals(List.of(ofSeconds(1)), action.startsOf("b"));
    assertEquals(List.of(ofSeconds(2)), action.startsOf("c"));
  }

  @Test
  @DisplayName("A45: while all slots of one key back off, another key is not held up")
  void whileOneKeyBacksOffAnotherIsNotHeldUp() {
    action.item("a1").fails(busy).returns("a").item("a2").fails(busy).returns("a");
    action.anyItem().returns("b");
    Parallel parallel =
        parallel(2, Retry.ofAttempts(2).backoff(Backoff.fixed(ofSeconds(10)))).window(4);
    assertTrue(parallel.map(List.of("a1", "a2", "b1", "b2"), action).ok());
    assertEquals(List.of(ZERO), action.startsOf("b1"));
    assertEquals(List.of(ZERO), action.startsOf("b2"));
  }

  @Test
  @DisplayName("A46, PY7: when retries are used up, the last error is thrown as itself")
  void whenRetriesAreUsedUpTheLastErrorIsThrownAsItself() {
    FileNotFoundException last = new FileNotFoundException("the last one");
    action.fails(busy, 2).fails(last);
    Results<String, String> results = mapA(AT_ONCE.attempts(3));
    assertSame(last, results.failures().getFirst().error());
    assertSame(last, assertThrows(FileNotFoundException.class, () -> results.get(0)));
    Parallel failingFast = parallel(1, AT_ONCE.attempts(3)).failFast();
    assertSame(
        last,
        assertThrows(FileNotFoundException.class, () -> failingFast.map(List.of("again"), action)));
  }

  @DisplayName("A47: an error is repeated only if both its type and the predicate say so")
  @ParameterizedTest(name = "{displayName}: type {0}, predicate {1}, calls {2}")
  @CsvSource({"true,true,5", "true,false,1", "false,true,1", "false,false,1"})
  void anErrorIsRepeatedOnlyIfTypeAndPredicateSaySo(boolean type, boolean predicate, int calls) {
    action.fails(type ? new FileNotFoundException("gone") : new IllegalStateException("gone"), 9);
    assertFalse(mapA(AT_ONCE.attempts(5).on(IOException.class).when(error -> predicate)).ok());
    assertEquals(calls, action.calls().size());
  }

  @Test
  @DisplayName("A47: by default every exception is repeated, and an Error never is")
  void byDefaultEveryExceptionIsRepeated() {
    action.item("a").fails(busy, 9).item("b").fails(new LinkageError("broken"), 9);
    parallel(2, AT_ONCE.attempts(3)).map(List.of("a", "b"), action);
    assertEquals(3, action.callsOf("a").size());
    assertEquals(1, action.callsOf("b").size());
  }

  @Test
  @DisplayName("A49, PY7: without jitter the waits double exactly, up to the cap")
  void withoutJitterTheWaitsDoubleUpToTheCap() {
    action.fails(busy, 9).returns("a");
    Backoff backoff =
        Backoff.exponential(ofMillis(50)).jitter(Jitter.NONE).cap(ofMillis(300)).factor(2);
    assertTrue(mapA(Retry.ofAttempts(10).backoff(backoff)).ok());
    long[] starts = action.startsOf("a").stream().mapToLong(Duration::toMillis).toArray();
    assertEquals("[0, 50, 150, 350, 650, 950, 1250, 1550, 1850, 2150]", Arrays.toString(starts));
  }

  @DisplayName("A49, PY7: the cap is a true maximum, and no number of retries overflows")
  @ParameterizedTest(name = "{displayName}: jitter {0}")
  @EnumSource
  void theCapIsATrueMaximum(Jitter jitter) {
    Duration cap = ofSeconds(3);
    List<RandomGenerator> fates = List.of(new Random(7), new Extreme(0), new Extreme(-1));
    for (Duration base : List.of(ofMillis(1), ofMillis(50), ofDays(100_000))) {
      for (double factor : new double[] {1, 2, 1e9, Double.MAX_VALUE}) {
        Backoff backoff = new Backoff(base, factor, cap, jitter);
        for (RandomGenerator fate : fates) {
          for (int retry : new int[] {1, 2, 10, 63, 64, 1023, 1024, 1025, 2000, 1 << 30}) {
            long delay = backoff.delayNanos(retry, fate);
            assertTrue(0 <= delay && delay <= cap.toNanos(), () -> backoff + ": " + delay);
          }
        }
      }
    }
  }

  /** Chance at its least and at its most: every bit is the same. */
  private record Extreme(long bits) implements RandomGenerator {
    @Override
    public long nextLong() {
      return bits;
    }

    @Override
    public long nextLong(long bound) {
      return bits == 0 ? 0 : bound - 1;
    }
  }

  @Test
  @DisplayName("A49: two thousand attempts are made, and their waits never overflow")
  void twoThousandAttemptsAreMade() {
    action.fails(busy, 1_999).returns("a");
    Backoff backoff = Backoff.exponential(ofSeconds(1)).jitter(Jitter.NONE).cap(ofSeconds(2));
    Results<String, String> results = mapA(Retry.ofAttempts(2_000).backoff(backoff));
    assertEquals(2_000, results.outcomes().getFirst().attempts());
    assertEquals(ofSeconds(1 + 2 * 1_998), clock.elapsed());
  }

  @DisplayName("A50, PY15: Retry-After is honoured where it makes sense, else the backoff counts")
  @ParameterizedTest(name = "{displayName}: {0} waits {1} s")
  @CsvSource(
      delimiter = '|',
      value = {
        "7 | 7",
        " 7  | 7",
        "0 | 3",
        "1.5 | 3",
        "3.5 | 3.5",
        "Fri, 01 Mar 2024 00:00:30 GMT | 90",
        "Thu, 29 Feb 2024 23:58:00 GMT | 3",
        "Sun, 06 Nov 1994 08:49:37 GMT | 3",
        "soonish | 3",
        "nan | 3",
        "NaN | 3",
        "inf | 3",
        "Infinity | 3",
        "-5 | 3",
        "+5 | 3",
        "0x10 | 3",
        "1e3 | 3",
        "'' | 3",
        "Sat, 01 Mar 2025 00:00:00 GMT | 300",
        "31536000 | 300",
        "99999999999999999999999999 | 300",
      })
  void aRetryAfterIsHonouredWhereItMakesSense(String header, double seconds) {
    ScriptedAction<String, Reply> server = ScriptedAction.on(clock);
    server.returns(Reply.tooManyRequests(header)).returns(Reply.ok());
    Retry retry = Retry.http().backoff(Backoff.fixed(ofSeconds(3))).maxServerWait(ofMinutes(5));
    assertTrue(parallel(1, retry).map(List.of("a"), server).ok());
    assertEquals(List.of(ZERO, ofMillis((long) (seconds * 1_000))), server.startsOf("a"));
  }

  private static final Retry WITHOUT_JITTER = Retry.http().backoff(Backoff.fixed(ofSeconds(1)));

  @DisplayName("A50: the header's name may be in any case")
  @ParameterizedTest(name = "{displayName}: {0}")
  @ValueSource(strings = {"Retry-After", "retry-after", "RETRY-AFTER", "rEtRy-aFtEr"})
  void theHeadersNameMayBeInAnyCase(String name) {
    ScriptedAction<String, Reply> server = ScriptedAction.on(clock);
    server.returns(Reply.of(503, name, "7")).returns(Reply.ok());
    assertTrue(parallel(1, WITHOUT_JITTER).map(List.of("a"), server).ok());
    assertEquals(List.of(ZERO, ofSeconds(7)), server.startsOf("a"));
  }

  @Test
  @DisplayName("A50: without a setting of its own, a server's wait is cut to five minutes")
  void aServersWaitIsCutToFiveMinutes() {
    ScriptedAction<String, Reply> server = ScriptedAction.on(clock);
    server.returns(Reply.tooManyRequests("31536000")).returns(Reply.ok());
    assertTrue(parallel(1, WITHOUT_JITTER).map(List.of("a"), server).ok());
    assertEquals(ofMinutes(5), clock.elapsed());
  }

  /** An answer that is thrown. */
  private static final class Refused extends RuntimeException implements HttpReply {
    private static final long serialVersionUID = 1;
    private final int status;

    Refused(int status) {
      super("status " + status);
      this.status = status;
    }

    @Override
    public int statusCode() {
      return status;
    }

    @Override
    public Optional<String> header(String name) {
      return name.equalsIgnoreCase("Retry-After") ? Optional.of("7") : Optional.empty();
    }
  }

  @DisplayName("PY15: HTTP answers are repeated by status, returned or thrown, even if wrapped")
  @ParameterizedTest(name = "{displayName}: {0} in {1} calls")
  @CsvSource({"429,2", "503,2", "404,1", "500,2", "200,1"})
  void httpAnswersAreRepeatedByStatus(int status, int calls) {
    ScriptedAction<String, Reply> server = ScriptedAction.on(clock);
    server.item("returned").returns(Reply.of(status, "Retry-After", "7")).returns(Reply.ok());
    server.item("thrown").fails(new Refused(status)).returns(Reply.ok());
    server
        .item("wrapped")
        .fails(new IllegalStateException(new Refused(status)))
        .returns(Reply.ok());
    List<String> items = List.of("returned", "thrown", "wrapped");
    parallel(3, Retry.http()).map(items, server);
    for (String item : items) {
      assertEquals(calls, server.callsOf(item).size(), item);
    }
    assertEquals(calls == 2, clock.elapsed().compareTo(ofSeconds(7)) >= 0);
  }

  @Test
  @DisplayName("PY15: input-output errors and timeouts are repeated, defects are not")
  void transientErrorsAreRepeatedDefectsAreNot() {
    action.item("io").fails(busy).returns("");
    action.item("late").fails(new TimeoutException("late")).returns("");
    action.item("defect").fails(new IllegalArgumentException("defect")).returns("");
    parallel(3, Retry.http()).map(List.of("io", "late", "defect"), action);
    assertEquals(2, action.callsOf("io").size());
    assertEquals(2, action.callsOf("late").size());
    assertEquals(1, action.callsOf("defect").size());
  }

  @Test
  @DisplayName("PY15: when attempts are used up, the refused answer is there in the failure")
  void whenAttemptsAreUsedUpTheAnswerIsInTheFailure() {
    ScriptedAction<String, Reply> server = ScriptedAction.on(clock);
    Reply last = Reply.tooManyRequests("1");
    server.returns(last);
    Results<String, Reply> results =
        parallel(1, Retry.http().attempts(3)).map(List.of("a"), server);
    RejectedResultException error =
        assertInstanceOf(RejectedResultException.class, results.failures().getFirst().error());
    assertSame(last, error.result());
    assertEquals(3, server.calls().size());
  }

  @Test
  @DisplayName("PY15: a refused answer is told of without user and query, which may hold secrets")
  void refusedAnswersAreToldOfWithoutSecrets() {
    URI uri = URI.create("http://user:password@localhost/prices?key=secret");
    HttpResponse<String> refused = new Reply(503, HttpHeaders.of(Map.of(), (_, _) -> true), uri);
    Results<String, HttpResponse<String>> results =
        parallel(1, Retry.http().attempts(1)).map(List.of("a"), _ -> refused);
    String told = "status 503 for GET http://localhost/prices";
    RejectedResultException error =
        assertInstanceOf(RejectedResultException.class, results.failures().getFirst().error());
    assertEquals(
        "result rejected by the retry policy after 1 attempt: " + told, error.getMessage());
    FailedItemsException all = assertThrows(FailedItemsException.class, results::values);
    assertFalse(all.getMessage().contains("secret"), all::getMessage);
  }

  @Test
  @DisplayName("PY16: a result is repeated if the predicate says so")
  void aResultIsRepeatedIfThePredicateSaysSo() {
    action.returns("pending").returns("pending").returns("done");
    Predicate<String> pending = "pending"::equals;
    assertEquals(List.of("done"), mapA(AT_ONCE.attempts(5).whenResult(pending)).values());
    assertEquals(3, action.calls().size());
  }

  @Test
  @DisplayName("PY16: a predicate that throws never hides the real error")
  void aPredicateThatThrowsNeverHidesTheRealError() {
    action.fails(busy, 9);
    IllegalStateException broken = new IllegalStateException("broken predicate");
    Retry retry =
        AT_ONCE
            .attempts(5)
            .when(
                error -> {
                  throw broken;
                });
    Throwable error = mapA(retry).failures().getFirst().error();
    assertSame(busy, error);
    assertEquals(List.of(broken), List.of(error.getSuppressed()));
    assertEquals(1, action.calls().size());
  }

  @Test
  @DisplayName("PY16: a predicate on results that throws fails its item, and no other one")
  void aPredicateOnResultsThatThrowsFailsItsItem() {
    action.anyItem().computes(item -> item);
    IllegalStateException broken = new IllegalStateException("broken predicate");
    Predicate<String> predicate =
        result -> {
          if (result.equals("a")) {
            throw broken;
          }
          return false;
        };
    Results<String, String> results =
        parallel(1, AT_ONCE.attempts(5).whenResult(predicate)).map(List.of("a", "b"), action);
    assertSame(broken, results.failures().getFirst().error());
    assertEquals(List.of("b"), results.okValues());
  }

  @Test
  @DisplayName("A82, LF1: a default value fills the slot when the attempts are used up")
  void aDefaultValueFillsTheSlot() {
    action.item("a").fails(busy, 9).item("b").returns("b").item("c").fails(busy, 9);
    ParallelFunction<String, String> function = parallel(2, AT_ONCE.attempts(3)).function(action);
    Results<String, String> results = function.orElse("?").map(List.of("a", "b", "c"));
    assertTrue(results.ok());
    assertEquals(List.of("?", "b", "?"), results.values());
    assertEquals(3, results.outcomes().getFirst().attempts());
    Results<String, String> nulls = function.orElse(null).map(List.of("a"));
    assertEquals(1, nulls.values().size());
    assertSame(null, nulls.get(0));
  }

  @Test
  @DisplayName("A83, LF1: attempts count all calls, retries those after the first")
  void attemptsCountAllCallsAndRetriesThoseAfterTheFirst() {
    action.fails(busy, 99);
    assertEquals(3, mapA(AT_ONCE.retries(2)).outcomes().getFirst().attempts());
    assertEquals(3, action.calls().size());
    assertEquals(3, mapA(AT_ONCE.attempts(3)).outcomes().getFirst().attempts());
    assertEquals(6, action.calls().size());
    assertEquals(Retry.ofAttempts(3), Retry.ofRetries(2));
    assertEquals(Retry.ofAttempts(Integer.MAX_VALUE), Retry.ofRetries(Integer.MAX_VALUE));
    mapA(AT_ONCE.retries(0));
    assertEquals(7, action.calls().size());
  }
}
