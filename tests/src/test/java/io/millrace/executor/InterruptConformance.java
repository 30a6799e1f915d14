package io.millrace.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** An interrupt reaches the task it is meant for, and no other. */
interface InterruptConformance extends Conformance {

  private void assertNoFlags() throws Exception {
    assertEquals(
        Collections.nCopies(threads(), false), onEachThread(Thread::interrupted), "interrupted");
  }

  @Test
  @DisplayName("I7: each task starts without interrupt, though the one before left its flag set")
  default void aFlagLeftByATask() throws Exception {
    onEachThread(() -> true);
    var interrupts = Stream.generate(() -> (Runnable) () -> Thread.currentThread().interrupt());
    for (Runnable task : interrupts.limit(10L * threads()).toList()) {
      executor().submit(task);
      executor().execute(task);
    }
    assertNoFlags();
    executor().submit(() -> onlyWaits()).get();
  }

  private static boolean onlyWaits() throws InterruptedException {
    return new CountDownLatch(1).await(1, TimeUnit.MICROSECONDS);
  }

  @Test
  @DisplayName("I7: a cancelled task that leaves its flag set does not hand it on")
  default void aFlagLeftByACancel() throws Exception {
    for (int round = 0; round < 20; round++) {
      List<Held> tasks = Stream.generate(Held::task).limit(threads()).toList();
      List<Future<?>> futures =
          tasks.stream().<Future<?>>map(t -> executor().submit(t::run)).toList();
      for (Held task : tasks) {
        task.awaitStart();
      }
      futures.forEach(future -> future.cancel(true));
      assertNoFlags();
    }
  }

  @Test
  @DisplayName("I7: a cancel that races with the end of a task interrupts no task after it")
  default void aCancelThatRacesWithTheEnd() throws Exception {
    for (int round = 0; round < 1_000; round++) {
      var started = new CountDownLatch(1);
      var go = new CountDownLatch(1);
      int work = round % 50;
      Future<Integer> future =
          executor()
              .submit(
                  () -> {
                    started.countDown();
                    go.await();
                    return spin(work);
                  });
      Patience.await(started, "the start of a task");
      Future<Boolean> next = executor().submit(InterruptConformance::anInterruptComes);
      go.countDown();
      spin(25);
      boolean cancelled = future.cancel(true);
      assertEquals(cancelled, future.isCancelled(), "cancelled");
      assertFalse(next.get(), "an interrupt came to the next task");
      assertFalse(Thread.currentThread().isInterrupted(), "an interrupt came to the caller");
    }
    assertNoFlags();
  }

  private static boolean anInterruptComes() {
    boolean came = Thread.interrupted();
    for (int i = 0; i < 5; i++) {
      Thread.yield();
      came |= Thread.interrupted();
    }
    return came;
  }

  private static int spin(int times) {
    int x = times;
    for (int i = 0; i < times * 20; i++) {
      Thread.onSpinWait();
      x += i;
    }
    return x;
  }

  @Test
  @DisplayName("I7: a cancel that races with the start interrupts the task, or the task never runs")
  default void aCancelThatRacesWithTheStart() throws Exception {
    for (int round = 0; round < 300; round++) {
      var held = Held.task();
      Future<String> future = executor().submit(held);
      spin(round % 50);
      assertTrue(future.cancel(true), "cancel");
      Future<Boolean> next = executor().submit(InterruptConformance::anInterruptComes);
      assertFalse(next.get(), "an interrupt came to the next task");
      assertHealthy();
      assertEquals(held.isStarted(), held.isEnded(), "a task that was started has ended");
    }
  }

  @Test
  @DisplayName("I7: what invokeAny and invokeAll interrupt are their own tasks only")
  default void bulkCallsInterruptTheirOwn() throws Exception {
    for (int round = 0; round < 50; round++) {
      var held = Held.task();
      executor().invokeAny(List.<Callable<String>>of(() -> "quick", held, held));
      assertNoFlags();
      executor().invokeAll(List.of(held, held), 1, TimeUnit.MICROSECONDS);
      assertNoFlags();
      assertFalse(Thread.currentThread().isInterrupted(), "an interrupt came to the caller");
    }
  }

  @Test
  @DisplayName("I7: the interrupt of whoever hands in tasks stays with him")
  default void theCallersFlagStaysWithTheCaller() throws Exception {
    Thread.currentThread().interrupt();
    Future<Boolean> submitted = executor().submit(Thread::interrupted);
    var held = Held.task();
    executor().execute(held::run);
    assertTrue(Thread.interrupted(), "the caller's flag is gone");
    assertFalse(submitted.get(), "the task was interrupted");
    held.release();
    held.awaitEnd();
    assertFalse(held.isInterrupted(), "the command was interrupted");
  }
}
