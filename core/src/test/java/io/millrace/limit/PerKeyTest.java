package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.limit.spi.Waiting;
import io.millrace.plan.RateLimit;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A limit per key")
class PerKeyTest {
  private final FakeClock clock = new FakeClock();

  @Test
  void doesNotLetABusyKeyHoldUpTheOthers() {
    Caller caller = new Caller(remembering(10), clock);
    caller.ask(1);
    caller.ask(11);
    caller.ask(21);
    caller.ask(2);
    assertEquals(List.of(1, 2), caller.served());
    clock.advance(Duration.ofSeconds(2));
    assertEquals(List.of(1, 2, 11, 21), caller.served());
    assertEquals(List.of(0L, 0L, 1000L, 2000L), caller.starts());
  }

  @Test
  void hasATimerForEachKeySomebodyWaitsFor() {
    Caller caller = new Caller(remembering(10), clock);
    for (int i = 0; i < 30; i++) {
      caller.ask(i);
    }
    assertEquals(10, clock.pending());
  }

  @Test
  void remembersNoMoreKeysThanCount() {
    RateLimiter limiter =
        RateLimiter.of(RateLimit.perSecond(1).by(item -> item).idleKeys(5), clock);
    for (int i = 0; i < 1_000; i++) {
      assertTrue(limiter.tryAcquireFor(i));
    }
    assertEquals(1_000, limiter.keys(), "each still counts");
    clock.advance(Duration.ofSeconds(1));
    for (int i = 0; i < 400; i++) {
      limiter.tryAcquireFor(1_000); // each call drops a few
    }
    assertEquals(5, limiter.keys());
  }

  @Test
  void staysBoundedWhileKeysComeAndGo() {
    RateLimiter limiter =
        RateLimiter.of(RateLimit.perSecond(1).by(item -> item).idleKeys(5), clock);
    int most = 0;
    for (int i = 0; i < 20_000; i++) {
      clock.advance(Duration.ofMillis(10));
      assertTrue(limiter.tryAcquireFor(i));
      most = Math.max(most, limiter.keys());
    }
    assertTrue(most <= 150, most + " keys, though only 100 count at any time");
  }

  @Test
  void forgetsTheLeastRecentlyUsedKeyFirst() {
    RateLimiter limiter =
        RateLimiter.of(RateLimit.perSecond(1_000).by(item -> item).idleKeys(2), clock);
    for (String key : List.of("a", "b", "a", "c")) {
      clock.advance(Duration.ofMillis(1));
      assertTrue(limiter.tryAcquireFor(key));
    }
    assertEquals(2, limiter.keys());
    clock.advance(Duration.ofMillis(1));
    assertTrue(limiter.tryAcquireFor("a"));
    assertEquals(2, limiter.keys());
  }

  @Test
  void remembersNoKeyThatIsNotLimitedBeforeItIsPaused() {
    RateLimiter limiter = RateLimiter.of(RateLimit.unlimited().by(item -> item), clock);
    assertTrue(limiter.tryAcquireFor("a"));
    assertEquals(0, limiter.keys());
    limiter.pause("a", Duration.ofSeconds(1));
    assertEquals(1, limiter.keys());
    assertFalse(limiter.tryAcquireFor("a"));
    assertTrue(limiter.tryAcquireFor("b"));
    clock.advance(Duration.ofSeconds(1));
    assertTrue(limiter.tryAcquireFor("a"));
  }

  @Test
  void neverForgetsAKeyWhoseHistoryCounts() {
    RateLimiter limiter =
        RateLimiter.of(RateLimit.perSecond(1).by(item -> item).idleKeys(0), clock);
    assertTrue(limiter.tryAcquireFor("used"));
    clock.advance(Duration.ofMillis(999));
    for (int i = 0; i < 100; i++) {
      limiter.tryAcquireFor(i);
    }
    assertFalse(limiter.tryAcquireFor("used"));
  }

  @Test
  void neverForgetsAPausedKeyAndForgetsOthersAllTheSame() {
    RateLimiter limiter =
        RateLimiter.of(RateLimit.perSecond(1).by(item -> item).idleKeys(0), clock);
    for (int i = 0; i < 20; i++) {
      limiter.pause(i, Duration.ofHours(1));
    }
    for (int i = 100; i < 400; i++) {
      clock.advance(Duration.ofSeconds(1));
      assertTrue(limiter.tryAcquireFor(i));
    }
    assertTrue(limiter.keys() <= 30, limiter.keys() + " keys");
    for (int i = 0; i < 20; i++) {
      assertFalse(limiter.tryAcquireFor(i));
    }
  }

  @Test
  void neverForgetsAKeySomebodyWaitsFor() {
    RateLimiter limiter =
        RateLimiter.of(RateLimit.perSecond(1).by(item -> item).idleKeys(0), clock);
    Caller caller = new Caller(limiter, clock);
    caller.ask("a");
    Waiting waiting = caller.ask("a");
    for (int i = 0; i < 100; i++) {
      limiter.tryAcquireFor(i);
    }
    assertTrue(waiting.cancel());
    caller.ask("a");
    clock.advance(Duration.ofSeconds(1));
    assertEquals(List.of("a", "a"), caller.served());
  }

  @Test
  void refusesAKeyThatIsNull() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(1).by(item -> null), clock);
    assertThrows(NullPointerException.class, () -> limiter.tryAcquireFor("item"));
    assertThrows(NullPointerException.class, () -> limiter.pause("item", Duration.ofSeconds(1)));
    assertEquals(0, limiter.keys());
  }

  @Test
  void throwsWhatTheKeyFunctionThrows() {
    RateLimiter limiter =
        RateLimiter.of(RateLimit.perSecond(1).by((String item) -> item.charAt(5)), clock);
    assertThrows(StringIndexOutOfBoundsException.class, () -> limiter.queue().demand("item"));
  }

  @Test
  void hasNoKeysIfItIsNotPerKey() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(1), clock);
    assertTrue(limiter.tryAcquireFor("a"));
    assertEquals(0, limiter.keys());
  }

  private RateLimiter remembering(int idleKeys) {
    RateLimit each = RateLimit.perSecond(1);
    return RateLimiter.of(each.by((Integer item) -> item % 10).idleKeys(idleKeys), clock);
  }
}
