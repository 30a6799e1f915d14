package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.plan.RateLimit;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A paused limiter")
class PauseTest {
  private final FakeClock clock = new FakeClock();

  @Test
  void letsOneCallGoAtItsEndAndThenKeepsThePace() {
    Caller caller = paused(RateLimit.perSecond(10).burst(20));
    assertEquals(List.of(1000L, 1100L, 1200L, 1300L, 1400L), caller.starts());
  }

  @Test
  void letsOneCallGoAtItsEndAndThenSpreadsAWindow() {
    Caller caller = paused(RateLimit.window(5, Duration.ofSeconds(1)));
    assertEquals(List.of(1000L, 1200L, 1400L, 1600L, 1800L), caller.starts());
  }

  @Test
  void letsOneCallGoAtItsEndAndThenKeepsTheSpacing() {
    Caller caller = paused(RateLimit.spacing(Duration.ofMillis(50)));
    assertEquals(List.of(1000L, 1050L, 1100L, 1150L, 1200L), caller.starts());
  }

  @Test
  void letsEverybodyGoAtItsEndIfThereIsNoLimit() {
    Caller caller = paused(RateLimit.unlimited());
    assertEquals(List.of(1000L, 1000L, 1000L, 1000L, 1000L), caller.starts());
    assertEquals(1, clock.fired());
  }

  /** Five callers who ask while a pause of a second goes on. */
  private Caller paused(RateLimit limit) {
    RateLimiter limiter = RateLimiter.of(limit, clock);
    limiter.pause(Duration.ofSeconds(1));
    assertFalse(limiter.tryAcquire());
    clock.advance(Duration.ofMillis(500));
    Caller caller = new Caller(limiter, clock);
    caller.askTimes(5);
    clock.advance(Duration.ofSeconds(5));
    return caller;
  }

  @Test
  @DisplayName("A12: sleeping waiters stay held when it is paused for longer")
  void holdsThoseWhoSleepAlready() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(10), clock);
    Caller caller = new Caller(limiter, clock);
    caller.askTimes(3);
    limiter.pause(Duration.ofMillis(300));
    clock.advance(Duration.ofMillis(200));
    limiter.pause(Duration.ofMillis(800));
    clock.advance(Duration.ofMillis(799));
    assertEquals(List.of(0L), caller.starts());
    clock.advance(Duration.ofSeconds(1));
    assertEquals(List.of(0L, 1000L, 1100L), caller.starts());
  }

  @Test
  void endsWithTheFurthestPause() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(10), clock);
    limiter.pause(Duration.ofSeconds(2));
    limiter.pause(Duration.ofSeconds(1));
    clock.advance(Duration.ofMillis(1_999));
    assertFalse(limiter.tryAcquire());
    clock.advance(Duration.ofMillis(1));
    assertTrue(limiter.tryAcquire());
  }

  @Test
  void letsNothingFreeThrough() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(10).costing(item -> 0), clock);
    limiter.pause(Duration.ofSeconds(1));
    assertFalse(limiter.tryAcquire());
    clock.advance(Duration.ofSeconds(1));
    assertTrue(limiter.tryAcquire());
    assertTrue(limiter.tryAcquire());
  }

  @Test
  void grantsNothingSoonerThanWithoutThePause() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(1), clock);
    assertTrue(limiter.tryAcquire());
    limiter.pause(Duration.ofMillis(10));
    clock.advance(Duration.ofMillis(999));
    assertFalse(limiter.tryAcquire());
    clock.advance(Duration.ofMillis(1));
    assertTrue(limiter.tryAcquire());
  }

  @Test
  void holdsEveryLimitOfABudget() {
    RateLimit budget =
        RateLimit.all(
            RateLimit.perSecond(10).burst(10), RateLimit.window(50, Duration.ofSeconds(1)));
    assertEquals(List.of(1000L, 1100L, 1200L, 1300L, 1400L), paused(budget).starts());
  }

  @Test
  void doesNotChangeForAPauseOfZero() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(1).burst(2), clock);
    limiter.pause(Duration.ZERO);
    assertTrue(limiter.tryAcquire());
    assertTrue(limiter.tryAcquire());
  }

  @Test
  void canBePausedForEver() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(1), clock);
    Caller caller = new Caller(limiter, clock);
    limiter.pause(ChronoUnit.FOREVER.getDuration());
    limiter.pause(Duration.ofSeconds(1));
    caller.askTimes(1);
    clock.advance(Duration.ofDays(20_000));
    assertEquals(List.of(), caller.starts());
  }

  @Test
  void isNotPausedForANegativeTime() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(1), clock);
    Duration negative = Duration.ofNanos(-1);
    assertThrows(IllegalArgumentException.class, () -> limiter.pause(negative));
    assertThrows(IllegalArgumentException.class, () -> limiter.pause("item", negative));
  }

  @Test
  void ofOneKeyLetsTheOthersGo() {
    RateLimiter limiter = perLetter();
    Caller caller = new Caller(limiter, clock);
    limiter.pause("a1", Duration.ofSeconds(1));
    caller.ask("a2");
    caller.ask("b1");
    assertEquals(List.of("b1"), caller.served());
    clock.advance(Duration.ofSeconds(1));
    assertEquals(List.of("b1", "a2"), caller.served());
  }

  @Test
  void ofAllKeysHoldsAlsoThoseNotSeenYet() {
    RateLimiter limiter = perLetter();
    Caller caller = new Caller(limiter, clock);
    caller.ask("a1");
    limiter.pause(Duration.ofSeconds(1));
    caller.ask("a2");
    caller.ask("b1");
    caller.ask("b2");
    clock.advance(Duration.ofMillis(999));
    assertEquals(List.of("a1"), caller.served());
    clock.advance(Duration.ofMillis(1));
    assertEquals(List.of("a1", "a2", "b1"), caller.served());
    assertTrue(limiter.tryAcquireFor("c1"));
    assertFalse(limiter.tryAcquireFor("c2"), "the pace holds for new keys too");
    clock.advance(Duration.ofMillis(100));
    assertEquals(List.of("a1", "a2", "b1", "b2"), caller.served());
    clock.advance(Duration.ofSeconds(1));
    assertTrue(limiter.tryAcquireFor("d1"));
    assertTrue(limiter.tryAcquireFor("d2"), "until the burst is there again");
  }

  @Test
  void withoutKeysHoldsEverybodyForAnItem() {
    RateLimiter limiter = RateLimiter.of(RateLimit.unlimited(), clock);
    limiter.pause("a", Duration.ofSeconds(1));
    assertFalse(limiter.tryAcquireFor("b"));
  }

  private RateLimiter perLetter() {
    RateLimit each = RateLimit.perSecond(10).burst(2);
    return RateLimiter.of(each.by((String item) -> item.charAt(0)), clock);
  }
}
