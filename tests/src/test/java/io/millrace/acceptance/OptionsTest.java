package io.millrace.acceptance;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import io.millrace.plan.FailurePolicy;
import io.millrace.plan.Order;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.Source;
import io.millrace.plan.StopToken;
import io.millrace.plan.Workers;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.RecordedCall;
import io.millrace.testkit.ScriptedAction;
import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is promised about options: when they are checked, and that every entry point obeys them. */
@NoLeaks
class OptionsTest {
  private static final Retry AT_ONCE = Retry.none().backoff(Backoff.none());
  private static final List<Integer> FIVE = List.of(0, 1, 2, 3, 4);

  private final ManualClock clock = ManualClock.jumping();
  private final ScriptedAction<Integer, Integer> action = ScriptedAction.on(clock);
  private final IOException failure = new IOException("failure");
  private final List<Outcome<?, ?>> heard = new ArrayList<>();

  @AfterEach
  void close() {
    clock.close();
  }

  private Parallel parallel(int concurrency) {
    return Parallel.of(concurrency).clock(clock).onOutcome(heard::add);
  }

  private static void refused(Executable call) {
    assertThrows(IllegalArgumentException.class, call);
  }

  @DisplayName("A51: a rate that is no finite number above 0 is refused where it is made")
  @ParameterizedTest(name = "{displayName}: {0}")
  @ValueSource(
      doubles = {
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        -1,
        0,
        -0.0,
      })
  void aRateThatMakesNoSenseIsRefused(double rate) {
    refused(() -> RateLimit.perSecond(rate));
    refused(() -> RateLimit.perMinute(rate));
    refused(() -> RateLimit.perHour(rate));
    refused(() -> RateLimit.per(rate, ofSeconds(1)));
    refused(() -> RateLimit.perSecond(1).burst(rate));
    refused(() -> Parallel.of().rateLimit(rate));
    refused(() -> Backoff.fixed(ZERO).factor(rate));
  }

  @Test
  @DisplayName("A51: a delay, period or timeout below zero is refused where it is made")
  void aNegativeDurationIsRefused() {
    Duration negative = ofMillis(-1);
    refused(() -> Backoff.fixed(negative));
    refused(() -> Backoff.exponential(negative));
    refused(() -> Backoff.none().cap(negative));
    refused(() -> Retry.none().maxServerWait(negative));
    refused(() -> RateLimit.spacing(negative));
    refused(() -> RateLimit.window(1, negative));
    refused(() -> RateLimit.window(1, ZERO));
    refused(() -> RateLimit.per(1, ZERO));
    refused(() -> Parallel.of().attemptTimeout(negative));
    refused(() -> Parallel.of().itemTimeout(negative));
    refused(() -> Parallel.of().runTimeout(negative));
    refused(() -> Parallel.of().shedAfter(negative));
    refused(() -> Parallel.of().grace(negative));
    refused(() -> Parallel.of().initialDelay(negative));
    RateLimiter limiter = RateLimiter.of(RateLimit.unlimited(), clock);
    refused(() -> limiter.pause(negative));
    refused(() -> limiter.tryAcquireFor(null, negative));
  }

  @DisplayName("A88, PY2: a count below its least is refused at the call, not at the first element")
  @ParameterizedTest(name = "{displayName}: {0}")
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void aCountBelowItsLeastIsRefused(int count) {
    refused(() -> Parallel.of(count));
    refused(() -> Parallel.of().concurrency(count));
    refused(() -> Parallel.of().window(count));
    refused(() -> Parallel.of().barrier(count));
    refused(() -> Parallel.of().maxFailures(count));
    refused(() -> Parallel.of().concurrencyPerKey(count, item -> item));
    refused(() -> new FailurePolicy.StopAfter(count));
    refused(() -> Retry.ofAttempts(count));
    refused(() -> Retry.none().attempts(count));
    refused(() -> Retry.none().retries(Math.min(count, -1)));
    refused(() -> RateLimit.window(count, ofSeconds(1)));
    refused(() -> Parallel.of().batches(FIVE, count, item -> item));
    refused(() -> Parallel.of().function((Integer item) -> item).batches(FIVE, count));
  }

