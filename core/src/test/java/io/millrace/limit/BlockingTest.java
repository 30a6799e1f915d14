package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.limit.spi.Waiter;
import io.millrace.limit.spi.Waiting;
import io.millrace.plan.RateLimit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A thread that acquires")
class BlockingTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final FakeClock clock = new FakeClock();
  private final RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(1), clock);

  @Test
  void goesOnAtOnceIfThePermitIsThere() throws Exception {
    limiter.acquire();
    assertEquals(0, clock.pending());
    assertFalse(limiter.tryAcquire());
  }

  @Test
  void waitsForItsPermit() throws Exception {
    limiter.acquire();
    Running<Long> waiting = Running.start(() -> acquiredAt(limiter));
    clock.awaitPending(1);
    clock.advance(SECOND);
    assertEquals(1_000_000_000, waiting.join());
  }

  @Test
  @DisplayName("A56: 8 threads that share a spacing start one period apart")
  void isSpacedFromTheOthers() throws Exception {
    RateLimiter spaced = RateLimiter.of(RateLimit.spacing(SECOND), clock);
    BlockingQueue<Long> starts = new LinkedBlockingQueue<>();
    List<Running<Boolean>> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      threads.add(Running.start(() -> starts.add(acquiredAt(spaced))));
    }
    for (int i = 0; i < 8; i++) {
      assertEquals(i * 1_000_000_000L, starts.take());
      if (i < 7) {
        clock.awaitPending(1);
        clock.advance(SECOND);
      }
    }
    for (Running<Boolean> thread : threads) {
      thread.join();
    }
  }

  @Test
  @DisplayName("A54: shares the rate with asynchronous callers")
  void sharesTheRateWithAsynchronousCallers() throws Exception {
    Caller caller = new Caller(limiter, clock);
    caller.ask(1);
    Running<Long> waiting = Running.start(() -> acquiredAt(limiter));
    clock.awaitPending(1);
    caller.ask(1);
    clock.advance(SECOND);
    assertEquals(1_000_000_000, waiting.join());
    clock.advance(SECOND);
    assertEquals(List.of(0L, 2_000L), caller.starts());
  }

  @Test
  void takesNothingIfItIsInterruptedBefore() {
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, limiter::acquire);
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> limiter.tryAcquireFor(null, SECOND));
    assertFalse(Thread.currentThread().isInterrupted());
    assertTrue(limiter.tryAcquire());
  }

  @Test
  void leavesTheQueueWhenItIsInterrupted() throws Exception {
    limiter.acquire();
    Running<Long> waiting = Running.start(() -> acquiredAt(limiter));
    clock.awaitPending(1);
    waiting.thread().interrupt();
    assertInstanceOf(
        InterruptedException.class,
        assertThrows(ExecutionException.class, waiting::join).getCause());
    assertEquals(0, clock.pending());
    clock.advance(SECOND);
    assertTrue(limiter.tryAcquire());
  }

  @Test
  void doesNotLosePermitsWhenItIsInterruptedAsItIsGranted() throws Exception {
    for (int round = 0; round < 500; round++) {
      assertTrue(limiter.tryAcquire());
      Running<Boolean> waiting =
          Running.start(() -> limiter.tryAcquireFor(null, Duration.ofHours(1)));
      clock.awaitPending(2);
      Running<Boolean> timer = Running.start(() -> advanceBy(SECOND));
      waiting.thread().interrupt();
      timer.join();
      boolean acquired = acquired(waiting);
      assertEquals(!acquired, limiter.tryAcquire(), "round " + round);
      assertEquals(0, clock.pending());
      clock.advance(SECOND);
    }
  }

  /* Interrupt, then grant, then the attempt to leave the queue: the head's claim keeps them apart. */
  @Test
  void hasItsPermitIfItIsGrantedBeforeItCanLeave() throws Exception {
    FakeClock late = new FakeClock(() -> SECOND.toNanos());
    RateLimiter two = RateLimiter.of(RateLimit.perSecond(1).burst(2), late);
    assertTrue(two.tryAcquire() && two.tryAcquire());
    AtomicReference<Thread> second = new AtomicReference<>();
    two.queue().enqueue(two.queue().demand(null), new Interrupting(second));
    Running<Boolean> waiting =
        Running.start(() -> two.tryAcquireFor(null, Duration.ofHours(1)) && Thread.interrupted());
    second.set(waiting.thread());
    late.awaitPending(2);
    late.advance(SECOND.multipliedBy(2));
    assertTrue(waiting.join(), "granted, and the interrupt is still set");
    assertEquals(0, late.pending());
  }

  private record Interrupting(AtomicReference<Thread> victim) implements Waiter {
    @Override
    public Answer claim() {
      victim.get().interrupt();
      while (victim.get().isInterrupted()) {
        Thread.onSpinWait();
      }
      return Answer.TAKE;
    }

    @Override
    public void granted() {}

    @Override
    public void declined() {}
  }

  @Test
  void keepsAnInterruptThatComesAfterThePermit() throws Exception {
    ParkedThread thread = new ParkedThread(clock, () -> {});
    Waiting granted = limiter.queue().enqueue(limiter.queue().demand(null), thread);
    Thread.currentThread().interrupt();
    assertTrue(thread.await(granted));
    assertTrue(Thread.interrupted());
  }

  @Test
  void givesUpWhenItsTimeIsOver() throws Exception {
    limiter.acquire();
    Caller first = new Caller(limiter, clock);
    first.ask(1);
    Running<Boolean> waiting =
        Running.start(() -> limiter.tryAcquireFor(null, Duration.ofMillis(1_900)));
    clock.awaitPending(2);
    clock.advance(Duration.ofMillis(1_900));
    assertFalse(waiting.join());
    assertEquals(0, clock.pending());
    clock.advance(Duration.ofMillis(100));
    assertTrue(limiter.tryAcquire());
  }

  @Test
  void acquiresInTimeAndKeepsNoTimer() throws Exception {
    limiter.acquire();
    Running<Boolean> waiting =
        Running.start(() -> limiter.tryAcquireFor(null, Duration.ofMillis(1_100)));
    clock.awaitPending(2);
    clock.advance(SECOND);
    assertTrue(waiting.join());
    assertEquals(0, clock.pending());
  }

  @Test
  void doesNotWaitWithoutATimeToWait() throws Exception {
    assertTrue(limiter.tryAcquireFor(null, Duration.ZERO));
    assertFalse(limiter.tryAcquireFor(null, Duration.ZERO));
    assertThrows(
        IllegalArgumentException.class, () -> limiter.tryAcquireFor(null, Duration.ofNanos(-1)));
  }

  @Test
  void takesADurationForATimeAndNotForAnItem() throws Exception {
    assertTrue(limiter.tryAcquire(Duration.ZERO));
    Running<Boolean> waiting = Running.start(() -> limiter.tryAcquire(SECOND));
    clock.awaitPending(2);
    clock.advance(SECOND);
    assertTrue(waiting.join());
    assertFalse(limiter.tryAcquire(Duration.ZERO));
  }

  @Test
  void neverGetsMoreThanTheLimitTogetherWithOthers() throws Exception {
    RateLimiter window = RateLimiter.of(RateLimit.window(1_000, Duration.ofHours(1)), clock);
    AtomicInteger acquired = new AtomicInteger();
    List<Running<Boolean>> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      threads.add(Running.start(() -> takeUntilRefused(window, acquired)));
    }
    for (Running<Boolean> thread : threads) {
      thread.join();
    }
    assertEquals(1_000, acquired.get());
  }

  private static boolean takeUntilRefused(RateLimiter limiter, AtomicInteger acquired)
      throws InterruptedException {
    while (limiter.tryAcquire()) {
      acquired.incrementAndGet();
      if (limiter.tryAcquireFor(null, Duration.ZERO)) {
        acquired.incrementAndGet();
      }
    }
    return true;
  }

  private boolean advanceBy(Duration duration) {
    clock.advance(duration);
    return true;
  }

  private long acquiredAt(RateLimiter limiter) throws InterruptedException {
    limiter.acquire();
    return clock.elapsed();
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
