package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.limit.spi.Demand;
import io.millrace.plan.RateLimit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("E21: A permit without a call")
class GiveBackTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final FakeClock clock = new FakeClock();

  private Demand taken(RateLimiter limiter, Object item) {
    Demand demand = limiter.queue().demand(item);
    assertTrue(limiter.queue().tryTake(demand));
    return demand;
  }

  @Test
  void goesBackToTheNextUser() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perHour(1), clock);
    Demand demand = taken(limiter, null);
    clock.advance(SECOND);
    limiter.queue().giveBack(demand);
    assertTrue(limiter.tryAcquire());
    assertFalse(limiter.tryAcquire());
  }

  @Test
  void goesToWhoWaitsAlready() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perHour(1), clock);
    Demand demand = taken(limiter, null);
    Caller caller = new Caller(limiter, clock);
    caller.askTimes(2);
    limiter.queue().giveBack(demand);
    assertEquals(List.of(0L), caller.starts());
    clock.advance(Duration.ofHours(1));
    assertEquals(List.of(0L, 3_600_000L), caller.starts());
  }

  @Test
  void goesBackOnce() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perHour(1).burst(3), clock);
    Demand demand = taken(limiter, null);
    taken(limiter, null);
    taken(limiter, null);
    limiter.queue().giveBack(demand);
    limiter.queue().giveBack(demand);
    assertTrue(limiter.tryAcquire());
    assertFalse(limiter.tryAcquire());
    limiter.queue().giveBack(limiter.queue().demand(null));
    assertFalse(limiter.tryAcquire(), "nothing was taken");
  }

  @Test
  void isUndoneInEveryLimitOfABudgetWithItsCost() {
    RateLimit budget =
        RateLimit.all(
            RateLimit.perHour(2).burst(2),
            RateLimit.window(100, Duration.ofHours(1)).costing((Integer item) -> item),
            RateLimit.spacing(Duration.ofMinutes(1)));
    RateLimiter limiter = RateLimiter.of(budget, clock);
    Demand demand = taken(limiter, 80);
    clock.advance(SECOND);
    assertFalse(limiter.tryAcquireFor(20));
    limiter.queue().giveBack(demand);
    assertTrue(limiter.tryAcquireFor(100));
    clock.advance(Duration.ofMinutes(1));
    assertTrue(limiter.tryAcquireFor(0));
    assertFalse(limiter.tryAcquireFor(0));
  }

  @Test
  void ofAWindowLeavesTheOthersWhereTheyAre() {
    RateLimiter limiter = RateLimiter.of(RateLimit.window(2, SECOND), clock);
    Demand demand = taken(limiter, null);
    clock.advance(Duration.ofMillis(600));
    taken(limiter, null);
    limiter.queue().giveBack(demand);
    assertTrue(limiter.tryAcquire());
    clock.advance(Duration.ofMillis(999));
    assertFalse(limiter.tryAcquire());
    clock.advance(Duration.ofMillis(1));
    assertTrue(limiter.tryAcquire());
  }

  @Test
  void leavesTheGapToAnEarlierCall() {
    RateLimiter limiter = RateLimiter.of(RateLimit.spacing(SECOND), clock);
    Demand first = taken(limiter, null);
    clock.advance(SECOND);
    Demand second = taken(limiter, null);
    limiter.queue().giveBack(first);
    assertFalse(limiter.tryAcquire());
    limiter.queue().giveBack(second);
    assertTrue(limiter.tryAcquire());
  }

  @Test
  void doesNotEndAPause() {
    RateLimit budget =
        RateLimit.all(
            RateLimit.perSecond(10).burst(5),
            RateLimit.window(5, SECOND),
            RateLimit.spacing(Duration.ofMillis(1)));
    RateLimiter limiter = RateLimiter.of(budget, clock);
    Demand demand = taken(limiter, null);
    limiter.pause(SECOND);
    limiter.queue().giveBack(demand);
    assertFalse(limiter.tryAcquire());
    clock.advance(SECOND);
    taken(limiter, null);
    clock.advance(Duration.ofMillis(5));
    assertFalse(limiter.tryAcquire(), "after a pause there is no burst");
  }

  @Test
  void takenBeforeAPauseIsNoBurstAfterIt() {
    RateLimiter level = RateLimiter.of(RateLimit.perSecond(10).burst(5), clock);
    RateLimiter window = RateLimiter.of(RateLimit.window(5, SECOND), clock);
    for (RateLimiter limiter : List.of(level, window)) {
      Demand demand = taken(limiter, null);
      limiter.pause(SECOND);
      clock.advance(SECOND);
      assertTrue(limiter.tryAcquire());
      limiter.queue().giveBack(demand);
      clock.advance(Duration.ofMillis(5));
      assertFalse(limiter.tryAcquire());
    }
  }

  @Test
  void isNotMissedByAKeyThatWasForgotten() {
    RateLimiter limiter =
        RateLimiter.of(RateLimit.perSecond(1).by(item -> item).idleKeys(0), clock);
    Demand demand = taken(limiter, "a");
    clock.advance(SECOND);
    taken(limiter, "b");
    limiter.queue().giveBack(demand);
    assertTrue(limiter.tryAcquireFor("a"));
    assertFalse(limiter.tryAcquireFor("a"));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  @DisplayName("E21: never lets more calls through than a token bucket promises")
  void keepsTheLevelsPromise(long seed) {
    Random random = new Random(seed);
    double burst = 1 + random.nextInt(6);
    double rate = 10;
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(rate).burst(burst), clock);
    List<Double> calls = callsThatWereMade(limiter, random, 100_000_000);
    double lowest = Double.POSITIVE_INFINITY;
    for (int i = 0; i < calls.size(); i++) {
      lowest = Math.min(lowest, i - calls.get(i) * rate);
      assertTrue(i + 1 - calls.get(i) * rate - lowest <= burst + 1e-6, "call " + i);
    }
    assertTrue(calls.size() > 500, calls.size() + " calls");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  @DisplayName("E21: never lets more calls through than a window and a gap promise")
  void keepsTheWindowsPromise(long seed) {
    RateLimit budget =
        RateLimit.all(RateLimit.window(7, SECOND), RateLimit.spacing(Duration.ofMillis(20)));
    RateLimiter limiter = RateLimiter.of(budget, clock);
    List<Double> calls = callsThatWereMade(limiter, new Random(seed), 40_000_000);
    for (int i = 7; i < calls.size(); i++) {
      assertTrue(calls.get(i) - calls.get(i - 7) >= 1 - 1e-9, "call " + i);
      assertTrue(calls.get(i) - calls.get(i - 1) >= 0.02 - 1e-9, "call " + i);
    }
    assertTrue(calls.size() > 500, calls.size() + " calls");
  }

  /** The seconds at which calls were made, some of them a while after their permit. */
  private List<Double> callsThatWereMade(RateLimiter limiter, Random random, int step) {
    List<Demand> open = new ArrayList<>();
    List<Long> times = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      clock.advance(random.nextInt(step));
      Demand demand = limiter.queue().demand(null);
      if (limiter.queue().tryTake(demand)) {
        open.add(demand);
        times.add(RateDemand.of(demand).takenAt());
      }
      if (!open.isEmpty() && random.nextBoolean()) {
        Demand back = open.remove(random.nextInt(open.size()));
        if (random.nextInt(3) == 0) {
          limiter.queue().giveBack(back);
          times.remove((Object) RateDemand.of(back).takenAt());
        }
      }
    }
    long start = times.getFirst();
    return times.stream().map(time -> (time - start) * 1e-9).toList();
  }

  @Test
  @DisplayName("E21: goes back however many others were taken after it")
  void goesBackHoweverManyWereTakenAfterIt() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perHour(1).burst(1_000), clock);
    List<Demand> taken = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      taken.add(taken(limiter, null));
      clock.advance(Duration.ofNanos(1_000));
    }
    taken.forEach(limiter.queue()::giveBack);
    int left = 0;
    while (limiter.tryAcquire()) {
      left++;
    }
    assertTrue(left >= 980 && left <= 1_000, left + " of 1,000");
  }

  @Test
  void ofARateThatFindsItselfLeavesItAsItWas() {
    clock.advance(Duration.ofSeconds(2)); // past the point where its nanoseconds wrap around
    RateLimiter limiter = RateLimiter.of(RateLimit.adaptive(), clock);
    limiter.queue().giveBack(taken(limiter, null));
    assertTrue(limiter.tryAcquire());
  }
}
