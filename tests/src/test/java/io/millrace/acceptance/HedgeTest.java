package io.millrace.acceptance;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofNanos;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Monitor;
import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.Codec;
import io.millrace.executor.ParallelExecutor;
import io.millrace.limit.RateLimiter;
import io.millrace.outcome.AttemptEvent;
import io.millrace.outcome.MonitorEvent;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.Wording;
import io.millrace.plan.Action;
import io.millrace.plan.Backoff;
import io.millrace.plan.Budget;
import io.millrace.plan.Hedge;
import io.millrace.plan.RateChange;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.StopToken;
import io.millrace.plan.Truncation;
import io.millrace.plan.Workers;
import io.millrace.signal.ServerAnswer;
import io.millrace.signal.Signals;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.MemoryStore;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is promised about second calls. */
@NoLeaks
class HedgeTest {
  private final ManualClock clock = ManualClock.jumping();
  private final long start = clock.nanoTime();

  /** What happened to calls: when it began and ended, and how. */
  private final List<String> log = Collections.synchronizedList(new ArrayList<>());

  private final Map<Object, AtomicInteger> calls = new ConcurrentHashMap<>();

  @AfterEach
  void close() {
    clock.close();
  }

  private Parallel parallel(int concurrency) {
    return Parallel.of(concurrency)
        .clock(clock)
        .hedgeIdempotent(Hedge.after(ofSeconds(1)).budget(1));
  }

