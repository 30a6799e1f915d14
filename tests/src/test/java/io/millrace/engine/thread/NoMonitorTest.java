package io.millrace.engine.thread;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.plan.RetryBudget;
import io.millrace.time.TimeSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the thread of all timers, and whoever ends a run, go through has no monitor: behind a virtual thread that waits for one
 * and has no carrier, they would wait for as long as actions compute.
 */
@Timeout(30)
class NoMonitorTest {
  /** Something, and a use of it. */
  record Use(Object of, Runnable task) {
    @Override
    public String toString() {
      return of.getClass().getSimpleName();
    }
  }

  static List<Use> uses() {
    TimeSource clock = TimeSource.system();
    Alarm alarm = new Alarm(clock, () -> {});
    Deputies deputies = new Deputies();
    RetryBudget budget = RetryBudget.of(0.5);
    return List.of(
        new Use(alarm, () -> alarm.at(clock.nanoTime())),
        new Use(alarm, alarm::cancel),
        new Use(deputies, () -> deputies.run(() -> {})),
        new Use(budget, () -> budget.tryTake(clock.nanoTime())));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("uses")
  @DisplayName("E6: nobody waits for a monitor behind a virtual thread that has no carrier")
  void whileSomebodyHasTheMonitor(Use use) throws Exception {
    CompletableFuture<Void> done;
    synchronized (use.of) {
      done = CompletableFuture.runAsync(use.task, task -> Thread.ofPlatform().daemon().start(task));
      done.get(10, TimeUnit.SECONDS);
    }
    assertTrue(done.isDone());
  }
}
