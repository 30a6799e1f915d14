package io.millrace.scope;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.Run;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.FailurePolicy;
import io.millrace.plan.Truncation;
import io.millrace.plan.Workers;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.ScriptedAction;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How a scope reaches the runs that are started inside of it. */
@NoLeaks
class ScopeReachTest {
  private static final List<Integer> ITEMS = IntStream.range(0, 20).boxed().toList();

  private final ManualClock clock = ManualClock.jumping();
  private final CancelScope scope = CancelScope.of();
  private final AtomicInteger running = new AtomicInteger();
  private final Queue<Outcome<?, ?>> heard = new ConcurrentLinkedQueue<>();

  @AfterEach
  void close() {
    clock.close();
  }

  /** Each way to run an action over items to the end; exceptions pass. */
  interface Way {
    void run(Parallel parallel, io.millrace.plan.Action<Integer, Integer> action);
  }

  static Stream<Way> ways() {
    return Stream.of(
        (parallel, action) -> parallel.map(ITEMS, action),
        (parallel, action) -> parallel.map(ITEMS::iterator, action),
        (parallel, action) -> {
          try (var outcomes = parallel.stream(ITEMS, action)) {
            outcomes.forEach(outcome -> {});
          }
        },
        (parallel, action) -> {
          try (var outcomes = parallel.ordered().stream(ITEMS, action)) {
            outcomes.forEach(outcome -> {});
          }
        },
        (parallel, action) -> {
          try (var batches = parallel.batches(ITEMS, 3, action)) {
            batches.forEach(batch -> {});
          }
        },
        (parallel, action) -> parallel.forEach(ITEMS, action::apply),
        (parallel, action) -> ITEMS.stream().gather(parallel.gatherer(action)).forEach(o -> {}),
        (parallel, action) -> {
          try (var run = parallel.start(ITEMS, action)) {
            while (run.take().isPresent()) {}
          }
        },
        (parallel, action) -> parallel.function(action).map(ITEMS),
        (parallel, action) -> parallel.workers(Workers.platform()).map(ITEMS, action),
        (parallel, action) -> parallel.workers(Workers.on(Runnable::run)).map(ITEMS, action));
  }