  private static List<Integer> items(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  private Duration now() {
    return ofNanos(clock.nanoTime() - start);
  }

  private int call(Object item) {
    return calls.computeIfAbsent(item, _ -> new AtomicInteger()).incrementAndGet();
  }

  /** The n-th call takes so long, and answers with its number; below zero it fails. */
  private Action<Integer, Integer> taking(Duration... times) {
    return item -> {
      int call = call(item);
      Duration time = times[Math.min(call, times.length) - 1];
      try {
        clock.sleep(time.abs());
      } catch (InterruptedException why) {
        log.add(call + " interrupted at " + now().toMillis());
        throw why;
      }
      if (time.isNegative()) {
        log.add(call + " failed at " + now().toMillis());
        throw new IOException("call " + call);
      }
      log.add(call + " answered at " + now().toMillis());
      return call;
    };
  }

  @Test
  @DisplayName("R10: the second call answers first, and the first one is interrupted")
  void theHedgeWins() {
    Results<Integer, Integer> results =
        parallel(2).map(items(1), taking(ofSeconds(10), ofMillis(500)));
    assertEquals(List.of(2), results.values());
    assertEquals(List.of("2 answered at 1500", "1 interrupted at 1500"), log);
    assertEquals(1, results.successes().getFirst().attempts());
    assertEquals(ofMillis(1500), results.successes().getFirst().details().elapsed());
  }

  @Test
  @DisplayName("R10: the first call answers first, and the second one is interrupted")
  void theFirstWins() {
    Results<Integer, Integer> results =
        parallel(2).map(items(1), taking(ofMillis(1500), ofSeconds(10)));
    assertEquals(List.of(1), results.values());
    assertEquals(List.of("1 answered at 1500", "2 interrupted at 1500"), log);
    assertEquals(ofMillis(1500), now());
  }

  @Test
  @DisplayName("R10: what is fast enough is called once")
  void noHedge() {
    assertEquals(
        Collections.nCopies(50, 1), parallel(4).map(items(50), taking(ofMillis(999))).values());
  }

  @Test
  @DisplayName("R10: a first call that fails waits for the second one")
  void failsThenAnswers() {
    Results<Integer, Integer> results =
        parallel(2).map(items(1), taking(ofMillis(-1500), ofSeconds(2)));
    assertEquals(List.of(2), results.values());
    assertEquals(List.of("1 failed at 1500", "2 answered at 3000"), log);
    assertEquals(1, results.successes().getFirst().attempts());
  }

  @Test
  @DisplayName("R10: a second call that fails leaves the first one alone")
  void theHedgeFails() {
    Results<Integer, Integer> results =
        parallel(2).map(items(1), taking(ofSeconds(3), ofMillis(-100)));
    assertEquals(List.of(1), results.values());
    assertEquals(List.of("2 failed at 1100", "1 answered at 3000"), log);
  }

  @Test
  @DisplayName("R10: if both fail, one attempt has failed, with the error of the first call")
  void bothFail() {
    Results<Integer, Integer> results =
        parallel(2)
            .retry(Retry.ofAttempts(2).backoff(Backoff.none()))
            .map(items(1), taking(ofMillis(-1500), ofMillis(-1000), ofMillis(-10)));
    assertEquals("call 3", results.failures().getFirst().error().getMessage());
    assertEquals(2, results.failures().getFirst().attempts());
    assertEquals(List.of("1 failed at 1500", "2 failed at 2000", "3 failed at 2010"), log);
    Throwable earlier = results.failures().getFirst().error().getSuppressed()[0];
    assertEquals("call 1", earlier.getMessage());
  }

  @Test
  @DisplayName("R10: a result that the retry policy rejects is no answer, of either call")
  void rejectedResults() {
    Retry retry = Retry.ofAttempts(1).whenResult(value -> (Integer) value == 2);
    Results<Integer, Integer> results =
        parallel(2).retry(retry).map(items(1), taking(ofSeconds(3), ofMillis(100)));
    assertEquals(List.of(1), results.values());
    calls.clear();
    Retry first = Retry.ofAttempts(1).whenResult(value -> (Integer) value == 1);
    assertEquals(
        List.of(2),
        parallel(2).retry(first).map(items(1), taking(ofSeconds(2), ofSeconds(3))).values());
  }

  @Test
  @DisplayName("R10: a hedge begins only in a slot that nothing else needs, and when one is free")
  void slots() {
    parallel(1).map(items(1), taking(ofSeconds(10)));
    assertEquals(1, calls.get(0).get());
    calls.clear();
    log.clear();
    parallel(2)
        .map(
            items(6),
            item -> {
              log.add(item + "." + call(item) + "@" + now().minusSeconds(10).toMillis());
              clock.sleep(item == 0 ? ofSeconds(6) : ofMillis(900));
              return item;
            });
    assertEquals("0.2@4500", log.getLast(), log::toString);
    assertEquals(7, log.size());
  }

  @Test
  @DisplayName("R10, I5: a hedge takes a permit if one is there, and is not made if not")
  void permits() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perHour(1).burst(3), clock);
    Parallel limited = parallel(4).rateLimit(limiter);
    assertEquals(List.of(2), limited.map(items(1), taking(ofSeconds(9), ZERO)).values());
    calls.clear();
    assertEquals(List.of(1), limited.map(items(1), taking(ofSeconds(9), ZERO)).values());
    assertEquals(1, calls.get(0).get());
  }

  @Test
  @DisplayName(
      "R10, A14: what a server asks for in the answer of a call that has lost counts for limits")
  void lostCallPauses() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(100).burst(50), clock);
    Retry retry =
        Retry.ofAttempts(1)
            .serverWait(
                (value, error, now) ->
                    error instanceof IllegalStateException
                        ? Optional.of(ofSeconds(60))
                        : Optional.empty());
    Results<Integer, Integer> results =
        parallel(2)
            .rateLimit(limiter)
            .retry(retry)
            .map(
                items(1),
                item -> {
                  if (call(item) == 1) {
                    clock.sleep(ofMillis(1500));
                    return 1;
                  }
                  try {
                    clock.sleep(ofSeconds(9));
                  } catch (InterruptedException why) {
                    throw new IllegalStateException("busy", why);
                  }
                  return 2;
                });
    assertEquals(List.of(1), results.values());
    assertFalse(limiter.tryAcquire());
  }

  private static Retry pausing() {
    return Retry.ofAttempts(1)
        .serverWait(
            (value, error, now) ->
                error instanceof IllegalStateException
                    ? Optional.of(ofSeconds(60))
                    : Optional.empty());
  }

  @Test
  @DisplayName(
      "R10, A14, M4: what a server asks for in the answer of a first call that has lost counts for limits, and a monitor sees it")
  void lostFirstCallPauses() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(100).burst(50), clock);
    Monitor monitor = Monitor.of();
    Results<Integer, Integer> results =
        parallel(2)
            .rateLimit(limiter)
            .retry(pausing())
            .monitor(monitor)
            .map(
                items(1),
                item -> {
                  int call = call(item);
                  clock.sleep(ofMillis(1500));
                  if (call == 1) {
                    throw new IllegalStateException("busy");
                  }
                  return call;
                });
    assertEquals(List.of(2), results.values());
    assertFalse(limiter.tryAcquire());
    assertEquals(1, monitor.snapshot().pauses().size());
  }

  @Test
  @DisplayName("R10, M4, M8: a monitor sees the pause that the server of a hedge asks for, once")
  void pauseOfTheHedge() {
    List<MonitorEvent> heard = Collections.synchronizedList(new ArrayList<>());
    Monitor monitor = Monitor.of(Wording.PLAIN, heard::add);
    Results<Integer, Integer> results =
        parallel(2)
            .rateLimit(RateLimit.perSecond(100).burst(50))
            .retry(pausing())
            .monitor(monitor)
            .map(
                items(1),
                item -> {
                  int call = call(item);
                  clock.sleep(call == 1 ? ofSeconds(3) : ofMillis(500));
                  if (call == 2) {
                    throw new IllegalStateException("busy");
                  }
                  return call;
                });
    assertEquals(List.of(1), results.values());
    assertEquals(1, monitor.snapshot().pauses().size());
    assertEquals(1, heard.stream().filter(MonitorEvent.Paused.class::isInstance).count());
  }

  @Test
  @DisplayName(
      "R10, S6: a refusal that the first call has got is heard by a rate that learns, although its hedge has the answer")
  void lostRefusalIsLearnt() {
    List<RateChange> moves = Collections.synchronizedList(new ArrayList<>());
    RateLimit adaptive =
        RateLimit.adaptive()
            .startingAt(100)
            .reading(
                (result, error, now) ->
                    error == null
                        ? ServerAnswer.granted()
                        : new ServerAnswer(ServerAnswer.Kind.REFUSED, Signals.waitFor(ofMillis(1))))
            .onChange(moves::add);
    Results<Integer, Integer> results =
        parallel(2).rateLimit(adaptive).map(items(1), taking(ofMillis(-1500), ofSeconds(2)));
    assertEquals(List.of(2), results.values());
    assertTrue(moves.stream().anyMatch(move -> move.after() < move.before()), () -> moves + "");
  }

  @Test
  @DisplayName(
      "R10, S6: the answer of a hedge is heard once; of the call that was interrupted nobody knows what it would have got")
  void answersAreHeardOnce() {
    List<Object> heard = Collections.synchronizedList(new ArrayList<>());
    RateLimit adaptive =
        RateLimit.adaptive()
            .startingAt(100)
            .reading(
                (result, error, now) -> {
                  heard.add(result == null ? error : result);
                  return ServerAnswer.granted();
                });
    Results<Integer, Integer> results =
        parallel(2).rateLimit(adaptive).map(items(1), taking(ofSeconds(9), ZERO));
    assertEquals(List.of(2), results.values());
    assertEquals(List.of(2), heard);
  }

  @Test
  @DisplayName("R10, R2: what each of the two calls has cost counts for a budget of money")
  void moneyOfBoth() {
    Budget two = Budget.money(2, (Integer value) -> 1);
    Retry retry = Retry.ofAttempts(1).whenResult(value -> (Integer) value == 2);
    Parallel frugal = parallel(2).window(1).budget(two).retry(retry).truncation(Truncation.SILENT);
    Results<Integer, Integer> rejected =
        frugal.map(items(2), taking(ofSeconds(3), ofMillis(100), ofMillis(100)));
    assertEquals(RunStatus.COST_SPENT, rejected.status());
    assertEquals(List.of(1), rejected.okValues());
    calls.clear();
    Results<Integer, Integer> answered =
        parallel(2)
            .window(1)
            .budget(two)
            .map(items(2), taking(ofSeconds(9), ofMillis(500), ofMillis(100)));
    assertEquals(List.of(2, 2), answered.values(), "of one that was interrupted nobody knows");
  }

  @Test
  @DisplayName(
      "R10, A14: a good answer that has lost asks for no pause, as one that counts asks for none")
  void goodAnswersPauseNothing() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(100).burst(50), clock);
    Retry retry = Retry.ofAttempts(1).serverWait((value, error, now) -> Optional.of(ofSeconds(60)));
    Results<Integer, Integer> results =
        parallel(2)
            .rateLimit(limiter)
            .retry(retry)
            .map(
                items(1),
                item -> {
                  int call = call(item);
                  try {
                    clock.sleep(call == 1 ? ofMillis(1500) : ofSeconds(9));
                  } catch (InterruptedException why) {
                    // it has an answer all the same
                  }
                  return call;
                });
    assertEquals(List.of(1), results.values());
    assertTrue(limiter.tryAcquire());
  }

  @Test
  @DisplayName(
      "R10, E22: an interrupt flag that a predicate leaves set which judges the first call reaches no listener")
  void flagOfAPredicate() {
    List<Boolean> flags = Collections.synchronizedList(new ArrayList<>());
    Monitor monitor =
        Monitor.of(Wording.PLAIN, _ -> flags.add(Thread.currentThread().isInterrupted()));
    Retry retry =
        Retry.ofAttempts(2)
            .whenResult(
                value -> {
                  Thread.currentThread().interrupt();
                  return false;
                });
    Results<Integer, Integer> results =
        parallel(2)
            .monitor(monitor)
            .retry(retry)
            .map(items(1), taking(ofMillis(1500), ofSeconds(10)));
    assertEquals(List.of(1), results.values());
    assertFalse(flags.isEmpty());
    assertFalse(flags.contains(true));
  }

  @Test
  @DisplayName("R10, I1: a hedge needs the slot of its key, too")
  void keys() {
    Parallel perKey = parallel(4).concurrencyPerKey(1, (Integer item) -> "one");
    assertEquals(List.of(1), perKey.map(items(1), taking(ofSeconds(9), ZERO)).values());
    calls.clear();
    Parallel two = parallel(4).concurrencyPerKey(2, (Integer item) -> "one");
    assertEquals(List.of(2), two.map(items(1), taking(ofSeconds(9), ZERO)).values());
    calls.clear();
    assertEquals(10, two.map(items(10), taking(ofMillis(1_900), ofMillis(200))).values().size());
  }

  @Test
  @DisplayName("R10, R2: a hedge counts as a call of the budget, and never ends the run")
  void budgetOfTheRun() {
    Results<Integer, Integer> results =
        parallel(4).budget(Budget.calls(1)).map(items(1), taking(ofSeconds(9), ZERO));
    assertEquals(List.of(1), results.values());
    assertEquals(RunStatus.COMPLETED, results.status());
    calls.clear();
    Results<Integer, Integer> three =
        parallel(4).budget(Budget.calls(3)).map(items(2), taking(ofSeconds(9), ZERO));
    assertEquals(3, calls.values().stream().mapToInt(AtomicInteger::get).sum());
    assertEquals(2, three.successes().size());
  }

  @Test
  @DisplayName("R10: hedges are a share of the attempts, and five more")
  void share() {
    Parallel thrifty =
        Parallel.of(100).clock(clock).hedgeIdempotent(Hedge.after(ofSeconds(1)).budget(0.1));
    thrifty.map(items(40), taking(ofMillis(1500), ofSeconds(5)));
    int all = calls.values().stream().mapToInt(AtomicInteger::get).sum();
    assertEquals(40 + 5 + 4, all);
  }

  @Test
  @DisplayName(
      "R10: a percentile is that of the last attempts that succeeded; before 100, nothing is hedged")
  void percentiles() {
    Parallel learning =
        Parallel.of(2).clock(clock).hedgeIdempotent(Hedge.afterPercentile(95).budget(1));
    Results<Integer, Integer> results =
        learning.map(
            items(301),
            item -> {
              int call = call(item);
              clock.sleep(ofMillis(item == 300 && call == 1 ? 5_000 : item < 40 ? 400 : 100));
              return call;
            });
    assertEquals(2, results.values().getLast());
    assertTrue(now().compareTo(ofSeconds(22)) < 0, () -> now() + "");
    calls.clear();
    Results<Integer, Integer> few =
        learning.map(
            items(99),
            item -> {
              int call = call(item);
              clock.sleep(ofMillis(item == 98 ? 5_000 : 100));
              return call;
            });
    assertEquals(Collections.nCopies(99, 1), few.values());
  }

  @Test
  @DisplayName(
      "R10: listeners hear of a hedge between the start of its attempt and what comes of it")
  void events() {
    List<String> heard = Collections.synchronizedList(new ArrayList<>());
    parallel(2)
        .retry(Retry.ofAttempts(2).backoff(Backoff.none()))
        .itemKey((Integer item) -> "key " + item)
        .onAttempt(
            event ->
                heard.add(
                    event.getClass().getSimpleName()
                        + " "
                        + event.details().attempts()
                        + " "
                        + event.details().key()
                        + " "
                        + event.details().elapsed().toMillis()))
        .map(items(1), taking(ofMillis(-1500), ofMillis(-1500), ofSeconds(5), ofMillis(500)));
    assertEquals(
        List.of(
            "Starting 1 key 0 0",
            "Hedging 1 key 0 1000",
            "Retrying 1 key 0 2500",
            "Starting 2 key 0 2500",
            "Hedging 2 key 0 3500"),
        heard);
  }

  @Test
  @DisplayName("R10, M1: to a monitor both calls are one attempt")
  void monitored() {
    Monitor monitor = Monitor.of();
    parallel(8).monitor(monitor).map(items(4), taking(ofSeconds(10), ofMillis(500)));
    assertEquals(4, monitor.snapshot().attempts());
    assertEquals(4, monitor.snapshot().done());
    assertEquals(0, monitor.snapshot().running());
  }

  @Test
  @DisplayName("R10: the attempt's timeout begins with its first call, and ends both")
  void attemptTimeout() {
    Results<Integer, Integer> results =
        parallel(2).attemptTimeout(ofSeconds(3)).map(items(1), taking(ofSeconds(9), ofSeconds(8)));
    assertInstanceOf(TimeoutException.class, results.failures().getFirst().error());
    assertEquals(
        List.of("1 interrupted at 3000", "2 interrupted at 3000"), log.stream().sorted().toList());
    log.clear();
    calls.clear();
    Results<Integer, Integer> waiting =
        parallel(2)
            .attemptTimeout(ofSeconds(3))
            .map(items(1), taking(ofSeconds(2).negated(), ofSeconds(8)));
    assertInstanceOf(TimeoutException.class, waiting.failures().getFirst().error());
    assertEquals(List.of("1 failed at 5000", "2 interrupted at 6000"), log);
  }

  @Test
  @DisplayName("R10: the item's timeout ends both, also if the first one waits for the second one")
  void itemTimeout() {
    Results<Integer, Integer> results =
        parallel(2).itemTimeout(ofSeconds(3)).map(items(1), taking(ofSeconds(-2), ofSeconds(8)));
    assertInstanceOf(TimeoutException.class, results.failures().getFirst().error());
    assertEquals(List.of("1 failed at 2000", "2 interrupted at 3000"), log);
  }

  @Test
  @DisplayName("R10, A17: the end of the run ends both, and starts no hedge")
  void runTimeout() {
    Results<Integer, Integer> results =
        parallel(2).runTimeout(ofSeconds(3)).map(items(1), taking(ofSeconds(9), ofSeconds(8)));
    assertEquals(RunStatus.TIMED_OUT, results.status());
    assertEquals(
        List.of("1 interrupted at 3000", "2 interrupted at 3000"), log.stream().sorted().toList());
    calls.clear();
    parallel(2).runTimeout(ofSeconds(1)).map(items(1), taking(ofSeconds(9), ofSeconds(8)));
    assertTrue(calls.get(0).get() <= 2);
  }

  @Test
  @DisplayName("R10: a stop while the first call waits for the second one leaves the item not run")
  void stopped() {
    StopToken token = new StopToken();
    List<Outcome<Integer, Integer>> outcomes;
    try (var run =
        parallel(3)
            .stopToken(token)
            .truncation(Truncation.SILENT)
            .start(
                items(2),
                item -> {
                  if (item == 1) {
                    clock.sleep(ofMillis(2500));
                    token.stop();
                    return 1;
                  }
                  return taking(ofSeconds(-2), ofSeconds(8)).apply(item);
                })) {
      outcomes = run.stream().toList();
    }
    assertEquals(1, outcomes.stream().filter(NotRun.class::isInstance).count());
    assertEquals(List.of("1 failed at 2000", "2 interrupted at 2500"), log);
  }

  @Test
  @DisplayName("R10, R1: a drain starts no hedge, and lets one that runs finish")
  void drained() {
    StopToken token = new StopToken();
    Results<Integer, Integer> results =
        parallel(4)
            .stopToken(token)
            .map(
                items(2),
                item -> {
                  if (item == 1) {
                    clock.sleep(ofMillis(1500));
                    token.drain(ofSeconds(60));
                    clock.sleep(ofMillis(3000)); // itself hedged, before the drain
                    return 1;
                  }
                  return taking(ofSeconds(-3), ofSeconds(4)).apply(item);
                });
    assertEquals(2, results.successes().size());
    assertEquals(List.of("1 failed at 3000", "2 answered at 5000"), log);
  }

  @Test
  @DisplayName("R10, A33: of an item that fails fast the hedge of another one is interrupted")
  void failFast() {
    assertThrows(
        IOException.class,
        () ->
            parallel(4)
                .failFast()
                .map(
                    items(2),
                    item -> {
                      if (item == 1) {
                        if (call(1) == 1) {
                          clock.sleep(ofMillis(1500));
                        }
                        throw new IOException("fast");
                      }
                      return taking(ofSeconds(9), ofSeconds(8)).apply(item);
                    }));
    assertEquals(2, log.stream().filter(line -> line.contains("interrupted at")).count());
  }

  @Test
  @DisplayName("R10: a listener that throws ends the run; neither call goes on")
  void listenerThrows() {
    assertThrows(
        IllegalStateException.class,
        () ->
            parallel(2)
                .onAttempt(
                    event -> {
                      if (event instanceof AttemptEvent.Hedging) {
                        throw new IllegalStateException("listener");
                      }
                    })
                .map(items(1), taking(ofSeconds(9), ofSeconds(8))));
    assertEquals(List.of("1 interrupted at 1000"), log);
  }

  @Test
  @DisplayName("R10, I8: with a checkpoint the answer of the hedge is stored, once")
  void stored() {
    MemoryStore store = new MemoryStore();
    CheckpointName name = CheckpointName.of("hedges", "1");
    Parallel kept = parallel(4).checkpoint(Checkpoint.of(store, name, Codec.text()));
    Action<Integer, Integer> calling = taking(ofSeconds(10), ofMillis(500));
    assertEquals(List.of("2", "2"), kept.map(items(2), item -> "" + calling.apply(item)).values());
    Results<Integer, String> again = kept.map(items(2), item -> "" + calling.apply(item));
    assertEquals(List.of("2", "2"), again.values());
    assertTrue(again.successes().stream().allMatch(success -> success.details().restored()));
  }

  @Test
  @DisplayName("R10, A88: where a hedge means nothing it is refused, with the reason")
  void refused() {
    IllegalArgumentException caller =
        assertThrows(IllegalArgumentException.class, () -> parallel(1).workers(Workers.caller()));
    assertTrue(caller.getMessage().contains("caller's thread"), caller::getMessage);
    assertThrows(
        IllegalArgumentException.class,
        () -> Parallel.of().workers(Workers.caller()).hedgeIdempotent(Hedge.after(ofSeconds(1))));
    IllegalArgumentException executor =
        assertThrows(IllegalArgumentException.class, () -> ParallelExecutor.of(parallel(2)));
    assertTrue(executor.getMessage().contains("hedgeIdempotent"), executor::getMessage);
    assertThrows(IllegalArgumentException.class, () -> Hedge.after(ZERO));
    assertThrows(IllegalArgumentException.class, () -> Hedge.afterPercentile(100));
    assertThrows(IllegalArgumentException.class, () -> Hedge.afterPercentile(0.95));
    assertThrows(IllegalArgumentException.class, () -> Hedge.afterPercentile(95).budget(5));
    assertEquals("Hedge[percentile=95.0]", Hedge.afterPercentile(95).toString());
    assertEquals("Hedge[delay=1s, share=0.1]", Hedge.after(ofSeconds(1)).budget(0.1).toString());
    assertEquals(
        List.of(1), parallel(2).withoutHedge().map(items(1), taking(ofSeconds(9))).values());
  }
}
