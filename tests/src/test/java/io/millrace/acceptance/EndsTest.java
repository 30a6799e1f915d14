package io.millrace.acceptance;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.Run;
import io.millrace.executor.ExecutorFuture;
import io.millrace.executor.ParallelExecutor;
import io.millrace.executor.TaskOptions;
import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.Success;
import io.millrace.outcome.TruncatedRunException;
import io.millrace.plan.Action;
import io.millrace.plan.Backoff;
import io.millrace.plan.Budget;
import io.millrace.plan.Cost;
import io.millrace.plan.Retry;
import io.millrace.plan.StopToken;
import io.millrace.plan.Truncation;
import io.millrace.plan.Workers;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.ScriptedAction;
import io.millrace.time.TimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is promised about ends that let running work finish, beside what holds at every entry point. */
@NoLeaks
class EndsTest {
  private static final List<Integer> TEN = IntStream.range(0, 10).boxed().toList();
  private final StopToken token = new StopToken();

  private static ScriptedAction<Integer, Integer> blocking() {
    return ScriptedAction.<Integer, Integer>on(TimeSource.system())
        .anyItem()
        .blocks()
        .computes(item -> item);
  }

  private static <T> CompletableFuture<T> inBackground(java.util.concurrent.Callable<T> call) {
    CompletableFuture<T> done = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                done.complete(call.call());
              } catch (Throwable thrown) {
                done.completeExceptionally(thrown);
              }
            });
    return done;
  }

  private static Throwable errorOf(CompletableFuture<?> done) {
    return assertThrows(
            java.util.concurrent.ExecutionException.class, () -> done.get(10, TimeUnit.SECONDS))
        .getCause();
  }

  @Test
  @DisplayName("R1: a run timeout ends the grace; the status stays")
  void aRunTimeoutEndsTheGrace() throws Exception {
    try (ManualClock clock = new ManualClock()) {
      var action = blocking();
      var parallel = Parallel.of(2).clock(clock).stopToken(token).runTimeout(ofSeconds(9));
      var results = inBackground(() -> parallel.map(TEN, action));
      action.awaitRunning(2);
      token.drain(ofSeconds(60));
      clock.advance(ofSeconds(9));
      Results<Integer, Integer> done = results.get(10, TimeUnit.SECONDS);
      assertEquals(RunStatus.CANCELLED, done.status());
      assertEquals(10, done.notRun().size());
    }
  }

  @Test
  @DisplayName("R1: attempt timeouts hold while a run is drained")
  void attemptTimeoutsHold() throws Exception {
    try (ManualClock clock = new ManualClock()) {
      var action = blocking();
      var parallel = Parallel.of(2).clock(clock).stopToken(token).attemptTimeout(ofSeconds(9));
      var results = inBackground(() -> parallel.map(TEN, action));
      action.awaitRunning(2);
      token.drain();
      clock.advance(ofSeconds(9));
      Results<Integer, Integer> done = results.get(10, TimeUnit.SECONDS);
      assertEquals(2, done.failures().size());
      assertInstanceOf(TimeoutException.class, done.failures().getFirst().error());
      assertEquals(8, done.notRun().size());
    }
  }

  @Test
  @DisplayName("R1: a failure that fails fast ends the grace, and is thrown")
  void failFastEndsTheGrace() throws Exception {
    IOException failure = new IOException("failure");
    CountDownLatch running = new CountDownLatch(2);
    CountDownLatch drained = new CountDownLatch(1);
    var parallel = Parallel.of(2).stopToken(token).failFast();
    var results =
        inBackground(
            () ->
                parallel.map(
                    TEN,
                    item -> {
                      running.countDown();
                      drained.await();
                      if (item == 0) {
                        throw failure;
                      }
                      new CountDownLatch(1).await();
                      return item;
                    }));
    running.await();
    token.drain();
    drained.countDown();
    assertSame(failure, errorOf(results));
  }

  @Test
  @DisplayName("R1: a run can be drained by itself; closing it ends the grace")
  void aRunIsDrained() throws Exception {
    var action = blocking();
    try (Run<Integer, Integer> run =
        Parallel.of(2).truncation(Truncation.SILENT).start(TEN, action)) {
      action.awaitRunning(2);
      run.drain(Duration.ofDays(1));
      assertEquals(RunStatus.CANCELLED, run.status());
      assertInstanceOf(NotRun.class, run.take().orElseThrow());
      assertEquals(2, action.running());
      action.release(0);
      List<Object> values = new ArrayList<>();
      while (values.isEmpty()) {
        var outcome = run.take().orElseThrow();
        if (!(outcome instanceof NotRun)) {
          values.add(outcome.value());
        }
      }
      assertEquals(List.of(0), values);
    }
    assertEquals(0, action.running());
  }

  @Test
  @DisplayName("R1: an executor that is drained finishes what runs and takes no more tasks")
  void anExecutorIsDrained() throws Exception {
    var action = blocking();
    try (ParallelExecutor executor = ParallelExecutor.of(Parallel.of(1).stopToken(token))) {
      ExecutorFuture<Integer> first = executor.submit(() -> action.apply(1));
      ExecutorFuture<Integer> second = executor.submit(() -> action.apply(2));
      action.awaitRunning(1);
      token.drain();
      assertThrows(
          java.util.concurrent.CancellationException.class, () -> second.get(10, TimeUnit.SECONDS));
      assertFalse(first.isDone());
      action.releaseAll();
      assertEquals(1, first.get(10, TimeUnit.SECONDS));
      assertThrows(
          java.util.concurrent.RejectedExecutionException.class, () -> executor.submit(() -> 3));
    }
  }

  @Test
  @DisplayName("R1: only the first drain counts, and none after a stop")
  void onlyTheFirstDrainCounts() {
    List<Duration> heard = new ArrayList<>();
    token.onDrain(heard::add);
    token.onDrain(
        grace -> {
          throw new IllegalStateException("broken");
        });
    token.drain(ofSeconds(1));
    token.drain(ofSeconds(2));
    token.onDrain(heard::add);
    assertEquals(List.of(ofSeconds(1), ofSeconds(1)), heard);
    assertTrue(token.drained());
    assertFalse(token.stopped());
    StopToken stopped = new StopToken();
    stopped.onDrain(heard::add);
    stopped.stop();
    stopped.drain();
    assertFalse(stopped.drained());
    assertEquals(2, heard.size());
  }

  @Test
  @DisplayName("R1: a grace below zero and a token that nobody can stop are refused")
  void whatCannotBeDrainedIsRefused() {
    var negative = assertThrows(IllegalArgumentException.class, () -> token.drain(ofSeconds(-1)));
    assertTrue(negative.getMessage().contains("grace"), negative.getMessage());
    assertThrows(UnsupportedOperationException.class, () -> StopToken.none().drain());
  }

  private static Results<Integer, Integer> tried(Parallel parallel, String items) {
    return parallel.map(
        items.chars().boxed().toList(),
        item -> {
          if (item == 'x') {
            throw new IOException("failed");
          }
          return item;
        });
  }

  @Test
  @DisplayName(
      "R3: more than the share of the last items ends the run, and not before there are so many")
  void theShareOfTheLastItemsCounts() {
    Parallel half = Parallel.of(1).failureRate(0.5, 4);
    assertEquals(RunStatus.COMPLETED, tried(half, "xxx").status());
    assertEquals(RunStatus.COMPLETED, tried(half, "xx..xx..xx..").status());
    Results<Integer, Integer> early = tried(half, "xxx.....");
    assertEquals(RunStatus.ABORTED, early.status());
    assertEquals(4, early.notRun().size());
    Results<Integer, Integer> late = tried(half, "........xxx.");
    assertEquals(RunStatus.ABORTED, late.status());
    assertEquals(1, late.notRun().size());
    assertEquals(RunStatus.COMPLETED, tried(half.withoutFailureRate(), "xxxxxx").status());
    assertEquals(RunStatus.ABORTED, tried(half.maxFailures(1), "x.").status());
  }

  @Test
  @DisplayName("R1, R3: a drain with a grace bounds what runs when too many items have failed")
  void aGraceBoundsTheEndByFailures() throws Exception {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    action.item(0).blocks().fails(new IOException("failed")).anyItem().blocks().returns(1);
    StopToken token = new StopToken();
    try (ManualClock clock = new ManualClock();
        var run =
            Parallel.of(2)
                .maxFailures(1)
                .stopToken(token)
                .truncation(Truncation.SILENT)
                .clock(clock)
                .start(List.of(1, 0, 2, 3), action)) {
      action.awaitRunning(2);
      action.release(0);
      Soon.until(() -> run.status() == RunStatus.ABORTED);
      assertEquals(1, action.running(), "what runs goes on");
      token.drain(Duration.ofSeconds(5));
      clock.advance(Duration.ofSeconds(5));
      List<Outcome<Integer, Integer>> all = new ArrayList<>();
      for (var next = run.take(); next.isPresent(); next = run.take()) {
        all.add(next.get());
      }
      assertEquals(RunStatus.ABORTED, run.status());
      assertEquals(List.of(), all.stream().filter(each -> each instanceof Success).toList());
      assertEquals(2, action.calls().size());
    }
  }

  @Test
  @DisplayName(
      "R3: in an executor, no task begins while those who wait for the one too many are told")
  void nothingBeginsWhileTheLastFailureIsTold() throws Exception {
    CountDownLatch isTelling = new CountDownLatch(1);
    AtomicInteger called = new AtomicInteger();
    List<ExecutorFuture<Integer>> rest = new ArrayList<>();
    try (ParallelExecutor executor = ParallelExecutor.of(Parallel.of(2).failureRate(0, 1))) {
      CountDownLatch isListening = new CountDownLatch(1);
      ExecutorFuture<Integer> failed =
          executor.submit(
              () -> {
                isListening.await();
                throw new IOException("failed");
              });
      for (int i = 0; i < 8; i++) {
        rest.add(
            executor.submit(
                () -> {
                  isTelling.await();
                  return called.incrementAndGet();
                }));
      }
      var told =
          failed.handle(
              (value, error) -> {
                isTelling.countDown();
                for (ExecutorFuture<Integer> each : rest) {
                  each.handle((_, _) -> 0).orTimeout(10, TimeUnit.SECONDS).join();
                }
                return called.get();
              });
      isListening.countDown();
      int begun = told.get(20, TimeUnit.SECONDS);
      assertTrue(begun <= 1, begun + " began: the one that had a slot, and others");
    }
  }

  @Test
  @DisplayName("R3: a share is not exceeded by rounding")
  void aShareIsExact() {
    Parallel parallel = Parallel.of(1).failureRate(0.29, 100);
    assertEquals(RunStatus.COMPLETED, tried(parallel, "x".repeat(29) + ".".repeat(71)).status());
    assertEquals(RunStatus.ABORTED, tried(parallel, "x".repeat(30) + ".".repeat(71)).status());
  }

  @Test
  @DisplayName("R2: the single calls of a bound function share one budget")
  void singleCallsShareABudget() throws Exception {
    var function = Parallel.of(1).budget(Budget.calls(2)).<Integer, Integer>function(item -> item);
    assertEquals(1, function.call(1));
    assertEquals(2, function.call(2));
    var spent = assertThrows(TruncatedRunException.class, () -> function.call(3));
    assertEquals(RunStatus.CALLS_SPENT, spent.status());
  }

  @Test
  @DisplayName(
      "R2: costs that have no sum are as much as there can be: nothing is left, unless there is no limit")
  void hugeCosts() throws Exception {
    Cost huge = Cost.of((Integer item) -> 1).settling((item, value) -> Long.MAX_VALUE);
    CountDownLatch both = new CountDownLatch(2);
    var results =
        Parallel.of(2)
            .budget(Budget.permits(4, huge))
            .map(
                TEN,
                item -> {
                  both.countDown();
                  both.await();
                  return item;
                });
    assertEquals(RunStatus.COST_SPENT, results.status());
    assertEquals(2, results.successes().size());
    Budget noLimit = Budget.money(Double.POSITIVE_INFINITY, value -> Double.MAX_VALUE);
    assertEquals(
        RunStatus.COMPLETED, Parallel.of(1).budget(noLimit).map(TEN, item -> item).status());
  }

  @Test
  @DisplayName("R2: settled costs give back what was not needed")
  void settledCostsGiveBack() {
    Cost cost = Cost.of((Integer item) -> 5).settling((Integer item, Integer value) -> 1);
    var results = Parallel.of(1).budget(Budget.permits(8, cost)).map(TEN, item -> item);
    assertEquals(RunStatus.COST_SPENT, results.status());
    assertEquals(4, results.successes().size());
  }

  @Test
  @DisplayName("R2: a price that makes no sense, and a cost that cannot be told, fail their items")
  void brokenCostsFailTheirItems() {
    Parallel priced = Parallel.of(1).budget(Budget.money(9, result -> Double.NaN));
    assertEquals(10, priced.map(TEN, item -> item).failures().size());
    Parallel costly =
        Parallel.of(1).budget(Budget.permits(9, Cost.of((Integer item) -> 1 / (item - item))));
    assertEquals(10, costly.map(TEN, item -> item).failures().size());
  }

  @Test
  @DisplayName("R2, R3: budgets and shares that make no sense are refused")
  void nonsenseIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> Budget.calls(-1));
    assertThrows(IllegalArgumentException.class, () -> Budget.money(Double.NaN, result -> 1));
    assertThrows(
        IllegalArgumentException.class, () -> Budget.all(Budget.calls(1), Budget.calls(2)));
    assertThrows(IllegalArgumentException.class, () -> Parallel.of(1).failureRate(1.5, 10));
    assertThrows(IllegalArgumentException.class, () -> Parallel.of(1).failureRate(0.5, 0));
  }

  @Test
  @DisplayName("R1: a fallback holds for what fails while a run is drained")
  void fallbacksHold() throws Exception {
    var action =
        ScriptedAction.<Integer, Integer>on(TimeSource.system())
            .anyItem()
            .blocks()
            .fails(new IOException("failed"));
    var function = Parallel.of(1).stopToken(token).<Integer, Integer>function(action).orElse(7);
    var results = inBackground(() -> function.map(TEN));
    action.awaitRunning(1);
    token.drain();
    action.releaseAll();
    assertEquals(7, results.get(10, TimeUnit.SECONDS).successes().getFirst().value());
  }

  // Fatal errors

  private static final IllegalStateException DEAD = new IllegalStateException("dead key");

  private static Retry fatal() {
    return Retry.ofAttempts(3).endRunWhen(error -> error == DEAD);
  }

  @Test
  @DisplayName("R4 E8 a fatal error ends the run, though the function for the server's wait throws")
  void fatalWithABrokenWait() {
    IllegalStateException dead = new IllegalStateException("dead key");
    IllegalStateException broken = new IllegalStateException("no wait");
    Retry retry =
        Retry.ofAttempts(3)
            .endRunWhen(error -> error == dead)
            .serverWait(
                (result, error, now) -> {
                  throw broken;
                });
    AtomicInteger calls = new AtomicInteger();
    var results =
        Parallel.of(1)
            .retry(retry)
            .map(
                TEN,
                item -> {
                  calls.incrementAndGet();
                  throw dead;
                });
    assertEquals(RunStatus.FATAL_ERROR, results.status());
    assertEquals(1, calls.get());
  }

  @Test
  @DisplayName(
      "R4 what runs when a fatal error ends the run finishes; the fatal failure is the cause")
  void fatalLetsFinish() throws Exception {
    CountDownLatch running = new CountDownLatch(2);
    CompletableFuture<Run<Integer, Integer>> started = new CompletableFuture<>();
    Parallel parallel = Parallel.of(3).workers(Workers.platform()).retry(fatal()); // they spin
    try (Run<Integer, Integer> run =
        parallel.start(
            TEN,
            item -> {
              if (item == 0) {
                running.await();
                throw DEAD;
              }
              running.countDown();
              Run<Integer, Integer> own = started.get();
              while (own.status() == RunStatus.RUNNING) {
                Thread.onSpinWait();
              }
              if (item == 1) {
                throw new IOException("late, so it is not repeated");
              }
              return item;
            })) {
      started.complete(run);
      List<Outcome<Integer, Integer>> all = new ArrayList<>();
      var thrown = assertThrows(TruncatedRunException.class, () -> run.stream().forEach(all::add));
      assertSame(DEAD, thrown.getCause());
      assertEquals(RunStatus.FATAL_ERROR, run.status());
      List<Integer> done =
          all.stream().filter(Success.class::isInstance).map(Outcome::item).toList();
      assertEquals(List.of(2), done);
      assertEquals(1, all.stream().filter(Failure.class::isInstance).count(), "failures");
      assertEquals(8, all.stream().filter(NotRun.class::isInstance).count(), "not run");
    }
  }

  @Test
  @DisplayName("R4 a fatal error ends a wait of an hour for a retry, and its own retries")
  void fatalEndsWaits() throws Exception {
    Retry anHour = fatal().backoff(Backoff.fixed(Duration.ofHours(1)));
    try (ManualClock clock = new ManualClock()) {
      var done =
          inBackground(
              () ->
                  Parallel.of(1)
                      .clock(clock)
                      .retry(anHour)
                      .map(
                          List.of(0, 1, 2),
                          item -> {
                            if (item == 0) {
                              throw new IOException("again");
                            }
                            throw DEAD;
                          }));
      Results<Integer, Object> results = done.get(10, TimeUnit.SECONDS);
      assertEquals(RunStatus.FATAL_ERROR, results.status());
      assertEquals(List.of(0, 2), results.notRun().stream().map(NotRun::item).toList());
      assertEquals(1, results.outcomes().getFirst().attempts());
      assertEquals(1, results.failures().getFirst().attempts());
      assertEquals(0, clock.timers(), "timers left");
    }
  }

  @Test
  @DisplayName("R4 a fatal error is thrown when failing fast, and no fallback hides it")
  void fatalAndOtherPolicies() {
    Action<Integer, Integer> action =
        _ -> {
          throw DEAD;
        };
    assertSame(
        DEAD,
        assertThrows(
            IllegalStateException.class,
            () -> Parallel.of(2).retry(fatal()).failFast().map(TEN, action)));
    Results<Integer, Integer> results =
        Parallel.of(1).retry(fatal()).function(action).orElse(-1).map(TEN);
    assertEquals(RunStatus.FATAL_ERROR, results.status());
    assertSame(DEAD, results.failures().getFirst().error());
  }

  @Test
  @DisplayName(
      "R4 a classifier that throws ends nothing, and is suppressed in the error of the item")
  void brokenClassifier() {
    IllegalArgumentException broken = new IllegalArgumentException("classifier");
    Retry retry =
        Retry.none()
            .endRunWhen(
                error -> {
                  throw broken;
                });
    Action<Integer, Integer> action =
        _ -> {
          throw new IOException("action");
        };
    Results<Integer, Integer> results = Parallel.of(1).retry(retry).map(List.of(0), action);
    assertEquals(RunStatus.COMPLETED, results.status());
    assertSame(broken, results.failures().getFirst().error().getSuppressed()[0]);
    Retry ofResults =
        Retry.none()
            .endRunWhenResult(
                result -> {
                  throw broken;
                });
    Results<Integer, Integer> others =
        Parallel.of(1).retry(ofResults).map(List.of(0), item -> item);
    assertEquals(RunStatus.COMPLETED, others.status());
    assertSame(broken, others.failures().getFirst().error());
  }

  @Test
  @DisplayName("R4 a task whose options name a fatal error ends its executor")
  void fatalTask() throws Exception {
    try (ParallelExecutor executor = ParallelExecutor.of(1)) {
      ExecutorFuture<Object> dead =
          executor.submit(
              () -> {
                throw DEAD;
              },
              TaskOptions.none().retry(fatal()));
      assertSame(DEAD, assertThrows(IllegalStateException.class, dead::result));
      assertThrows(RejectedExecutionException.class, () -> executor.submit(() -> 1));
    }
  }

  @Test
  @DisplayName(
      "R3: a failure rate over very many items takes memory for those only that were tried")
  void rateOverVeryManyItems() {
    List<Run<Integer, Integer>> runs = new ArrayList<>();
    for (int run = 0; run < 10; run++) {
      runs.add(Parallel.of(1).failureRate(0.5, Integer.MAX_VALUE).start(List.of(1), item -> item));
    }
    runs.forEach(Run::close);
  }

  @Test
  @DisplayName(
      "R1, R2: what has passed its budget is called, though the budget is spent while a listener hears of it")
  void spentWhileAListenerHears() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    CompletableFuture<Run<Integer, Integer>> started = new CompletableFuture<>();
    Parallel parallel =
        Parallel.of(4)
            .budget(Budget.calls(3))
            .truncation(Truncation.SILENT)
            .onAttempt(
                event -> {
                  while (started.join().status() == RunStatus.RUNNING) {
                    Thread.yield();
                  }
                });
    try (Run<Integer, Integer> run =
        parallel.start(
            List.of(1, 2, 3, 4, 5),
            item -> {
              calls.incrementAndGet();
              return item;
            })) {
      started.complete(run);
      List<Outcome<Integer, Integer>> all = new ArrayList<>();
      for (var next = run.take(); next.isPresent(); next = run.take()) {
        all.add(next.get());
      }
      assertEquals(3, all.stream().filter(each -> each instanceof Success).count());
    }
    assertEquals(3, calls.get());
  }

  @Test
  @DisplayName("R1: a stop while a listener hears of an attempt keeps it from being called")
  void stoppedWhileAListenerHears() {
    AtomicInteger calls = new AtomicInteger();
    StopToken token = new StopToken();
    Results<Integer, Integer> results =
        Parallel.of(1)
            .stopToken(token)
            .onAttempt(event -> token.stop())
            .map(List.of(1, 2), item -> calls.incrementAndGet());
    assertEquals(RunStatus.CANCELLED, results.status());
    assertEquals(0, calls.get());
  }
}