  @Test
  @DisplayName("A88: what is refused is refused with a message that names it and the value")
  void aRefusalNamesTheArgumentAndTheValue() {
    String message =
        String.valueOf(
            assertThrows(IllegalArgumentException.class, () -> Parallel.of(-3)).getMessage());
    assertTrue(message.contains("concurrency") && message.contains("-3"), message);
  }

  @Test
  @DisplayName("A84: without an action or without items a call is refused at once, also a lazy one")
  void withoutAnActionACallIsRefusedAtOnce() {
    Parallel parallel = Parallel.of();
    Action<Integer, Integer> missing = null;
    List<Executable> calls =
        List.of(
            () -> parallel.map(FIVE, missing),
            () -> parallel.stream(FIVE, missing),
            () -> parallel.batches(FIVE, 2, missing),
            () -> parallel.forEach(FIVE, null),
            () -> parallel.start(FIVE, missing),
            () -> parallel.gatherer(missing),
            () -> parallel.publisher(FIVE, missing),
            () -> parallel.function(missing),
            () -> parallel.spread((Action.Two<Integer, Integer, Integer>) null),
            () -> parallel.spread((Action.Three<Integer, Integer, Integer, Integer>) null),
            () -> parallel.map((Iterable<Integer>) null, action),
            () -> parallel.stream((Iterable<Integer>) null, action),
            () -> parallel.function(action).stream((Iterable<Integer>) null));
    calls.forEach(call -> assertThrows(NullPointerException.class, call));
  }

  @Test
  @DisplayName("A84, LF7: one configuration serves several calls, each with its own action")
  void oneConfigurationServesSeveralCalls() {
    Parallel stored = parallel(2).retry(AT_ONCE.attempts(2));
    action.fails(failure).returns(1);
    assertEquals(List.of(1), stored.map(List.of(7), action).values());
    assertEquals(
        List.of("v0", "v1"), stored.map(List.of(0, 1), (Integer item) -> "v" + item).values());
    assertEquals(2, action.calls().size());
  }

  @Test
  @DisplayName("A73, PY10: an override replaces one option of a bound function and keeps the rest")
  void anOverrideReplacesOneOptionAndKeepsTheRest() {
    action.takes(ofSeconds(1)).fails(failure, 99);
    ParallelFunction<Integer, Integer> bound =
        parallel(2)
            .retry(AT_ONCE.attempts(3))
            .itemKey((Integer item) -> "k" + item)
            .function(action);
    Results<Integer, Integer> more = bound.with(options -> options.concurrency(5)).map(FIVE);
    assertEquals(5, action.maxRunning());
    assertEquals(15, action.calls().size());
    assertEquals("k4", more.outcomes().get(4).key());
    Results<Integer, Integer> once = bound.with(options -> options.retry(Retry.none())).map(FIVE);
    assertEquals(20, action.calls().size());
    assertEquals("k4", once.outcomes().get(4).key());
    bound.map(FIVE); // it has not changed itself
    assertEquals(35, action.calls().size());
  }

  @Test
  @DisplayName("A73: every option can be switched off explicitly")
  void everyOptionCanBeSwitchedOff() {
    StopToken stopped = new StopToken();
    stopped.stop();
    Duration forEver = ChronoUnit.FOREVER.getDuration();
    ParallelFunction<Integer, Integer> bound =
        parallel(5)
            .unordered()
            .barrier(1)
            .initialDelay(forEver)
            .rateLimit(RateLimit.perHour(1))
            .concurrencyPerKey(1, (Integer item) -> "all")
            .retry(AT_ONCE.attempts(9))
            .attemptTimeout(ZERO)
            .itemTimeout(ZERO)
            .runTimeout(ZERO)
            .failFast()
            .stopToken(stopped)
            .itemKey((Integer item) -> item)
            .onProgress(
                (done, total) -> {
                  throw new AssertionError("switched off");
                })
            .context(io.millrace.plan.ContextCarrier.of(new ThreadLocal<String>()))
            .workers(Workers.caller())
            .function(action);
    ParallelFunction<Integer, Integer> plain =
        bound.with(
            options ->
                options
                    .order(Order.NATURAL)
                    .withoutBarrier()
                    .initialDelay(ZERO)
                    .rateLimit(RateLimit.unlimited())
                    .withoutConcurrencyPerKey()
                    .retry(Retry.none())
                    .attemptTimeout(forEver)
                    .itemTimeout(forEver)
                    .runTimeout(forEver)
                    .failurePolicy(new FailurePolicy.CollectAll())
                    .stopToken(StopToken.none())
                    .withoutItemKey()
                    .withoutListeners()
                    .context()
                    .workers(Workers.virtual()));
    action.item(0).takes(ofSeconds(1)).fails(failure, 99);
    action.anyItem().takes(ofSeconds(1)).returns(1);
    Results<Integer, Integer> results = plain.map(FIVE);
    assertEquals(4, results.successes().size());
    assertEquals(1, results.failures().size());
    assertNull(results.outcomes().getFirst().key());
    assertEquals(5, action.maxRunning());
    assertEquals(List.of(), heard);
  }

