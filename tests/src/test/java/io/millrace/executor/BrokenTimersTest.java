package io.millrace.executor;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.Codec;
import io.millrace.soundness.RealClock;
import io.millrace.testkit.MemoryStore;
import io.millrace.testkit.NoLeaks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tasks of an executor whose clock throws when a timer of it is cancelled, or a wait ended. */
@NoLeaks
@Timeout(20)
class BrokenTimersTest {
  /* Does what it is asked for, and then throws. */
  private static final class Broken extends RealClock {
    @Override
    public Timer schedule(long atNanos, Runnable task) {
      Timer timer = super.schedule(atNanos, task);
      return () -> {
        timer.cancel();
        throw new IllegalStateException("cancel is broken");
      };
    }

    @Override
    public Wait newWait() {
      Wait wait = super.newWait();
      return new Wait() {
        @Override
        public void await() throws InterruptedException {
          wait.await();
        }

        @Override
        public void end() {
          wait.end();
          throw new IllegalStateException("end is broken");
        }
      };
    }
  }

  private static ParallelExecutor executor(int concurrency, QueueLimit limit) {
    return ParallelExecutor.of(Parallel.of(concurrency).clock(new Broken()), limit, ofSeconds(20));
  }

  @Test
  @DisplayName("E11: a deadline that cannot be cancelled loses no result")
  void resultsCome() throws Exception {
    try (ParallelExecutor executor = executor(2, QueueLimit.unlimited())) {
      assertEquals(1, executor.submit(() -> 1).get(5, TimeUnit.SECONDS));
      ExecutorFuture<Integer> failing =
          executor.submit(
              () -> {
                throw new IllegalArgumentException("its own");
              });
      assertEquals("its own", failing.await().exception().orElseThrow().getMessage());
      CountDownLatch never = new CountDownLatch(1);
      ExecutorFuture<Boolean> cancelled = executor.submit(() -> never.await(1, TimeUnit.HOURS));
      assertTrue(cancelled.cancel(true));
    }
  }

  @Test
  @DisplayName(
      "E11: one who waits for room gets it, and the task before keeps its result, though the wait throws")
  void roomComes() throws Exception {
    try (ParallelExecutor executor = executor(1, QueueLimit.waiting(0))) {
      List<ExecutorFuture<Integer>> futures = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        int value = i;
        futures.add(executor.submit(() -> value));
      }
      for (int i = 0; i < 5; i++) {
        assertEquals(i, futures.get(i).get(5, TimeUnit.SECONDS));
      }
    }
  }

  @Test
  @DisplayName(
      "E11: the key of a task whose deadline cannot be cancelled is free again when it has ended")
  void keysAreFree() throws Exception {
    Checkpoint checkpoint =
        Checkpoint.of(new MemoryStore(), CheckpointName.of("tasks", "1"), Codec.text());
    Parallel parallel = Parallel.of(2).clock(new Broken()).checkpoint(checkpoint);
    try (ParallelExecutor executor =
        ParallelExecutor.of(parallel, QueueLimit.unlimited(), ofSeconds(20))) {
      TaskOptions options = executor.options().key("a");
      assertEquals("one", executor.submit(() -> "one", options).get(5, TimeUnit.SECONDS));
      assertEquals("one", executor.submit(() -> "two", options).get(5, TimeUnit.SECONDS));
    }
  }
}
