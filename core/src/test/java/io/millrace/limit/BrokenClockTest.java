package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.limit.spi.Demand;
import io.millrace.limit.spi.Waiter;
import io.millrace.plan.RateLimit;
import io.millrace.time.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A thread that acquires by a clock that fails")
class BrokenClockTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final IllegalStateException broken = new IllegalStateException("thrown by the clock");
  private Runnable whileWaiting = () -> {};
  private boolean awaitFails;
  private boolean cancelFails;

  private final TimeSource clock =
      new TimeSource() {
        @Override
        public long nanoTime() {
          return 0;
        }

        @Override
        public Instant now() {
          return Instant.EPOCH;
        }

        @Override
        public Timer schedule(long atNanos, Runnable task) {
          return () -> {
            if (cancelFails) {
              throw broken;
            }
          };
        }

        @Override
        public void sleep(Duration duration) {
          throw new AssertionError("nobody sleeps here");
        }

        @Override
        public Wait newWait() {
          Wait wait = TimeSource.super.newWait();
          return new Wait() {
            @Override
            public void await() throws InterruptedException {
              whileWaiting.run();
              if (awaitFails) {
                throw broken;
              }
              wait.await();
            }

            @Override
            public void end() {
              wait.end();
            }
          };
        }
      };

  private final WeightedSemaphore one = WeightedSemaphore.bounded(1, clock);
  private final RateLimiter perHour = RateLimiter.of(RateLimit.perHour(1), clock);

  @Test
  @DisplayName("E21: gives a permit back that it was granted while its wait failed")
  void givesBackWhatItWasGranted() throws Exception {
    awaitFails = true;
    whileWaiting = one::release;
    one.acquire();
    assertSame(broken, assertThrows(IllegalStateException.class, one::acquire));
    assertEquals(1, one.availablePermits());
    one.acquire();
    assertSame(broken, assertThrows(IllegalStateException.class, () -> one.tryAcquire(SECOND)));
    assertEquals(1, one.availablePermits());
  }

  @Test
  @DisplayName("E21: leaves the queue if its wait failed before it was granted anything")
  void leavesTheQueue() throws Exception {
    awaitFails = true;
    one.acquire();
    assertSame(broken, assertThrows(IllegalStateException.class, one::acquire));
    assertEquals(0, one.waiters());
    assertEquals(0, one.availablePermits());
  }

  @Test
  @DisplayName("E21: keeps the permit if only its timer cannot be cancelled")
  void keepsThePermit() throws Exception {
    cancelFails = true;
    whileWaiting = one::release;
    one.acquire();
    assertTrue(one.tryAcquire(SECOND));
    assertEquals(0, one.availablePermits());
  }

  @Test
  @DisplayName("E21: a rate limiter's permit goes back as well")
  void rateLimiter() throws Exception {
    Demand taken = perHour.queue().demand(null);
    assertTrue(perHour.queue().tryTake(taken));
    awaitFails = true;
    whileWaiting = () -> perHour.queue().giveBack(taken);
    assertSame(broken, assertThrows(IllegalStateException.class, perHour::acquire));
    assertTrue(perHour.tryAcquire());
  }

  @Test
  @DisplayName("E11, E25: grants nothing early if the clock fails twice")
  void nothingEarly() throws Exception {
    Thread test = Thread.currentThread();
    CountDownLatch rung = new CountDownLatch(1);
    AtomicBoolean hasFailed = new AtomicBoolean();
    TimeSource failing =
        new TimeSource() {
          @Override
          public long nanoTime() {
            if (Thread.currentThread() != test && hasFailed.compareAndSet(false, true)) {
              rung.countDown();
              throw broken;
            }
            return 0;
          }

          @Override
          public Instant now() {
            return Instant.EPOCH;
          }

          @Override
          public Timer schedule(long atNanos, Runnable task) {
            if (!hasFailed.get()) {
              throw broken;
            }
            return () -> {};
          }

          @Override
          public void sleep(Duration duration) {
            throw new AssertionError("nobody sleeps here");
          }
        };
    RateLimiter limiter = RateLimiter.of(RateLimit.spacing(Duration.ofSeconds(10)), failing);
    assertTrue(limiter.tryAcquire());
    AtomicBoolean isGranted = new AtomicBoolean();
    limiter
        .queue()
        .enqueue(
            limiter.queue().demand(null),
            new Waiter() {
              @Override
              public Answer claim() {
                isGranted.set(true);
                return Answer.TAKE;
              }

              @Override
              public void granted() {}

              @Override
              public void declined() {}
            });
    rung.await();
    limiter.pause(Duration.ofNanos(1)); // waits for the turn of whoever rang
    assertFalse(isGranted.get());
  }

  @Test
  @DisplayName("E11: answers an asynchronous call with a failed future if it cannot be queued")
  void asynchronousCall() {
    AtomicInteger looks = new AtomicInteger();
    TimeSource failing =
        new TimeSource() {
          @Override
          public long nanoTime() {
            if (looks.incrementAndGet() == 4) { // made, taken, tried, queued
              throw broken;
            }
            return 0;
          }

          @Override
          public Instant now() {
            return Instant.EPOCH;
          }

          @Override
          public Timer schedule(long atNanos, Runnable task) {
            return () -> {};
          }

          @Override
          public void sleep(Duration duration) {
            throw new AssertionError("nobody sleeps here");
          }
        };
    RateLimiter limiter = RateLimiter.of(RateLimit.perHour(1), failing);
    assertTrue(limiter.tryAcquire());
    var call = limiter.async(() -> CompletableFuture.completedFuture("value")).get();
    assertSame(broken, call.exceptionNow());
  }
}
