package io.millrace.limit;

import static io.millrace.limit.Running.queueUp;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.limit.spi.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A thread that acquires from a semaphore")
class SemaphoreBlockingTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final FakeClock clock = new FakeClock();
  private final WeightedSemaphore three = WeightedSemaphore.bounded(3, clock);

  @Test
  void waitsForItsPermits() throws Exception {
    three.acquire(2);
    Running<Boolean> waiting = queueUp(three, () -> acquire(2));
    three.release();
    assertTrue(waiting.join());
    assertEquals(0, three.availablePermits());
    assertEquals(0, clock.scheduled());
  }

  @Test
  @DisplayName("AX9: two callers that take many at a time never wait for each other's part")
  void twoCallersThatTakeManyNeverDeadlock() throws Exception {
    List<Running<Boolean>> callers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      callers.add(
          Running.start(
              () -> {
                for (int time = 0; time < 1_000; time++) {
                  three.acquire(2);
                  Thread.yield();
                  three.release(2);
                }
                return true;
              }));
    }
    for (Running<Boolean> each : callers) {
      assertTrue(each.join());
    }
    assertEquals(3, three.availablePermits());
  }

  @Test
  void takesNothingIfItIsInterruptedBefore() {
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, three::acquire);
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> three.tryAcquire(SECOND));
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> three.hold(1));
    assertFalse(Thread.currentThread().isInterrupted());
    assertEquals(3, three.availablePermits());
  }

  @Test
  @DisplayName("AX9: an interrupt at the head takes nothing, and the next in the queue goes on")
  void anInterruptLetsTheNextGoOn() throws Exception {
    three.acquire();
    Running<Boolean> large = queueUp(three, () -> acquire(3));
    Running<Boolean> small = queueUp(three, () -> acquire(2));
    large.thread().interrupt();
    assertInterrupted(large);
    assertTrue(small.join());
    assertEquals(0, three.availablePermits());
    assertEquals(0, three.waiters());
  }

  @Test
  @DisplayName("AX9: a timeout at the head takes nothing, and the next in the queue goes on")
  void aTimeoutLetsTheNextGoOn() throws Exception {
    three.acquire();
    Running<Boolean> large = queueUp(three, () -> three.tryAcquire(3, SECOND));
    clock.awaitPending(1);
    Running<Boolean> small = queueUp(three, () -> acquire(2));
    clock.advance(SECOND);
    assertFalse(large.join());
    assertTrue(small.join());
    assertEquals(0, three.availablePermits());
    assertEquals(0, clock.pending());
  }

  @Test
  void acquiresInTimeAndKeepsNoTimer() throws Exception {
    three.acquire(3);
    Running<Boolean> waiting = queueUp(three, () -> three.tryAcquire(2, SECOND));
    clock.awaitPending(1);
    three.release(3);
    assertTrue(waiting.join());
    assertEquals(1, three.availablePermits());
    assertEquals(0, clock.pending());
  }

  @Test
  void doesNotWaitWithoutATimeToWait() throws Exception {
    assertTrue(three.tryAcquire(3, Duration.ZERO));
    assertFalse(three.tryAcquire(Duration.ZERO));
    assertEquals(0, clock.scheduled());
  }

  @Test
  void keepsItsPermitsIfItsTimerCannotBeSet() throws Exception {
    WeightedSemaphore broken = WeightedSemaphore.bounded(1, new BrokenClock());
    assertTrue(broken.tryAcquire(SECOND));
    assertThrows(IllegalStateException.class, () -> broken.tryAcquire(SECOND));
    assertEquals(0, broken.waiters());
    broken.release();
    assertEquals(1, broken.availablePermits());
  }

  @Test
  void losesNoPermitWhenItIsInterruptedAsItIsGranted() throws Exception {
    for (int round = 0; round < 500; round++) {
      three.acquire(3);
      Running<Boolean> waiting = queueUp(three, () -> acquire(2));
      Running<Boolean> releasing = Running.start(() -> release(3));
      waiting.thread().interrupt();
      assertTrue(releasing.join());
      if (acquired(waiting)) {
        three.release(2);
      }
      assertEquals(3, three.availablePermits(), "round " + round);
    }
  }

  @Test
  void keepsAnInterruptThatComesAfterThePermits() throws Exception {
    ParkedThread thread = new ParkedThread(clock, () -> {});
    Waiting granted = three.queue().enqueue(3, thread);
    Thread.currentThread().interrupt();
    assertTrue(thread.await(granted));
    assertTrue(Thread.interrupted());
  }

  @Test
  void givesBackWhatABlockHeldHoweverItEnds() throws Exception {
    try (var _ = three.hold(2)) {
      assertEquals(1, three.availablePermits());
    }
    assertEquals(3, three.availablePermits());
    WeightedSemaphore.Held held = three.hold(1);
    held.close();
    held.close();
    assertEquals(3, three.availablePermits());
    assertEquals(1, three.holding(2, three::availablePermits));
    var broken = new IOException("thrown by the test");
    assertEquals(
        broken,
        assertThrows(
            IOException.class,
            () ->
                three.holding(
                    2,
                    () -> {
                      throw broken;
                    })));
    assertEquals(3, three.availablePermits());
  }

  @Test
  @DisplayName("AX9: never more is held than there are permits, whoever asks how")
  void neverMoreIsHeldThanThereIs() throws Exception {
    AtomicInteger held = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<Running<Boolean>> threads = new ArrayList<>();
    for (int thread = 0; thread < 6; thread++) {
      int permits = 1 + thread % 3;
      threads.add(
          Running.start(
              () -> {
                for (int time = 0; time < 500; time++) {
                  if (time % 3 != 0 || !three.tryAcquire(permits)) {
                    three.acquire(permits);
                  }
                  most.accumulateAndGet(held.addAndGet(permits), Math::max);
                  held.addAndGet(-permits);
                  three.release(permits);
                }
                return true;
              }));
    }
    for (Running<Boolean> each : threads) {
      assertTrue(each.join());
    }
    assertTrue(most.get() <= 3, () -> most + " held");
    assertEquals(3, three.availablePermits());
  }

  private boolean acquire(int permits) throws InterruptedException {
    three.acquire(permits);
    return true;
  }

  private boolean release(int permits) {
    three.release(permits);
    return true;
  }

  private static void assertInterrupted(Running<Boolean> waiting) {
    assertInstanceOf(
        InterruptedException.class,
        assertThrows(ExecutionException.class, waiting::join).getCause());
  }

  private static boolean acquired(Running<Boolean> waiting) throws Exception {
    try {
      return waiting.join();
    } catch (ExecutionException interrupted) {
      assertInstanceOf(InterruptedException.class, interrupted.getCause());
      return false;
    }
  }
}
