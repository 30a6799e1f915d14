package io.millrace.soundness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Timeout.ThreadMode.SEPARATE_THREAD;

import io.millrace.Parallel;
import io.millrace.Run;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.Codec;
import io.millrace.executor.ParallelExecutor;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Source;
import io.millrace.testkit.MemoryStore;
import io.millrace.testkit.NoLeaks;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Threads of the library that others wait for go on to their last task, whatever a clock throws in them. */
@NoLeaks
@Timeout(value = 30, threadMode = SEPARATE_THREAD)
class OwnThreadsTest {
  private static final List<Integer> ITEMS = IntStream.range(0, 30).boxed().toList();

  /** A clock that fails where the two threads of a checkpoint, or that of a publisher, call it. */
  private static final class Failing extends RealClock {
    final AtomicInteger waits = new AtomicInteger();
    final AtomicInteger exits = new AtomicInteger();
    volatile Error thrown = new OutOfMemoryError("a clock");

    private void visit(AtomicInteger left) {
      if (left.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
        throw thrown;
      }
    }

    @Override
    public Wait newWait() {
      Thread current = Thread.currentThread();
      if (!current.isVirtual() && current.getName().equals("millrace-worker")) {
        visit(waits);
      }
      return super.newWait();
    }

    @Override
    public void exit() {
      if (Thread.currentThread().getName().equals("millrace-subscriber")) {
        visit(exits);
      }
    }
  }

  /* Some values come, and then none until the run has heard of its clock: or else it may be over by then. */
  private static String valueOrEnd(int item) throws InterruptedException {
    if (item >= ITEMS.size() / 3) {
      new CountDownLatch(1).await();
    }
    return "value of " + item;
  }

  private Parallel kept(Failing clock) {
    return Parallel.of(3)
        .clock(clock)
        .checkpoint(Checkpoint.of(new MemoryStore(), CheckpointName.of("test", "1"), Codec.text()));
  }

  @Test
  @DisplayName(
      "E11: a clock that fails in the threads of a checkpoint ends the run with its error, and nothing hangs")
  void clockFailsInTheThreadsOfACheckpoint() {
    for (int failures : List.of(1, 2, 5)) {
      Failing clock = new Failing();
      clock.waits.set(failures);
      Parallel parallel = kept(clock);
      Throwable thrown =
          assertThrows(
              OutOfMemoryError.class, () -> parallel.map(ITEMS, OwnThreadsTest::valueOrEnd));
      assertSame(clock.thrown, thrown);
      clock.waits.set(0);
      // The session was closed: the store lets the next run in, which does the rest.
      assertEquals(RunStatus.COMPLETED, parallel.map(ITEMS, item -> "value of " + item).status());
    }
  }

  @Test
  @DisplayName(
      "E11: a run whose clock fails in the threads of its checkpoint is joined by its close")
  void runIsJoined() {
    Failing clock = new Failing();
    clock.waits.set(1);
    try (Run<Integer, String> run = kept(clock).start(ITEMS, OwnThreadsTest::valueOrEnd)) {
      assertThrows(
          OutOfMemoryError.class,
          () -> {
            while (run.take().isPresent()) {
              Thread.onSpinWait();
            }
          });
      assertEquals(RunStatus.ABORTED, run.status());
    }
  }

  @Test
  @DisplayName(
      "E11: an executor whose clock fails in the threads of its checkpoint ends, and no future stays pending")
  void executorEnds() {
    Failing clock = new Failing();
    clock.waits.set(1);
    ParallelExecutor executor = ParallelExecutor.of(kept(clock));
    while (clock.waits.get() > 0) {
      Thread.onSpinWait();
    }
    try (executor) {
      var future = executor.submit(() -> "value", executor.options().key("one"));
      Exception end = assertThrows(Exception.class, future::get);
      assertTrue(
          end instanceof ExecutionException || end instanceof CancellationException, end::toString);
    } catch (RejectedExecutionException hasEnded) {
      assertTrue(executor.isShutdown());
    }
  }

  @Test
  @DisplayName(
      "E11: a clock that fails in the thread that asks a publisher keeps no item from the run")
  @SuppressWarnings("try") // the publisher ends in another thread
  void clockFailsInTheThreadOfAPublisher() {
    Failing clock = new Failing();
    clock.exits.set(Integer.MAX_VALUE);
    try (SubmissionPublisher<Integer> publisher = new SubmissionPublisher<>()) {
      Thread.ofVirtual()
          .start(
              () -> {
                while (!publisher.hasSubscribers()) {
                  Thread.onSpinWait();
                }
                ITEMS.forEach(publisher::submit);
                publisher.close();
              });
      var results =
          Parallel.of(2).window(2).clock(clock).map(Source.of(publisher), item -> item + 1);
      assertEquals(RunStatus.COMPLETED, results.status());
      assertEquals(ITEMS.size(), results.okValues().size());
    }
  }
}
