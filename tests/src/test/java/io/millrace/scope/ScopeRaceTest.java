package io.millrace.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What meets by chance, over and over: whoever wins, the promises hold. */
@NoLeaks
class ScopeRaceTest {
  private static final int ROUNDS = 2_000;

  private static void spin() {
    for (int spin = ThreadLocalRandom.current().nextInt(300); spin > 0; spin--) {
      Thread.onSpinWait();
    }
  }

  /** Has another thread do something about the time at which the caller does something. */
  private static Thread meanwhile(CyclicBarrier start, Runnable what) {
    return Thread.ofPlatform()
        .start(
            () -> {
              try {
                for (int round = 0; round < ROUNDS; round++) {
                  start.await();
                  spin();
                  what.run();
                  start.await();
                }
              } catch (Exception broken) {
                throw new AssertionError(broken);
              }
            });
  }

  @Test
  @DisplayName(
      "LF8, I7: a cancellation that meets the end of the block leaves no interrupt, whoever wins")
  void aCancellationThatMeetsTheEnd() throws Exception {
    CyclicBarrier start = new CyclicBarrier(2);
    AtomicReference<CancelScope> current = new AtomicReference<>();
    Thread canceller = meanwhile(start, () -> current.get().cancel());
    for (int round = 0; round < ROUNDS; round++) {
      CancelScope scope = CancelScope.of();
      current.set(scope);
      start.await();
      assertEquals("done", scope.call(ScopeRaceTest::spinAndReturn).orElseThrow());
      assertFalse(scope.cancelledCaught());
      boolean before = scope.cancelled();
      start.await();
      assertEquals(before, scope.cancelled(), "settled when the block has ended");
      assertFalse(Thread.currentThread().isInterrupted());
    }
    canceller.join();
  }

  private static String spinAndReturn() {
    spin();
    return "done";
  }

  @Test
  @DisplayName(
      "LF8: an outer cancellation that meets an inner one and its end is the outer scope's")
  void anOuterCancellationThatMeetsAnInnerOne() throws Exception {
    CyclicBarrier start = new CyclicBarrier(3);
    AtomicReference<CancelScope> outers = new AtomicReference<>();
    AtomicReference<CancelScope> inners = new AtomicReference<>();
    Thread one = meanwhile(start, () -> outers.get().cancel());
    Thread other = meanwhile(start, () -> inners.get().cancel());
    for (int round = 0; round < ROUNDS; round++) {
      CancelScope outer = CancelScope.of();
      CancelScope inner = round % 2 == 0 ? CancelScope.of() : CancelScope.of().shielded();
      outers.set(outer);
      inners.set(inner);
      start.await();
      outer.run(
          () -> {
            inner.run(() -> new CountDownLatch(1).await());
            new CountDownLatch(1).await();
          });
      assertTrue(outer.cancelledCaught());
      start.await();
      assertFalse(Thread.currentThread().isInterrupted());
    }
    one.join();
    other.join();
  }

  @Test
  @DisplayName("LF8: an interrupt by somebody else that meets the end of the block is not lost")
  void aForeignInterruptThatMeetsTheEnd() throws Exception {
    CyclicBarrier start = new CyclicBarrier(2);
    Thread self = Thread.currentThread();
    AtomicReference<CancelScope> current = new AtomicReference<>();
    Thread interrupter =
        meanwhile(
            start,
            () -> {
              self.interrupt();
              current.get().cancel();
            });
    for (int round = 0; round < ROUNDS; round++) {
      CancelScope scope = CancelScope.of();
      current.set(scope);
      start.await();
      scope.run(ScopeRaceTest::spin);
      while (!self.isInterrupted()) {
        Thread.onSpinWait(); // or this does not end
      }
      Thread.interrupted();
      start.await();
    }
    interrupter.join();
  }

  @Test
  @DisplayName("LF8: a run in a scope ends for good, however it meets the cancellation")
  void aRunThatMeetsTheCancellation() throws Exception {
    CyclicBarrier start = new CyclicBarrier(2);
    AtomicReference<CancelScope> current = new AtomicReference<>();
    Thread canceller = meanwhile(start, () -> current.get().cancel());
    AtomicInteger running = new AtomicInteger();
    for (int round = 0; round < ROUNDS; round++) {
      CancelScope scope = CancelScope.of();
      current.set(scope);
      start.await();
      scope.run(
          () ->
              Parallel.of(2)
                  .map(
                      List.of(1, 2, 3, 4),
                      item -> {
                        running.incrementAndGet();
                        spin();
                        return running.decrementAndGet();
                      }));
      assertEquals(0, running.get());
      start.await();
      assertFalse(Thread.currentThread().isInterrupted());
    }
    canceller.join();
  }

  @Test
  @DisplayName(
      "A61, LF9: failures, a cancellation and the end of a group meet: all tasks have ended")
  void failuresThatMeetInAGroup() throws Exception {
    CyclicBarrier start = new CyclicBarrier(2);
    AtomicReference<CancelScope> current = new AtomicReference<>();
    Thread canceller = meanwhile(start, () -> current.get().cancel());
    for (int round = 0; round < ROUNDS; round++) {
      int kind = round;
      AtomicInteger running = new AtomicInteger();
      CancelScope scope = CancelScope.of();
      current.set(scope);
      IOException broken = new IOException("broken");
      start.await();
      try {
        scope.run(
            () ->
                TaskGroup.run(
                    group -> {
                      for (int task = 0; task < 4; task++) {
                        int number = task;
                        group.start(
                            () -> {
                              running.incrementAndGet();
                              try {
                                spin();
                                if (number + kind % 4 == 3) {
                                  throw broken;
                                }
                              } finally {
                                running.decrementAndGet();
                              }
                            });
                      }
                    }));
        assertTrue(scope.cancelled(), "only that keeps the failing task from running");
      } catch (Exception failure) {
        assertEquals(broken, failure);
      }
      assertEquals(0, running.get());
      start.await();
      assertFalse(Thread.currentThread().isInterrupted());
    }
    canceller.join();
  }
}
