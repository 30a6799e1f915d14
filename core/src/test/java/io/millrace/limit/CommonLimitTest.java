package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.limit.spi.Demand;
import io.millrace.limit.spi.Waiting;
import io.millrace.plan.RateLimit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("L3: A limit of all keys and one of each key together")
class CommonLimitTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final FakeClock clock = new FakeClock();

  /** The key of a number is its last digit. */
  private static RateLimit mixed(RateLimit common, RateLimit each) {
    return RateLimit.all(common, each.by((Integer item) -> item % 10));
  }

  private Caller caller(RateLimit limit) {
    return new Caller(RateLimiter.of(limit, clock), clock);
  }

  private void advance(int seconds) {
    for (int i = 0; i < seconds; i++) {
      clock.advance(SECOND);
    }
  }

  @Test
  void bothHold() {
    Caller caller = caller(mixed(RateLimit.perSecond(1), RateLimit.per(1, Duration.ofSeconds(3))));
    for (int item : List.of(1, 11, 21, 2, 12)) {
      caller.ask(item);
    }
    advance(10);
    assertEquals(List.of(1, 2, 11, 12, 21), caller.served());
    assertEquals(List.of(0L, 1000L, 3000L, 4000L, 6000L), caller.starts());
  }

  @Test
  void aBusyKeyHoldsUpNobody() {
    Caller caller = caller(mixed(RateLimit.perSecond(10), RateLimit.perHour(1)));
    for (int i = 0; i < 50; i++) {
      caller.ask(10 * i);
    }
    for (int item = 1; item < 10; item++) {
      caller.ask(item);
    }
    advance(1);
    assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), caller.served());
    assertEquals(900L, caller.starts().getLast());
  }

  @Test
  void keysTakeTurnsAtTheCommonLimit() {
    Caller caller = caller(mixed(RateLimit.perSecond(1), RateLimit.unlimited()));
    for (int item : List.of(1, 11, 21, 2, 12, 3)) {
      caller.ask(item);
    }
    advance(10);
    assertEquals(List.of(1, 11, 2, 3, 21, 12), caller.served());
    assertEquals(5000L, caller.starts().getLast());
  }

  @Test
  void nothingIsTakenOfOneIfTheOtherRefuses() {
    RateLimiter limiter =
        RateLimiter.of(mixed(RateLimit.perHour(2).burst(2), RateLimit.perHour(1)), clock);
    assertTrue(limiter.tryAcquireFor(1));
    assertFalse(limiter.tryAcquireFor(11), "its key has none");
    assertTrue(limiter.tryAcquireFor(2), "that did not cost the others");
    assertFalse(limiter.tryAcquireFor(3), "there is none left for all");
    clock.advance(Duration.ofMinutes(30));
    assertTrue(limiter.tryAcquireFor(3), "that did not cost its key");
  }

  @Test
  void tryingDoesNotOvertakeWhoWaitsForTheCommonLimit() {
    RateLimiter limiter =
        RateLimiter.of(mixed(RateLimit.perSecond(1), RateLimit.unlimited()), clock);
    Caller caller = new Caller(limiter, clock);
    caller.ask(1);
    Waiting second = caller.ask(2);
    clock.advance(Duration.ofMillis(999));
    assertFalse(limiter.tryAcquireFor(3));
    assertTrue(second.cancel());
    clock.advance(Duration.ofMillis(1));
    assertTrue(limiter.tryAcquireFor(3));
    assertEquals(List.of(1), caller.served());
    assertEquals(0, clock.pending());
  }

  @Test
  void whatIsGivenBackGoesToBoth() {
    RateLimiter limiter = RateLimiter.of(mixed(RateLimit.perHour(1), RateLimit.perHour(1)), clock);
    Demand demand = limiter.queue().demand(1);
    assertTrue(limiter.queue().tryTake(demand));
    Caller caller = new Caller(limiter, clock);
    caller.ask(11);
    caller.ask(2);
    limiter.queue().giveBack(demand);
    assertEquals(List.of(2), caller.served(), "it stood in line already");
    advance(3600);
    assertEquals(List.of(2, 11), caller.served());
  }

  @Test
  void costsAreTakenAndSettledInBoth() {
    RateLimit limit =
        RateLimit.all(
            RateLimit.perSecond(1).burst(10).costing((Integer item) -> item / 10),
            RateLimit.per(1, Duration.ofSeconds(10))
                .burst(10)
                .costing((Integer item) -> 2)
                .settling((Integer item, String value) -> 1)
                .by((Integer item) -> item % 10));
    RateLimiter limiter = RateLimiter.of(limit, clock);
    Demand demand = limiter.queue().demand(91);
    assertTrue(limiter.queue().tryTake(demand)); // 9 of 10, and 2 of 10 of its key
    assertFalse(limiter.tryAcquireFor(22));
    assertTrue(limiter.tryAcquireFor(12));
    limiter.queue().settle(demand, 91, "done");
    advance(10);
    for (int i = 0; i < 5; i++) {
      assertTrue(limiter.tryAcquireFor(1), "call " + i); // 9 of its key were left, and 1 came
    }
    assertFalse(limiter.tryAcquireFor(1));
    var refused = assertThrows(IllegalArgumentException.class, () -> limiter.queue().demand(111));
    assertTrue(refused.getMessage().contains("not 11"), refused.getMessage());
  }

  @Test
  void aPauseOfAKeyIsItsOwnAndOneOfEverybodyHoldsAll() {
    RateLimiter limiter =
        RateLimiter.of(mixed(RateLimit.perSecond(10), RateLimit.perSecond(10)), clock);
    Caller caller = new Caller(limiter, clock);
    limiter.pause(1, Duration.ofSeconds(5));
    caller.ask(1);
    caller.ask(2);
    assertEquals(List.of(2), caller.served());
    caller.ask(3);
    limiter.pause(Duration.ofSeconds(10));
    advance(9);
    assertEquals(List.of(2), caller.served());
    advance(2);
    assertEquals(3, caller.served().size());
    assertTrue(caller.starts().get(1) >= 10_000, "starts " + caller.starts());
  }

  @Test
  void whoIsPutOffIsPassedOverAndKeepsItsTurn() {
    RateLimiter limiter =
        RateLimiter.of(mixed(RateLimit.perSecond(1), RateLimit.unlimited()), clock);
    Guest busy = new Guest(0);
    Guest free = new Guest(100);
    assertTrue(limiter.tryAcquireFor(0));
    limiter.queue().enqueue(limiter.queue().demand(1), busy.named("busy"), busy.party());
    limiter.queue().enqueue(limiter.queue().demand(2), free.named("free"), free.party());
    advance(1);
    assertEquals(List.of("busy"), busy.asked());
    assertEquals(List.of("free"), free.served());
    busy.free();
    assertEquals(List.of(), busy.served());
    advance(1);
    assertEquals(List.of("busy"), busy.served());
    assertEquals(0, clock.pending());
  }

  @Test
  void theEarliestTimeIsThatOfBoth() {
    RateLimiter limiter =
        RateLimiter.of(
            mixed(RateLimit.perSecond(1), RateLimit.per(1, Duration.ofSeconds(5))), clock);
    long start = clock.nanoTime();
    assertTrue(limiter.tryAcquireFor(1));
    assertEquals(SECOND.toNanos(), limiter.queue().earliest(limiter.queue().demand(2)) - start);
    assertEquals(5 * SECOND.toNanos(), limiter.queue().earliest(limiter.queue().demand(1)) - start);
  }

  @Test
  void onlyOnePartMayBePerKey() {
    RateLimit each = RateLimit.perSecond(1).by(item -> item);
    var refused = assertThrows(IllegalArgumentException.class, () -> RateLimit.all(each, each));
    assertTrue(refused.getMessage().contains("one limit per key, not 2"), refused.getMessage());
    RateLimit nested = RateLimit.all(RateLimit.perSecond(9), RateLimit.all(each));
    assertThrows(IllegalArgumentException.class, () -> nested.by(item -> item));
    assertThrows(IllegalArgumentException.class, () -> RateLimit.all(nested, each));
    assertTrue(RateLimiter.of(nested, clock).tryAcquireFor("a"));
  }

  /** Both limits, at any moment, whoever asks, cancels, tries and gives back. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void neverExceedsEitherAndLosesNobody(long seed) {
    Random random = new Random(seed);
    RateLimiter limiter =
        RateLimiter.of(mixed(RateLimit.window(5, SECOND), RateLimit.window(2, SECOND)), clock);
    Caller caller = new Caller(limiter, clock);
    Map<Object, Long> tried = new HashMap<>();
    List<Waiting> waiting = new ArrayList<>();
    int cancelled = 0;
    for (int item = 0; item < 400; item++) {
      if (random.nextInt(4) == 0) {
        if (limiter.tryAcquireFor(item)) {
          tried.put(item, clock.elapsed() / 1_000_000);
        } else {
          cancelled++;
        }
      } else {
        waiting.add(caller.ask(item));
      }
      if (!waiting.isEmpty()
          && random.nextInt(5) == 0
          && waiting.get(random.nextInt(waiting.size())).cancel()) {
        cancelled++;
      }
      clock.advance(Duration.ofMillis(random.nextInt(100)));
    }
    for (int i = 0; i < 3_000; i++) {
      clock.advance(Duration.ofMillis(100));
    }
    assertEquals(400, caller.served().size() + tried.size() + cancelled);
    List<long[]> starts = new ArrayList<>();
    for (int i = 0; i < caller.served().size(); i++) {
      starts.add(new long[] {caller.starts().get(i), (int) caller.served().get(i) % 10});
    }
    tried.forEach((item, at) -> starts.add(new long[] {at, (int) item % 10}));
    for (long[] first : starts) {
      var window = starts.stream().filter(at -> at[0] >= first[0] && at[0] < first[0] + 1000);
      List<long[]> inside = window.toList();
      assertTrue(inside.size() <= 5, inside.size() + " in a second");
      long ofKey = inside.stream().filter(at -> at[1] == first[1]).count();
      assertTrue(ofKey <= 2, ofKey + " of a key in a second");
    }
    assertEquals(0, clock.pending());
  }
}