  @DisplayName("A74: every entry point obeys concurrency, retry, rate limit and key")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void everyEntryPointObeysTheLimits(EntryPoint entry) throws Exception {
    action.item(3).takes(ofSeconds(1)).fails(failure).returns(3);
    action.anyItem().takes(ofSeconds(1)).returns(1);
    Parallel parallel =
        parallel(2)
            .retry(AT_ONCE.attempts(2))
            .rateLimit(RateLimit.spacing(ofMillis(100)))
            .itemKey((Integer item) -> "k" + item);
    entry.run(parallel, FIVE, action);
    if (entry == EntryPoint.GATHERER) { // the test's thread feeds it, and does not hold the clock
      assertTrue(action.maxRunning() <= 2);
    } else {
      assertEquals(2, action.maxRunning());
    }
    List<Duration> starts = action.calls().stream().map(RecordedCall::start).sorted().toList();
    assertEquals(6, starts.size());
    for (int i = 1; i < starts.size(); i++) {
      assertTrue(starts.get(i).minus(starts.get(i - 1)).compareTo(ofMillis(100)) >= 0);
    }
    assertEquals(5, heard.size());
    for (Outcome<?, ?> outcome : heard) {
      assertEquals("k" + outcome.item(), outcome.key());
      assertEquals(outcome.item().equals(3) ? 2 : 1, outcome.attempts());
    }
  }

  @DisplayName("A74: every entry point obeys attempt timeouts, item timeouts and default values")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void everyEntryPointObeysTheTimeouts(EntryPoint entry) throws Exception {
    action.item(1).takes(ofSeconds(100)).fails(failure, 99); // later than any timeout
    action.anyItem().takes(ofSeconds(1)).returns(1);
    Parallel parallel = parallel(2);
    entry.run(parallel.attemptTimeout(ofSeconds(5)), FIVE, action);
    entry.run(parallel.itemTimeout(ofSeconds(5)), FIVE, action);
    assertEquals(10, heard.size());
    List<Failure<?, ?>> failures = new ArrayList<>();
    heard.forEach(
        outcome -> {
          if (outcome instanceof Failure<?, ?> failed) {
            failures.add(failed);
          }
        });
    assertEquals(2, failures.size());
    assertTrue(
        failures.stream()
            .allMatch(each -> each.item().equals(1) && each.error() instanceof TimeoutException));
    heard.clear();
    entry.run(Fallback.of(parallel.attemptTimeout(ofSeconds(5)), _ -> -1), FIVE, action);
    assertEquals(5, heard.stream().filter(Outcome::isSuccess).count());
    heard.forEach(
        outcome ->
            assertEquals(
                outcome.item().equals(1),
                Integer.valueOf(-1).equals(((Success<?, ?>) outcome).value())));
  }

  @DisplayName(
      "A74, LF1: every entry point waits once, before its first attempt, as long as it is told")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void everyEntryPointObeysTheInitialDelay(EntryPoint entry) throws Exception {
    action.returns(1);
    entry.run(parallel(2).initialDelay(ofSeconds(30)), FIVE, action);
    assertEquals(5, heard.size());
    action.calls().forEach(call -> assertEquals(ofSeconds(30), call.start()));
  }

