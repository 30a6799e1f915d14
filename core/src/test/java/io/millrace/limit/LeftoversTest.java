package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.limit.spi.Party;
import io.millrace.limit.spi.Waiting;
import io.millrace.plan.RateLimit;
import io.millrace.time.TimeSource;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("E1: A limit keeps nothing")
class LeftoversTest {
  private static final int TIMES = 1_000_000;
  private static final Duration MILLI = Duration.ofMillis(1);

  private final FakeClock time = new FakeClock();
  private boolean interrupts;

  /** A waiting thread moves the time itself, or is interrupted. */
  private final TimeSource clock =
      new TimeSource() {
        @Override
        public long nanoTime() {
          return time.nanoTime();
        }

        @Override
        public Instant now() {
          return time.now();
        }

        @Override
        public Timer schedule(long atNanos, Runnable action) {
          return time.schedule(atNanos, action);
        }

        @Override
        public void sleep(Duration duration) {
          throw new UnsupportedOperationException();
        }

        @Override
        public Wait newWait() {
          return new Wait() {
            @Override
            public void await() throws InterruptedException {
              if (interrupts) {
                throw new InterruptedException();
              }
              time.advance(MILLI);
            }

            @Override
            public void end() {}
          };
        }
      };

  @Test
  void ofAThreadThatTimesOut() throws Exception {
    RateLimiter limiter =
        RateLimiter.of(
            RateLimit.perHour(1).costing((Integer item) -> item).settling((item, value) -> 1),
            clock);
    WeightedSemaphore semaphore = WeightedSemaphore.bounded(1, clock);
    assertTrue(limiter.tryAcquireFor(1) && semaphore.tryAcquire());
    for (int i = 0; i < TIMES; i++) {
      assertFalse(limiter.tryAcquireFor(1, MILLI));
      assertFalse(semaphore.tryAcquire(MILLI));
    }
    assertEquals(0, time.pending());
    assertEquals(0, semaphore.waiters());
  }

  @Test
  void ofAThreadThatIsInterrupted() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(1), clock);
    WeightedSemaphore semaphore = WeightedSemaphore.bounded(1, clock);
    assertTrue(limiter.tryAcquire() && semaphore.tryAcquire());
    interrupts = true;
    for (int i = 0; i < TIMES; i++) {
      assertThrows(InterruptedException.class, limiter::acquire);
      assertThrows(InterruptedException.class, semaphore::acquire);
    }
    assertEquals(0, time.pending());
    assertEquals(0, semaphore.waiters());
    time.advance(Duration.ofSeconds(1));
    assertTrue(limiter.tryAcquire());
  }

  @Test
  void ofAPartyWhoseWaitersHaveLeft() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(1), time);
    WeightedSemaphore semaphore = WeightedSemaphore.bounded(1);
    assertTrue(limiter.tryAcquire() && semaphore.tryAcquire());
    WeakReference<Party> party = useAndDrop(limiter, semaphore);
    assertTrue(isCollected(() -> party.refersTo(null)));
    assertTrue(semaphore.tryAcquire());
  }

  private static WeakReference<Party> useAndDrop(RateLimiter limiter, WeightedSemaphore semaphore) {
    Guest guest = new Guest(0);
    Waiting one =
        limiter.queue().enqueue(limiter.queue().demand(null), guest.named("a"), guest.party());
    Waiting other = semaphore.queue().enqueue(1, guest.named("b"), guest.party());
    semaphore.release(); // puts it off
    one.cancel();
    other.cancel();
    return new WeakReference<>(guest.party());
  }

  @Test
  void ofALimiterThatIsDroppedWhileItsPartyGoesOn() {
    Guest guest = new Guest(0);
    WeakReference<RateLimiter> limiter = servedAndDropped(guest);
    assertTrue(isCollected(() -> limiter.refersTo(null)));
    assertEquals(1, guest.served().size());
  }

  private WeakReference<RateLimiter> servedAndDropped(Guest guest) {
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(1), time);
    limiter.queue().enqueue(limiter.queue().demand(null), guest.named("a"), guest.party());
    guest.free();
    return new WeakReference<>(limiter);
  }

  private static boolean isCollected(BooleanSupplier gone) {
    for (int i = 0; i < 50 && !gone.getAsBoolean(); i++) {
      System.gc();
    }
    return gone.getAsBoolean();
  }
}
