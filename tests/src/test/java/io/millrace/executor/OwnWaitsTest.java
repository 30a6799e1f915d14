package io.millrace.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.engine.Surplus;
import io.millrace.testkit.NoLeaks;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who counts as waiting for the executor that it works for. */
@NoLeaks
@Timeout(60)
class OwnWaitsTest {
  private static final OwnWaits.Awaited NEVER =
      new OwnWaits.Awaited() {
        @Override
        public boolean isOver() {
          return false;
        }

        @Override
        public boolean comesOf(Set<Object> running) {
          return false;
        }
      };

  private final OwnWaits waits = new OwnWaits(() -> new Surplus(2, List.of()), () -> true);
  private final CountDownLatch never = new CountDownLatch(1);

  /* A worker that begins to wait in a thread of its own. */
  private FutureTask<OwnWaits.Wait> beginning() {
    FutureTask<OwnWaits.Wait> task = new FutureTask<>(() -> waits.begin(NEVER));
    Thread.ofVirtual().start(task);
    return task;
  }

  private static void spinUntil(AtomicBoolean flag) {
    while (!flag.get()) {
      Thread.onSpinWait();
    }
  }

  /* As a wait that is interrupted: the flag is clear, and the worker has yet to leave. */
  private void wakesUp(CountDownLatch awake, AtomicBoolean mayLeave) {
    try {
      never.await();
    } catch (InterruptedException itsFlagIsClear) {
      awake.countDown();
      spinUntil(mayLeave);
    }
  }

  @Test
  @DisplayName(
      "X6 a worker whose wait was interrupted, and that has yet to say so, does not count as waiting")
  void interrupted() throws Exception {
    CountDownLatch awake = new CountDownLatch(1);
    AtomicBoolean mayLeave = new AtomicBoolean();
    Thread late =
        Thread.ofPlatform()
            .unstarted(
                () -> {
                  try (OwnWaits.Wait _ = waits.begin(NEVER)) {
                    wakesUp(awake, mayLeave);
                  } catch (InterruptedException unexpected) {
                    throw new AssertionError(unexpected);
                  }
                });
    late.start();
    while (late.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    late.interrupt();
    awake.await();
    FutureTask<OwnWaits.Wait> last = beginning();
    assertThrows(TimeoutException.class, () -> last.get(50, TimeUnit.MILLISECONDS));
    mayLeave.set(true);
    last.get().close(); // it waits, and is not refused
    late.join();
  }

  @Test
  @DisplayName("X6 a worker that is about to wait counts as soon as it does")
  void aboutToWait() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    AtomicBoolean mayWait = new AtomicBoolean();
    Thread first =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (OwnWaits.Wait _ = waits.begin(NEVER)) {
                    begun.countDown();
                    spinUntil(mayWait);
                    never.await();
                  } catch (InterruptedException end) {
                    // by the end of the test
                  }
                });
    begun.await();
    FutureTask<OwnWaits.Wait> last = beginning();
    mayWait.set(true);
    Exception refused = assertThrows(ExecutionException.class, last::get);
    assertTrue(refused.getCause() instanceof DeadlockException, () -> "" + refused.getCause());
    first.interrupt();
    first.join();
  }

  @Test
  @DisplayName("X6 of several that find all others waiting, one is told")
  void severalLook() throws Exception {
    for (int round = 0; round < 200; round++) {
      OwnWaits both = new OwnWaits(() -> new Surplus(2, List.of()), () -> true);
      List<Thread> threads = new ArrayList<>();
      List<DeadlockException> refused = new CopyOnWriteArrayList<>();
      CountDownLatch told = new CountDownLatch(1);
      for (int i = 0; i < 2; i++) {
        threads.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      try (OwnWaits.Wait _ = both.begin(NEVER)) {
                        told.await();
                      } catch (DeadlockException deadlock) {
                        refused.add(deadlock);
                        told.countDown();
                      } catch (InterruptedException unexpected) {
                        throw new AssertionError(unexpected);
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertEquals(1, refused.size(), "told");
    }
  }

  @Test
  @DisplayName("X6 tasks that are cancelled while they wait give nobody a DeadlockException")
  void cancelledWhileWaiting() throws Exception {
    for (int round = 0; round < 300; round++) {
      CountDownLatch begun = new CountDownLatch(2);
      CountDownLatch cancelled = new CountDownLatch(1);
      try (ParallelExecutor executor = ParallelExecutor.of(2)) {
        ExecutorFuture<Integer> waiting =
            executor.submit(
                () -> {
                  begun.countDown();
                  return executor.submit(() -> 1).result();
                });
        ExecutorFuture<Integer> other =
            executor.submit(
                () -> {
                  begun.countDown();
                  cancelled.await();
                  return executor.submit(() -> 2).result();
                });
        begun.await();
        waiting.cancel(true);
        cancelled.countDown();
        assertEquals(2, other.result());
      }
    }
  }

  @Test
  @DisplayName("X6 while there are more workers than waits, none looks at the others")
  void manyWaits() throws Exception {
    AtomicInteger looks = new AtomicInteger();
    OwnWaits.Awaited counting =
        new OwnWaits.Awaited() {
          @Override
          public boolean isOver() {
            looks.incrementAndGet();
            return false;
          }

          @Override
          public boolean comesOf(Set<Object> running) {
            looks.incrementAndGet();
            return false;
          }
        };
    OwnWaits many = new OwnWaits(() -> new Surplus(1_000, List.of()), () -> true);
    for (int wait = 0; wait < 999; wait++) {
      many.begin(counting);
    }
    assertEquals(0, looks.get());
  }
}
