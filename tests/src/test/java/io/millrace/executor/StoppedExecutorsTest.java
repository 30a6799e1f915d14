package io.millrace.executor;

import static java.time.Duration.ofMillis;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.outcome.AbandonedException;
import io.millrace.plan.Workers;
import io.millrace.testkit.NoLeaks;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An executor that is stopped waits for its tasks, however long they take and whoever interrupts them. */
@NoLeaks
@Timeout(60)
class StoppedExecutorsTest {
  private static final Parallel IMPATIENT = Parallel.of(2).grace(ofMillis(100));

  private final CountDownLatch end = new CountDownLatch(1);
  private final CountDownLatch interrupted = new CountDownLatch(1);

  @AfterEach
  void letGo() {
    end.countDown();
  }

  private String compute(CountDownLatch begun) {
    begun.countDown();
    return ignoreInterrupts(interrupted);
  }

  /* Tells of the first one. */
  private String ignoreInterrupts(CountDownLatch told) {
    while (true) {
      try {
        end.await();
        return "done";
      } catch (InterruptedException ignored) {
        told.countDown();
      }
    }
  }

  private void assertWaitsFor(ParallelExecutor executor, ExecutorFuture<String> task)
      throws Exception {
    try {
      assertTrue(interrupted.await(10, TimeUnit.SECONDS), "it was not interrupted");
      assertFalse(executor.awaitTermination(500, TimeUnit.MILLISECONDS), "it has ended");
      assertFalse(task.isDone());
    } finally {
      end.countDown(); // the executor waits for that
    }
    assertEquals("done", task.result());
  }

  private static final class OwnThread extends Thread {
    OwnThread(Runnable task) {
      super(task);
    }
  }

  @Test
  @DisplayName("A38: shutdownNow waits for a task that runs in a thread of a class of its own")
  void threadOfItsOwnClass() throws Exception {
    try (ExecutorService pool = Executors.newFixedThreadPool(1, OwnThread::new);
        ParallelExecutor executor = ParallelExecutor.of(IMPATIENT.workers(Workers.on(pool)))) {
      CountDownLatch begun = new CountDownLatch(1);
      var task = executor.submit(() -> compute(begun));
      begun.await();
      executor.shutdownNow();
      assertWaitsFor(executor, task);
    }
  }

  @Test
  @DisplayName("A38: shutdownNow waits for a task, also while another one is abandoned")
  void besideATimeout() throws Exception {
    try (ParallelExecutor executor = ParallelExecutor.of(IMPATIENT)) {
      CountDownLatch begun = new CountDownLatch(2);
      var late =
          executor.submit(() -> compute(begun), TaskOptions.none().attemptTimeout(ofMillis(200)));
      CountDownLatch stopped = new CountDownLatch(1);
      var task =
          executor.submit(
              () -> {
                begun.countDown();
                return ignoreInterrupts(stopped);
              });
      begun.await();
      assertTrue(interrupted.await(10, TimeUnit.SECONDS)); // the first one, by its timeout
      executor.shutdownNow();
      assertInstanceOf(AbandonedException.class, assertThrows(Exception.class, late::result));
      assertTrue(stopped.await(10, TimeUnit.SECONDS));
      assertWaitsFor(executor, task);
    }
  }

  @Test
  @DisplayName("A38: an executor whose time is up waits for its tasks")
  void runTimeout() throws Exception {
    try (ParallelExecutor executor = ParallelExecutor.of(IMPATIENT.runTimeout(ofMillis(300)))) {
      CountDownLatch begun = new CountDownLatch(1);
      var task = executor.submit(() -> compute(begun));
      assertWaitsFor(executor, task);
    }
  }
}
