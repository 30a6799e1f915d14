package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.limit.spi.Waiter;
import io.millrace.limit.spi.Waiting;
import io.millrace.plan.RateLimit;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is asked of a limit per key for whose keys many wait. */
@NoLeaks
class ManyKeysTest {
  private final ManualClock clock = new ManualClock();
  private final long start = clock.nanoTime();
  private final List<Long> grants = new ArrayList<>();

  @AfterEach
  void close() {
    clock.close();
  }

  private Waiting enqueue(RateLimiter limiter, Object item) {
    return limiter
        .queue()
        .enqueue(
            limiter.queue().demand(item),
            new Waiter() {
              @Override
              public Answer claim() {
                return Answer.TAKE;
              }

              @Override
              public void granted() {
                grants.add(Duration.ofNanos(clock.nanoTime() - start).toMillis());
              }

              @Override
              public void declined() {
                throw new AssertionError("it takes");
              }
            });
  }

  @Test
  @DisplayName(
      "A12: a pause of everybody costs the same however many keys wait, and none goes before its end")
  void pauseOfEverybody() {
    RateLimit limit =
        RateLimit.all(RateLimit.perSecond(1_000).by(item -> item), RateLimit.perSecond(10));
    RateLimiter limiter = RateLimiter.of(limit, clock);
    for (int i = 0; i < 500; i++) {
      enqueue(limiter, i);
    }
    assertEquals(List.of(0L), grants);
    int timers = clock.timers();
    limiter.pause(Duration.ofSeconds(5));
    assertEquals(timers, clock.timers(), "timers");
    assertEquals(499, limiter.waiters());
    assertEquals(499, limiter.pausedWaiters());
    clock.advance(Duration.ofMillis(4_999));
    assertEquals(List.of(0L), grants);
    clock.advance(Duration.ofMillis(201));
    assertEquals(List.of(0L, 5_000L, 5_100L, 5_200L), grants);
    assertEquals(0, limiter.pausedWaiters());
    assertEquals(496, limiter.waiters());
  }

  @Test
  @DisplayName(
      "The waiters of all keys are counted as they come, go and leave, and those of a paused key apart")
  void counts() {
    RateLimiter limiter =
        RateLimiter.of(RateLimit.perSecond(1).by(item -> item).idleKeys(3), clock);
    List<Waiting> waiting = new ArrayList<>();
    for (int i = 0; i < 6_000; i++) {
      waiting.add(enqueue(limiter, i / 2));
    }
    assertEquals(3_000, limiter.waiters());
    assertEquals(0, limiter.pausedWaiters());
    limiter.pause(7, Duration.ofMinutes(1));
    limiter.pause(2_000, Duration.ofMinutes(1));
    assertEquals(2, limiter.pausedWaiters());
    assertTrue(waiting.get(15).cancel());
    assertEquals(1, limiter.pausedWaiters());
    assertEquals(2_999, limiter.waiters());
    clock.advance(Duration.ofSeconds(1));
    assertEquals(1, limiter.waiters());
    clock.advance(Duration.ofMinutes(1));
    assertEquals(0, limiter.waiters());
    assertEquals(0, limiter.pausedWaiters());
  }
}
