package io.millrace.matrix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.millrace.Parallel;
import io.millrace.contract.CoreEntryPoints;
import io.millrace.executor.ExecutorFuture;
import io.millrace.executor.ParallelExecutor;
import io.millrace.executor.WaitStrategy;
import io.millrace.limit.RateLimiter;
import io.millrace.limit.WeightedSemaphore;
import io.millrace.plan.Action;
import io.millrace.plan.RateLimit;
import io.millrace.pool.Work;
import io.millrace.pool.WorkPool;
import io.millrace.scope.CancelScope;
import io.millrace.scope.TaskGroup;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.contract.EntryPoint;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An action that waits for other work of the library does not hold virtual time. */
@NoLeaks
class NestedVirtualTimeTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration HALF_AN_HOUR = Duration.ofMinutes(30);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final ManualClock clock = ManualClock.jumping();

  @AfterEach
  void close() {
    clock.close();
  }

  static Stream<Arguments> entryPoints() {
    return CoreEntryPoints.all().stream()
        .filter(entry -> !entry.name().contains("publisher")) // its subscriber waits by itself
        .map(entry -> Arguments.argumentSet(entry.name(), entry));
  }

  @ParameterizedTest(name = "{argumentSetName}")
  @MethodSource("entryPoints")
  @DisplayName("E20: a run inside an action, by the same clock, ends")
  void anEntryPointInsideAnAction(EntryPoint inner) {
    Action<Integer, Integer> outer =
        item -> {
          runAll(inner, napping());
          return item;
        };
    inTime(() -> Parallel.of(2).clock(clock).map(List.of(1, 2), outer).values());
    assertEquals(HOUR.multipliedBy(2), clock.elapsed(), "two hours, one after the other");
  }

  @ParameterizedTest(name = "{argumentSetName}")
  @MethodSource("entryPoints")
  @DisplayName("E20: a map inside an action of any entry point, by the same clock, ends")
  void aMapInsideAnActionOf(EntryPoint outer) {
    Action<Integer, Integer> action =
        item -> {
          Parallel.of(1).clock(clock).map(List.of(1, 2), napping()).values();
          return item;
        };
    inTime(
        () -> {
          runAll(outer, action);
          return null;
        });
    assertEquals(HOUR.multipliedBy(4), clock.elapsed(), "two items of two hours, one by one");
  }

  private void runAll(EntryPoint entry, Action<Integer, Integer> action) throws Exception {
    Parallel parallel = entry.prepare(Parallel.of(1).clock(clock));
    entry.<Integer, Integer>run(parallel, List.of(1, 2), action, outcome -> true);
  }

  private Action<Integer, Integer> napping() {
    return item -> {
      clock.sleep(HOUR);
      return item;
    };
  }

  /** One wait inside an action, and how long it takes by the clock. */
  private record Waiting(String name, Wait body, Duration time) {}

  @FunctionalInterface
  private interface Wait {
    void on(ManualClock clock) throws Exception;
  }

  static Stream<Arguments> waits() {
    return Stream.of(
            new Waiting("a permit of a limiter", NestedVirtualTimeTest::twoPermits, HOUR),
            new Waiting("a permit of a semaphore", NestedVirtualTimeTest::permitOfAnother, HOUR),
            new Waiting("a task of an executor", clock -> result(clock, false), HOUR),
            new Waiting("a future's get", clock -> result(clock, true), HOUR),
            new Waiting("a map of an executor", NestedVirtualTimeTest::executorMap, HOUR),
            new Waiting("all tasks of an executor", NestedVirtualTimeTest::invokeAll, HOUR),
            new Waiting("any task of an executor", NestedVirtualTimeTest::invokeAny, HOUR),
            new Waiting("the first of some futures", NestedVirtualTimeTest::waitFor, HOUR),
            new Waiting("futures as they are done", NestedVirtualTimeTest::asCompleted, HOUR),
            new Waiting("the end of an executor", NestedVirtualTimeTest::closing, HOUR),
            new Waiting("a future's get, within a time", NestedVirtualTimeTest::getInTime, HOUR),
            new Waiting("a future's get, too late", clock -> late(clock, TimedWait.GET), HOUR),
            new Waiting(
                "a future's result, too late", clock -> late(clock, TimedWait.RESULT), HOUR),
            new Waiting("a map, too late", clock -> late(clock, TimedWait.MAP), HALF_AN_HOUR),
            new Waiting("all tasks, too late", clock -> late(clock, TimedWait.ALL), HOUR),
            new Waiting("any task, too late", clock -> late(clock, TimedWait.ANY), HOUR),
            new Waiting("waitFor, too late", clock -> late(clock, TimedWait.WAIT_FOR), HOUR),
            new Waiting("as completed, too late", clock -> late(clock, TimedWait.COMPLETED), HOUR),
            new Waiting("an executor's end, too late", clock -> late(clock, TimedWait.END), HOUR),
            new Waiting("a task of a pool", NestedVirtualTimeTest::pool, HOUR),
            new Waiting("a task group", NestedVirtualTimeTest::group, HOUR),
            new Waiting("a scope's deadline", NestedVirtualTimeTest::scope, HOUR),
            new Waiting("work without a clock", NestedVirtualTimeTest::work, Duration.ZERO))
        .map(waiting -> Arguments.argumentSet(waiting.name(), waiting));
  }

  @ParameterizedTest(name = "{argumentSetName}")
  @MethodSource("waits")
  @DisplayName("E20: an action that waits for the library lets virtual time go on")
  void aWaitInsideAnAction(Waiting waiting) {
    Action<Integer, Integer> action =
        item -> {
          waiting.body().on(clock);
          return item;
        };
    inTime(() -> Parallel.of(1).clock(clock).map(List.of(1), action).values());
    assertEquals(waiting.time(), clock.elapsed());
  }

  private static void twoPermits(ManualClock clock) throws InterruptedException {
    RateLimiter limiter = RateLimiter.of(RateLimit.perHour(1), clock);
    limiter.acquire();
    limiter.acquire();
  }

  private static void permitOfAnother(ManualClock clock) throws Exception {
    WeightedSemaphore semaphore = WeightedSemaphore.bounded(1, clock);
    semaphore.acquire();
    Thread.startVirtualThread(
        clock.announced(
            () -> {
              nap(clock);
              semaphore.release();
            }));
    semaphore.acquire();
    semaphore.release();
  }

  private static void result(ManualClock clock, boolean get) throws Exception {
    try (ParallelExecutor executor = executor(clock)) {
      ExecutorFuture<Integer> future = executor.submit(task(clock));
      assertEquals(1, get ? future.get() : future.result());
    }
  }

  private static void executorMap(ManualClock clock) {
    try (ParallelExecutor executor = executor(clock)) {
      executor.<Integer, Integer>map(
          List.of(1, 2),
          item -> {
            clock.sleep(HOUR);
            return item;
          });
    }
  }

  private static void invokeAll(ManualClock clock) throws Exception {
    try (ParallelExecutor executor = executor(clock)) {
      executor.invokeAll(List.of(task(clock), task(clock)));
    }
  }

  private static void invokeAny(ManualClock clock) throws Exception {
    try (ParallelExecutor executor = executor(clock)) {
      executor.invokeAny(List.of(task(clock), task(clock)));
    }
  }

  private static void waitFor(ManualClock clock) throws Exception {
    try (ParallelExecutor executor = executor(clock)) {
      var futures = List.of(executor.submit(task(clock)), executor.submit(task(clock)));
      ParallelExecutor.waitFor(futures, WaitStrategy.FIRST_COMPLETED);
    }
  }

  private static void asCompleted(ManualClock clock) {
    try (ParallelExecutor executor = executor(clock)) {
      var futures = List.of(executor.submit(task(clock)), executor.submit(task(clock)));
      assertEquals(2, ParallelExecutor.asCompleted(futures).toList().size());
    }
  }

  private static void closing(ManualClock clock) {
    try (ParallelExecutor executor = executor(clock)) {
      executor.execute(() -> nap(clock));
    }
  }

  private static void getInTime(ManualClock clock) throws Exception {
    try (ParallelExecutor executor = executor(clock)) {
      assertEquals(1, executor.submit(task(clock)).get(2, TimeUnit.HOURS));
    }
  }

  /** A wait for a task of an hour that ends after half of it, of virtual time. */
  private enum TimedWait {
    GET,
    RESULT,
    MAP,
    ALL,
    ANY,
    WAIT_FOR,
    COMPLETED,
    END;

    void on(ParallelExecutor executor, ManualClock clock) throws Exception {
      var future = this == MAP ? null : executor.submit(task(clock));
      switch (this) {
        case GET -> future.get(30, TimeUnit.MINUTES);
        case RESULT -> future.result(HALF_AN_HOUR);
        case MAP ->
            executor.<Integer, Integer>map(
                List.of(1), item -> task(clock).call(), executor.options(), HALF_AN_HOUR);
        case ALL -> {
          var all = executor.invokeAll(List.of(task(clock)), 30, TimeUnit.MINUTES);
          if (all.getFirst().isCancelled()) {
            throw new TimeoutException();
          }
        }
        case ANY -> executor.invokeAny(List.of(task(clock)), 30, TimeUnit.MINUTES);
        case WAIT_FOR ->
            ParallelExecutor.waitFor(List.of(future), WaitStrategy.ALL_COMPLETED, HALF_AN_HOUR);
        case COMPLETED -> ParallelExecutor.asCompleted(List.of(future), HALF_AN_HOUR).toList();
        case END -> {
          executor.shutdown();
          if (!executor.awaitTermination(30, TimeUnit.MINUTES)) {
            throw new TimeoutException();
          }
        }
      }
    }
  }

  private static void late(ManualClock clock, TimedWait wait) {
    try (ParallelExecutor executor = executor(clock)) {
      assertThrows(TimeoutException.class, () -> wait.on(executor, clock));
      assertEquals(HALF_AN_HOUR, clock.elapsed());
    }
  }

  private static void pool(ManualClock clock) throws Exception {
    WorkPool pool = WorkPool.of(Parallel.of(2).clock(clock));
    assertEquals(1, pool.submit(task(clock)).result());
    pool.shutdownAndWait();
  }

  private static void group(ManualClock clock) throws Exception {
    CancelScope.of()
        .clock(clock)
        .run(
            () ->
                TaskGroup.<Exception>run(
                    group -> {
                      var first = group.start(task(clock));
                      group.start(first::result);
                      assertEquals(1, first.result());
                    }));
  }

  private static void scope(ManualClock clock) throws Exception {
    CancelScope scope = CancelScope.withTimeout(HOUR).clock(clock);
    scope.run(() -> clock.sleep(HOUR.multipliedBy(2)));
    assertTrue(scope.cancelledCaught());
  }

  /* It goes by the real time: its tasks must not sleep on the clock. */
  private static void work(ManualClock clock) throws Exception {
    List<Callable<Integer>> tasks = List.of(() -> 1, () -> 2);
    assertEquals(List.of(1, 2), Work.<Integer>collect(tasks, 2));
    try (var results = Work.<Integer>resolve(tasks, 2, 0)) {
      assertEquals(2, results.count());
    }
    try (var items = Work.generate(List.of(1, 2), 2)) {
      assertEquals(List.of(1, 2), items.toList());
    }
    assertEquals(3, Work.schedule(() -> 3).result());
    assertEquals(Duration.ZERO, clock.elapsed());
  }

  private static ParallelExecutor executor(ManualClock clock) {
    return ParallelExecutor.of(Parallel.of(2).clock(clock));
  }

  private static Callable<Integer> task(ManualClock clock) {
    return () -> {
      clock.sleep(HOUR);
      return 1;
    };
  }

  private static void nap(ManualClock clock) {
    try {
      clock.sleep(HOUR);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends in an error that says how things stand, where the call hangs. */
  private void inTime(Callable<?> call) {
    AtomicReference<Throwable> error = new AtomicReference<>();
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name("nested")
            .start(
                () -> {
                  try {
                    call.call();
                  } catch (Throwable thrown) {
                    error.set(thrown);
                  }
                });
    try {
      if (!thread.join(PATIENCE)) {
        String stack =
            Arrays.stream(thread.getStackTrace())
                .map(Object::toString)
                .collect(Collectors.joining("\n    "));
        String state = clock.toString();
        thread.interrupt();
        clock.close();
        fail("hangs; " + state + "\n    " + stack);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      fail(interrupted);
    }
    if (error.get() != null) {
      fail(error.get());
    }
  }
}
