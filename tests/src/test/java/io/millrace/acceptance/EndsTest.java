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
import io.millrace.outcome.NotRun;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.StopToken;
import io.millrace.plan.Truncation;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
}
