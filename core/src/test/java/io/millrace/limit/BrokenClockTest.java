package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.plan.RateLimit;
import io.millrace.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A thread that acquires by a clock that fails")
class BrokenClockTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final IllegalStateException broken = new IllegalStateException("thrown by the clock");
  private Runnable whileWaiting = () -> {};
  private boolean awaitFails;
  private boolean cancelFails;

  private final Clock clock =
      new Clock() {
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
          Wait wait = Clock.super.newWait();
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

  private final Semaphore one = Semaphore.bounded(1, clock);
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
    Demand taken = perHour.demand(null);
    assertTrue(perHour.tryTake(taken));
    awaitFails = true;
    whileWaiting = () -> perHour.giveBack(taken);
    assertSame(broken, assertThrows(IllegalStateException.class, perHour::acquire));
    assertTrue(perHour.tryAcquire());
  }
}
