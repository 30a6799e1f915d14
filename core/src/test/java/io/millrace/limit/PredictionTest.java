package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.limit.spi.Demand;
import io.millrace.plan.RateLimit;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("E24: The earliest time of a permit")
class PredictionTest {
  private static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();

  private final FakeClock clock = new FakeClock();

  private RateLimiter of(RateLimit limit) {
    return RateLimiter.of(limit, clock);
  }

  private long millisUntil(RateLimiter limiter, Object item) {
    return (limiter.queue().earliest(limiter.queue().demand(item)) - clock.nanoTime()) / 1_000_000;
  }

  @Test
  void isNowIfItIsThere() {
    RateLimiter limiter = of(RateLimit.perSecond(1));
    clock.advance(Duration.ofHours(1));
    assertEquals(0, millisUntil(limiter, null));
    assertTrue(limiter.tryAcquire());
    assertEquals(1_000, millisUntil(limiter, null));
  }

  @Test
  void goesByTheSlowestLimitAndTheCost() {
    RateLimiter limiter =
        of(
            RateLimit.all(
                RateLimit.perSecond(10),
                RateLimit.window(100, Duration.ofSeconds(1)).costing((Integer item) -> item),
                RateLimit.spacing(Duration.ofMillis(300))));
    assertTrue(limiter.tryAcquireFor(60));
    assertEquals(300, millisUntil(limiter, 40));
    assertEquals(1_000, millisUntil(limiter, 41));
  }

  @Test
  void doesNotCountThoseWhoWaitBefore() {
    RateLimiter limiter = of(RateLimit.perSecond(1));
    new Caller(limiter, clock).askTimes(10);
    assertEquals(1_000, millisUntil(limiter, null));
  }

  @Test
  void goesByPausesOfEverybodyAndOfAKey() {
    RateLimiter limiter = of(RateLimit.perSecond(1).by(item -> item));
    limiter.pause("a", Duration.ofSeconds(5));
    assertEquals(5_000, millisUntil(limiter, "a"));
    assertEquals(0, millisUntil(limiter, "b"));
    limiter.pause(Duration.ofSeconds(3));
    assertEquals(5_000, millisUntil(limiter, "a"));
    assertEquals(3_000, millisUntil(limiter, "b"));
    assertEquals(3_000, millisUntil(limiter, "new"));
  }

  @Test
  void isFarAwayAtMost() {
    RateLimiter limiter = of(RateLimit.per(1, FOREVER));
    limiter.pause(FOREVER);
    limiter.pause(FOREVER);
    long wait = limiter.queue().earliest(limiter.queue().demand(null)) - clock.nanoTime();
    assertTrue(wait > 0 && wait <= Bucket.LONGEST, wait + " ns");
  }

  @Test
  void endsAWaitThatIsInVainBeforeItBegins() throws Exception {
    RateLimiter limiter = of(RateLimit.perSecond(1));
    limiter.acquire();
    assertFalse(limiter.tryAcquire(Duration.ofMillis(999)));
    limiter.pause(Duration.ofHours(1));
    assertFalse(limiter.tryAcquire(Duration.ofMinutes(59)));
    limiter.pause(FOREVER);
    assertFalse(limiter.tryAcquire(Duration.ofDays(10_000)));
    assertEquals(0, clock.scheduled());
  }

  @Test
  void isAwaitedIfItIsInTime() throws Exception {
    RateLimiter limiter = of(RateLimit.perSecond(1));
    limiter.acquire();
    Running<Boolean> waiting = Running.start(() -> limiter.tryAcquire(Duration.ofSeconds(1)));
    clock.awaitPending(2);
    clock.advance(Duration.ofSeconds(1));
    waiting.join();
  }

  @Test
  void isNotKnownIfCostsAreSettled() throws Exception {
    RateLimiter limiter =
        of(
            RateLimit.perSecond(1)
                .burst(10)
                .costing((Integer item) -> item)
                .settling((Integer item, Integer value) -> value));
    Demand demand = limiter.queue().demand(10);
    assertTrue(limiter.queue().tryTake(demand));
    Running<Boolean> waiting = Running.start(() -> limiter.tryAcquireFor(5, Duration.ofSeconds(1)));
    clock.awaitPending(2);
    limiter.queue().settle(demand, 10, 1);
    assertTrue(waiting.join());
  }
}