  @DisplayName("A74, LF3: every entry point obeys a barrier")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void everyEntryPointObeysABarrier(EntryPoint entry) throws Exception {
    action.item(0).takes(ofSeconds(9)).returns(0).anyItem().takes(ofSeconds(1)).returns(1);
    entry.run(parallel(2).barrier(2), FIVE, action);
    assertEquals(5, heard.size());
    List<Duration> earliest = List.of(ZERO, ZERO, ofSeconds(9), ofSeconds(9), ofSeconds(10));
    for (int item = 0; item < 5; item++) { // the consumer does not hold the clock: it may get later
      Duration start = action.startsOf(item).getFirst();
      assertTrue(start.compareTo(earliest.get(item)) >= 0, item + " at " + start);
    }
  }

  @DisplayName("A74, PY18: every entry point obeys a limit of failures")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void everyEntryPointObeysALimitOfFailures(EntryPoint entry) throws Exception {
    action.fails(failure);
    entry.run(parallel(1).maxFailures(2), IntStream.range(0, 50).boxed().toList(), action);
    assertEquals(2, action.calls().size());
    assertEquals(2, heard.stream().filter(Failure.class::isInstance).count());
    long notRun = heard.stream().filter(NotRun.class::isInstance).count();
    assertEquals(heard.size() - 2, notRun);
    if (entry != EntryPoint.GATHERER) { // which knows only of what the stream has sent
      assertEquals(48, notRun);
    }
  }

  @DisplayName("A74, I2: every entry point obeys the window")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void everyEntryPointObeysTheWindow(EntryPoint entry) throws Exception {
    action.item(0).takes(ofSeconds(100)).returns(0).anyItem().takes(ofSeconds(1)).returns(1);
    List<Integer> early = java.util.Collections.synchronizedList(new ArrayList<>());
    Parallel parallel = parallel(2).window(3).ordered();
    entry.run(
        parallel,
        Counting.unsized(20),
        item -> {
          if (clock.elapsed().compareTo(ofSeconds(100)) < 0) {
            early.add(item);
          }
          return action.apply(item);
        });
    assertEquals(20, heard.size());
    boolean inOrder = entry != EntryPoint.MAP && entry != EntryPoint.FUNCTION;
    if (inOrder) { // items 1 and 2 wait for item 0, and nothing else is begun meanwhile
      assertTrue(early.stream().allMatch(item -> item <= 2), early::toString);
    }
  }

  @Test
  @DisplayName("A74: an option that can mean nothing at an entry point is refused at the call")
  void whatCanMeanNothingIsRefused() {
    refused(() -> Parallel.of().unordered().map(FIVE, action));
    refused(() -> Parallel.of().unordered().function(action).map(FIVE));
    refused(() -> Parallel.of().workers(Workers.caller()).publisher(FIVE, action));
    assertEquals(List.of(), action.calls());
  }

  @Test
  @DisplayName("A74: options can be set in any order, and a copy never changes its original")
  void aCopyNeverChangesItsOriginal() {
    Parallel plain = parallel(1);
    Parallel changed = plain.concurrency(5).retry(AT_ONCE.attempts(3)).failFast();
    action.takes(ofSeconds(1)).fails(failure, 99);
    assertEquals(5, plain.map(FIVE, action).failures().size());
    assertEquals(1, action.maxRunning());
    assertEquals(5, action.calls().size());
    assertSame(failure, assertThrows(IOException.class, () -> changed.map(FIVE, action)));
  }

  @Test
  @DisplayName("PY8, A74: zips stream, and are read in step up to the shortest")
  void zipsAreReadInStep() {
    Counting endless = new Counting();
    Iterable<java.util.Map.Entry<Integer, Integer>> pairs = Source.zip(List.of(10, 20), endless);
    try (var outcomes = parallel(1).ordered().stream(pairs, pair -> pair.getValue())) {
      assertEquals(2, outcomes.count());
    }
    assertTrue(endless.pulled() <= 2, () -> endless.pulled() + " pulled");
  }
}
