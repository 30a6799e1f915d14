package io.millrace.matrix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.contract.CoreEntryPoints;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Success;
import io.millrace.plan.Action;
import io.millrace.plan.Workers;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.contract.EntryPoint;
import io.millrace.testkit.contract.Trait;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Executors that do not do what one expects of them. */
@NoLeaks
class PoolsTest {
  private static final List<Integer> ITEMS = IntStream.range(0, 12).boxed().toList();
  private static final Duration LIMIT = Duration.ofMillis(300);

  private final List<Outcome<Integer, Integer>> outcomes =
      Collections.synchronizedList(new ArrayList<>());

  static Stream<Arguments> entryPoints() {
    return CoreEntryPoints.all().stream().map(entry -> Arguments.argumentSet(entry.name(), entry));
  }

  private Throwable run(EntryPoint entry, Executor executor, Action<Integer, Integer> action)
      throws InterruptedException {
    Parallel parallel =
        entry
            .prepare(Parallel.of(3).grace(Cell.GRACE))
            .workers(Workers.on(executor))
            .runTimeout(LIMIT);
    EntryPoint.Taker<Integer, Integer> taker = outcomes::add;
    return InTime.thrownBy(() -> entry.run(parallel, ITEMS, action, taker));
  }

  private void assertAllSucceed(EntryPoint entry) {
    if (!entry.traits().contains(Trait.SILENT)) {
      assertEquals(ITEMS.size(), outcomes.size(), "outcomes");
      assertTrue(outcomes.stream().allMatch(Success.class::isInstance), outcomes::toString);
    }
  }

  private void assertNoneTwice() {
    assertEquals(outcomes.size(), outcomes.stream().map(Outcome::index).distinct().count(), "I4");
  }

  @ParameterizedTest(name = "{displayName}: {argumentSetName}")
  @MethodSource("entryPoints")
  @DisplayName("E12: fewer threads than slots run all items")
  void fewerThreadsThanSlots(EntryPoint entry) throws Exception {
    try (ExecutorService one = Executors.newSingleThreadExecutor()) {
      assertEquals(null, run(entry, one, item -> item));
    }
    assertAllSucceed(entry);
  }

  @ParameterizedTest(name = "{displayName}: {argumentSetName}")
  @MethodSource("entryPoints")
  @DisplayName("E12: a pool that runs its first task only holds a run until its timeout at most")
  void onlyTheFirstTaskRuns(EntryPoint entry) throws Exception {
    AtomicInteger tasks = new AtomicInteger();
    Executor first =
        task -> {
          if (tasks.getAndIncrement() == 0) {
            Thread.startVirtualThread(task);
          }
        };
    run(entry, first, item -> item);
    assertNoneTwice();
  }

  @ParameterizedTest(name = "{displayName}: {argumentSetName}")
  @MethodSource("entryPoints")
  @DisplayName("E12: a pool that drops all tasks holds a run until its timeout only")
  void allTasksAreDropped(EntryPoint entry) throws Exception {
    run(entry, task -> {}, item -> item);
    assertTrue(outcomes.stream().noneMatch(Success.class::isInstance), outcomes::toString);
    assertNoneTwice();
  }

  @ParameterizedTest(name = "{displayName}: {argumentSetName}")
  @MethodSource("entryPoints")
  @DisplayName("E12: an executor that runs tasks in the thread that submits them ends")
  void tasksRunInTheSubmittingThread(EntryPoint entry) throws Exception {
    run(entry, Runnable::run, item -> item);
    assertNoneTwice();
  }

  @ParameterizedTest(name = "{displayName}: {argumentSetName}")
  @MethodSource("entryPoints")
  @DisplayName("E12: the refusal of a pool that was shut down is thrown as itself")
  void aPoolThatWasShutDown(EntryPoint entry) throws Exception {
    ExecutorService shut = Executors.newSingleThreadExecutor();
    shut.shutdown();
    Throwable error = run(entry, shut, item -> item);
    assertTrue(error instanceof RejectedExecutionException, () -> "thrown: " + error);
  }

  @ParameterizedTest(name = "{displayName}: {argumentSetName}")
  @MethodSource("entryPoints")
  @DisplayName("E12: a pool that is shut down in the middle holds up nothing")
  void aPoolThatIsShutDownInTheMiddle(EntryPoint entry) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(2);
    run(
        entry,
        pool,
        item -> {
          if (item == 3) {
            pool.shutdownNow();
          }
          return item;
        });
    assertNoneTwice();
  }
}
