package io.millrace.acceptance;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.Parallel;
import io.millrace.call.Call;
import io.millrace.executor.ParallelExecutor;
import io.millrace.plan.Action;
import io.millrace.plan.Source;
import io.millrace.pool.Work;
import io.millrace.testkit.NoLeaks;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An interrupt that somebody's code throws is an error like any other: nobody interrupted the caller. */
@NoLeaks
class MadeUpInterruptTest {
  private final InterruptedException madeUp = new InterruptedException("made up");

  private void isThrownAsItself(Executable call) {
    Throwable thrown = assertThrows(Throwable.class, call);
    boolean interrupted = Thread.interrupted();
    assertSame(madeUp, thrown);
    assertFalse(interrupted, "the caller's flag is set");
  }

  @DisplayName(
      "E18, I7, I10: an InterruptedException of the action, failing fast, is thrown as itself")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void ofTheAction(EntryPoint entry) {
    Action<Integer, Integer> action =
        item -> {
          throw madeUp;
        };
    isThrownAsItself(() -> entry.run(Parallel.of(2).failFast(), List.of(1), action));
  }

  @DisplayName("E18, I7, I10: an InterruptedException of the source is thrown as itself")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void ofTheSource(EntryPoint entry) {
    isThrownAsItself(
        () ->
            entry.run(
                Parallel.of(2),
                Source.<Integer>supplying(
                    () -> {
                      throw madeUp;
                    }),
                (Integer item) -> item));
  }

  @DisplayName("E18, I7, I10: an InterruptedException that a publisher sends is thrown as itself")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "GATHERER") // which reads none
  void ofAPublisher(EntryPoint entry) {
    Flow.Publisher<Integer> publisher = subscriber -> subscriber.onError(madeUp);
    isThrownAsItself(() -> entry.run(Parallel.of(2), Source.of(publisher), (Integer item) -> item));
  }

  @DisplayName("E18, I7, I10: an InterruptedException of a listener is thrown as itself")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void ofAListener(EntryPoint entry) {
    Parallel parallel = Parallel.of(2).onOutcome(outcome -> sneak(madeUp));
    isThrownAsItself(() -> entry.run(parallel, List.of(1), (Integer item) -> item));
  }

  /** The ways that are no entry points of a run. */
  enum Way {
    EXECUTOR_MAP(
        task -> {
          try (ParallelExecutor executor = ParallelExecutor.of(2)) {
            executor.map(List.of(1), item -> task.call());
          }
        }),
    EXECUTOR_MAP_ITER(
        task -> {
          try (ParallelExecutor executor = ParallelExecutor.of(2);
              var values = executor.mapIter(List.of(1), item -> task.call())) {
            values.forEach(value -> {});
          }
        }),
    CALL(task -> Call.of(Parallel.of(2)).list(List.of(1), item -> task.call())),
    CALL_BATCHES(
        task -> {
          try (var batches = Call.of(Parallel.of(2)).batches(List.of(1), 1, item -> task.call())) {
            batches.forEach(batch -> {});
          }
        }),
    COLLECT(task -> Work.collect(List.of(task), 2));

    private final Consumer<Callable<Integer>> running;

    Way(Consumer<Callable<Integer>> running) {
      this.running = running;
    }
  }

  @DisplayName("E18, I7, I10: elsewhere as well")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void elsewhere(Way way) {
    isThrownAsItself(
        () ->
            way.running.accept(
                () -> {
                  throw madeUp;
                }));
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void sneak(Throwable error) throws E {
    throw (E) error;
  }
}