  @ParameterizedTest
  @MethodSource("ways")
  @DisplayName("LF8, A59: a run inside of a scope is stopped with it, at every entry point")
  void aRunInsideIsStopped(Way way) {
    CountDownLatch three = new CountDownLatch(3);
    Parallel parallel = Parallel.of(3).onOutcome(heard::add);
    scope.run(
        () -> {
          Thread canceller =
              Thread.startVirtualThread(
                  () -> {
                    awaitQuietly(three);
                    scope.cancel();
                  });
          way.run(
              parallel,
              item -> {
                running.incrementAndGet();
                three.countDown();
                try {
                  new CountDownLatch(1).await();
                } finally {
                  running.decrementAndGet();
                }
                return item;
              });
          assertTrue(scope.cancelled());
          canceller.interrupt();
        });
    assertEquals(0, running.get());
    assertTrue(scope.cancelled());
    assertFalse(Thread.currentThread().isInterrupted());
    assertTrue(heard.stream().noneMatch(Outcome::isSuccess));
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  @DisplayName("LF8: in the calling thread, too")
  void inTheCallingThreadToo() throws Exception {
    scope.run(
        () -> {
          Results<Integer, Integer> results =
              Parallel.of()
                  .workers(Workers.caller())
                  .map(
                      ITEMS,
                      item -> {
                        scope.cancel();
                        new CountDownLatch(1).await();
                        return item;
                      });
          assertEquals(RunStatus.CANCELLED, results.status());
          assertTrue(Thread.currentThread().isInterrupted()); // the block's own
          new CountDownLatch(1).await();
        });
    assertTrue(scope.cancelledCaught());
    assertFalse(Thread.currentThread().isInterrupted());
  }

  @Test
  @DisplayName("LF8: a run whose outcomes somebody else takes ends as cancelled")
  void aRunInOtherHandsEndsAsCancelled() {
    CountDownLatch started = new CountDownLatch(1);
    Run<Integer, Integer> run =
        scope.callOr(
            null,
            () ->
                Parallel.of(1)
                    .start(
                        ITEMS,
                        item -> {
                          started.countDown();
                          new CountDownLatch(1).await();
                          return item;
                        }));
    CancelScope second = CancelScope.of();
    Run<Integer, Integer> cut =
        second.callOr(
            null,
            () -> {
              Run<Integer, Integer> inside =
                  Parallel.of(1).truncation(Truncation.SILENT).start(ITEMS, item -> item);
              second.cancel();
              return inside;
            });
    try (run;
        cut) {
      awaitQuietly(started);
      scope.cancel(); // too late: it was left, and what it started is nobody's any more
      assertEquals(RunStatus.RUNNING, run.status());
      while (cut.take().isPresent()) {}
      assertTrue(cut.status() == RunStatus.CANCELLED || cut.status() == RunStatus.COMPLETED);
    }
  }

  @Test
  @DisplayName("LF8: a run that is started in a cancelled scope starts no item")
  void aRunInACancelledScopeStartsNothing() {
    AtomicInteger calls = new AtomicInteger();
    List<NotRun<Integer, Integer>> notRun = new ArrayList<>();
    scope.run(
        () -> {
          scope.cancel();
          Thread.interrupted(); // swallowed
          Results<Integer, Integer> results =
              Parallel.of(2).map(ITEMS, item -> calls.incrementAndGet());
          assertEquals(RunStatus.CANCELLED, results.status());
          notRun.addAll(results.notRun());
        });
    assertEquals(0, calls.get());
    assertEquals(20, notRun.size());
  }

  @Test
  @DisplayName("LF8: a deadline stops a run, in virtual time")
  void aDeadlineStopsARun() {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(clock);
    action.takes(ofSeconds(10)).returns(1);
    CancelScope deadline = CancelScope.withTimeout(ofSeconds(25)).clock(clock);
    Parallel parallel = Parallel.of(2).window(20).clock(clock).onOutcome(heard::add);
    Runnable scoped =
        () ->
            deadline.run(
                () -> {
                  try (var run = parallel.start(ITEMS, action)) {
                    while (run.take().isPresent()) {}
                  }
                });
    clock
        .announced(scoped)
        .run(); // no time passes until this thread, which is interrupted too, has stopped the run
    assertTrue(deadline.cancelled());
    assertEquals(ofSeconds(25), clock.elapsed());
    assertEquals(6, action.calls().size());
    assertEquals(0, action.running());
  }

  @Test
  @DisplayName("LF8: the workers of a run see the scope as current, and the source's reader too")
  void theWorkersSeeTheScope() {
    Queue<CancelScope> seen = new ConcurrentLinkedQueue<>();
    Iterable<Integer> source =
        () -> {
          seen.add(CancelScope.current().orElseThrow());
          return ITEMS.iterator();
        };
    scope.run(
        () ->
            Parallel.of(3)
                .map(
                    source,
                    item -> {
                      CancelScope here = CancelScope.current().orElseThrow();
                      CancelScope own = CancelScope.of();
                      own.run(() -> assertSame(own, CancelScope.current().orElseThrow()));
                      return seen.add(here);
                    })
                .values());
    assertEquals(21, seen.size());
    assertTrue(seen.stream().allMatch(each -> each == scope));
    Parallel.of(1).map(List.of(1), item -> CancelScope.current().isEmpty()).values();
  }

  @Test
  @DisplayName("LF8: the scope of an item is inside of the run's, and cancels that item only")
  void theScopeOfAnItem() {
    Results<Integer, String> results =
        scope.callOr(
            null,
            () ->
                Parallel.of(2)
                    .map(
                        List.of(1, 2),
                        item -> {
                          CancelScope own = CancelScope.of();
                          return own.callOr(
                              "cancelled",
                              () -> {
                                if (item == 1) {
                                  own.cancel();
                                  new CountDownLatch(1).await();
                                }
                                return "done";
                              });
                        }));
    assertEquals(List.of("cancelled", "done"), results.values());
  }

  @Test
  @DisplayName("LF8: runs in runs are stopped as well")
  void runsInRunsAreStopped() {
    CountDownLatch four = new CountDownLatch(4);
    scope.run(
        () -> {
          Thread.startVirtualThread(
              () -> {
                awaitQuietly(four);
                scope.cancel();
              });
          Parallel.of(2)
              .map(
                  List.of(1, 2),
                  item ->
                      Parallel.of(2)
                          .map(
                              List.of(1, 2),
                              inner -> {
                                running.incrementAndGet();
                                four.countDown();
                                try {
                                  new CountDownLatch(1).await();
                                } finally {
                                  running.decrementAndGet();
                                }
                                return inner;
                              })
                          .values());
        });
    assertEquals(0, running.get());
    assertTrue(scope.cancelled());
  }

  @Test
  @DisplayName("LF8: a run in a shielded scope goes on when the outer one is cancelled")
  void aRunInAShieldedScopeGoesOn() {
    List<Integer> values = new ArrayList<>();
    scope.run(
        () -> {
          CancelScope.of()
              .shielded()
              .run(
                  () ->
                      values.addAll(
                          Parallel.of(2)
                              .map(
                                  List.of(1, 2, 3),
                                  item -> {
                                    scope.cancel();
                                    CancelScope.throwIfCancelled();
                                    return item;
                                  })
                              .values()));
          CancelScope.throwIfCancelled();
        });
    assertEquals(List.of(1, 2, 3), values);
    assertTrue(scope.cancelledCaught());
  }

  @Test
  @DisplayName("LF8: a shielded scope in an item survives the cancellation that stops its run")
  void aShieldedScopeInAnItemSurvives() {
    ScriptedAction<Integer, Integer> cleanUp = ScriptedAction.on(clock);
    cleanUp.takes(ofSeconds(3)).returns(1);
    CountDownLatch cleaning = new CountDownLatch(1);
    List<String> seen = new ArrayList<>();
    Parallel patient = Parallel.of(1).clock(clock).grace(ofSeconds(60));
    scope.run(
        () -> {
          Thread.startVirtualThread(
              () -> {
                awaitQuietly(cleaning);
                scope.cancel();
              });
          patient.map(
              List.of(1),
              item -> {
                CancelScope.of()
                    .shielded()
                    .run(
                        () -> {
                          cleaning.countDown();
                          while (!scope.cancelled()) {
                            Thread.onSpinWait();
                          }
                          cleanUp.apply(item);
                          seen.add("cleaned up");
                        });
                seen.add("left");
                new CountDownLatch(1).await();
                return seen.add("not reached");
              });
        });
    assertEquals(List.of("cleaned up", "left"), seen);
    assertTrue(scope.cancelled());
  }

  @Test
  @DisplayName("LF8: a shield holds off no timeout of a run")
  void aShieldHoldsOffNoTimeout() {
    Parallel timed = Parallel.of(1).attemptTimeout(ofMillis(20));
    Results<Integer, Integer> results =
        scope.callOr(
            null,
            () ->
                timed.map(
                    List.of(1),
                    item -> {
                      CancelScope.of().shielded().run(() -> new CountDownLatch(1).await());
                      return item;
                    }));
    assertInstanceOf(
        java.util.concurrent.TimeoutException.class, results.failures().getFirst().error());
    assertFalse(scope.cancelled());
  }

  @Test
  @DisplayName(
      "LF8: no interrupt of a cancelled scope reaches the next task of an executor's thread")
  void noInterruptReachesThePool() throws Exception {
    try (var pool = java.util.concurrent.Executors.newSingleThreadExecutor()) {
      for (int round = 0; round < 50; round++) {
        CancelScope each = CancelScope.of();
        each.run(
            () ->
                Parallel.of(1)
                    .workers(Workers.on(pool))
                    .failurePolicy(new FailurePolicy.CollectAll())
                    .map(
                        List.of(1),
                        item -> {
                          each.cancel();
                          new CountDownLatch(1).await();
                          return item;
                        }));
        assertFalse(pool.submit(() -> Thread.currentThread().isInterrupted()).get());
      }
    }
  }
}
