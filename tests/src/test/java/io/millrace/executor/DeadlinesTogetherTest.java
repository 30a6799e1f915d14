package io.millrace.executor;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Deadlines of many tasks that come at once, and what depends on them. */
@NoLeaks
@Timeout(60)
class DeadlinesTogetherTest {
  private static final int TASKS = 2_000;

  @Test
  @DisplayName("L4: what depends on many deadlines runs in few threads, and in none of the timers")
  void fewThreadsServeManyDeadlines() throws Exception {
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    CountDownLatch all = new CountDownLatch(TASKS);
    Held held = Held.task();
    try (ManualClock clock = new ManualClock();
        ParallelExecutor executor = ParallelExecutor.of(Parallel.of(1).clock(clock))) {
      executor.submit(held);
      held.awaitStart();
      for (int i = 0; i < TASKS; i++) {
        var _ =
            executor
                .submit(() -> 1, TaskOptions.none().deadline(ofSeconds(1)))
                .whenComplete(
                    (_, _) -> {
                      threads.add(Thread.currentThread());
                      all.countDown();
                    });
      }
      clock.advance(ofSeconds(1));
      Patience.await(all, "the end of all tasks");
      held.release();
    }
    assertTrue(threads.size() <= TASKS / 10, "threads: " + threads.size());
    assertFalse(threads.contains(Thread.currentThread()), "the clock's thread");
  }

  @Test
  @DisplayName("L4: what depends on a deadline and blocks holds up the others for a moment only")
  void stuckDependentsHoldUpNobody() throws Exception {
    int stuck = 20;
    CountDownLatch last = new CountDownLatch(1);
    List<Boolean> released = new ArrayList<>();
    Held held = Held.task();
    try (ManualClock clock = new ManualClock();
        ParallelExecutor executor = ParallelExecutor.of(Parallel.of(1).clock(clock))) {
      executor.submit(held);
      held.awaitStart();
      TaskOptions brief = TaskOptions.none().deadline(ofSeconds(1));
      List<CompletableFuture<Boolean>> waiting = new ArrayList<>();
      for (int i = 0; i < stuck; i++) {
        waiting.add(executor.submit(() -> 1, brief).handle((_, _) -> isReleased(last)));
      }
      var _ = executor.submit(() -> 1, brief).whenComplete((_, _) -> last.countDown());
      clock.advance(ofSeconds(1));
      waiting.forEach(each -> released.add(each.join()));
      held.release();
    }
    assertEquals(stuck, released.stream().filter(each -> each).count());
  }

  private static boolean isReleased(CountDownLatch last) {
    try {
      Patience.await(last, "the last dependent");
      return true;
    } catch (InterruptedException interrupted) {
      return false;
    }
  }
}
