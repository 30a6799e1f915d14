package io.millrace.limit;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.limit.spi.Demand;
import io.millrace.plan.Action;
import io.millrace.plan.RateLimit;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A cost")
class CostTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final FakeClock clock = new FakeClock();

  @Test
  void isAskedForOnceForADemand() {
    int[] asked = {0};
    RateLimiter limiter = of(RateLimit.window(3, SECOND).costing(item -> ++asked[0]));
    Demand demand = limiter.queue().demand("item");
    assertTrue(limiter.queue().tryTake(demand));
    assertTrue(limiter.queue().tryTake(demand));
    assertEquals(1, asked[0]);
  }

  @Test
  void aboveTheCapacityIsRefusedWithBothNumbersAndTheWaysOut() {
    RateLimiter bucket = of(RateLimit.perSecond(1).burst(10.5).costing((Integer item) -> item));
    assertTrue(bucket.tryAcquireFor(10));
    assertEquals(
        "cost must be at most the capacity 10 (the limit's burst), not 11: raise the burst or split"
            + " the item",
        assertThrows(IllegalArgumentException.class, () -> bucket.queue().demand(11)).getMessage());
    RateLimiter window = of(RateLimit.window(10, SECOND).costing((Integer item) -> item));
    assertTrue(window.tryAcquireFor(10));
    assertThrows(IllegalArgumentException.class, () -> window.acquireFor(11));
  }

  @Test
  void belowZeroIsRefused() {
    RateLimiter limiter = of(RateLimit.perSecond(1).costing(item -> -1));
    assertThrows(IllegalArgumentException.class, () -> limiter.tryAcquireFor("item"));
  }

  @Test
  void isSettledAlsoIfThatWasSaidBeforeTheEstimate() {
    List<RateLimit> limits =
        List.of(
            RateLimit.perSecond(1)
                .burst(10)
                .settling((Integer item, Integer value) -> value)
                .costing((Integer item) -> item),
            RateLimit.window(10, SECOND)
                .settling((Integer item, Integer value) -> value)
                .costing((Integer item) -> item));
    for (RateLimit limit : limits) {
      RateLimiter limiter = of(limit);
      Demand demand = limiter.queue().demand(8);
      assertTrue(limiter.queue().tryTake(demand));
      limiter.queue().settle(demand, 8, 2);
      assertTrue(limiter.tryAcquireFor(8), limit::toString);
    }
  }

  @Test
  void thatCannotBeToldTakesNothing() {
    RateLimiter limiter =
        of(RateLimit.perSecond(1).costing((String item) -> Integer.parseInt(item)));
    assertThrows(NumberFormatException.class, () -> limiter.tryAcquireFor("one"));
    assertTrue(limiter.tryAcquireFor("1"));
  }

  @Test
  void ofOneThatIsNotLimitedNeedsNoNewDemand() {
    RateLimiter limiter = of(RateLimit.unlimited());
    assertSame(limiter.queue().demand("one"), limiter.queue().demand("other"));
  }

  @Test
  void ofABudgetIsTakenFromAllLimitsOrNone() {
    RateLimiter limiter =
        of(
            RateLimit.all(
                RateLimit.perSecond(1).burst(3),
                RateLimit.all(RateLimit.window(100, SECOND).costing((Integer item) -> item))));
    assertTrue(limiter.tryAcquireFor(60));
    assertFalse(limiter.tryAcquireFor(60));
    assertTrue(limiter.tryAcquireFor(20), "the refused one took no request");
    assertTrue(limiter.tryAcquireFor(10));
    assertFalse(limiter.tryAcquireFor(10));
    clock.advance(SECOND);
    assertTrue(limiter.tryAcquireFor(100), "nor did the last one take of the window");
  }

  @Test
  void ofABudgetWaitsForTheSlowestLimit() {
    RateLimiter limiter =
        of(
            RateLimit.all(
                RateLimit.perSecond(10),
                RateLimit.perSecond(100).burst(100).costing((Integer item) -> item)));
    Caller caller = new Caller(limiter, clock);
    for (int cost : new int[] {50, 50, 40, 0, 0, 100}) {
      caller.ask(cost);
    }
    clock.advance(Duration.ofSeconds(5));
    assertEquals(List.of(0L, 100L, 400L, 500L, 600L, 1400L), caller.starts());
  }

  @Test
  void thatWasTooHighIsGivenBackAndServesThoseWhoWait() {
    RateLimiter limiter = of(tokens());
    Caller caller = new Caller(limiter, clock);
    Demand demand = limiter.queue().demand(100);
    assertTrue(limiter.queue().tryTake(demand));
    caller.ask(60);
    limiter.queue().settle(demand, 100, 30);
    assertEquals(List.of(60), caller.served());
    assertTrue(limiter.tryAcquireFor(10));
    assertFalse(limiter.tryAcquireFor(1));
  }

  @Test
  void thatWasTooLowIsOwedByThoseWhoWait() {
    RateLimiter limiter = of(tokens());
    Caller caller = new Caller(limiter, clock);
    Demand demand = limiter.queue().demand(100);
    assertTrue(limiter.queue().tryTake(demand));
    caller.ask(50);
    limiter.queue().settle(demand, 100, 150);
    clock.advance(Duration.ofSeconds(30));
    assertEquals(List.of(10_000L), caller.starts());
  }

  @Test
  void isSettledInTheWindowItWasTakenIn() {
    RateLimit limit =
        RateLimit.window(100, SECOND)
            .costing((Integer item) -> item)
            .settling((Integer item, Integer value) -> value);
    RateLimiter limiter = of(limit);
    Demand demand = limiter.queue().demand(60);
    assertTrue(limiter.tryAcquireFor(40));
    clock.advance(Duration.ofMillis(500));
    assertTrue(limiter.queue().tryTake(demand));
    limiter.queue().settle(demand, 60, 20);
    assertTrue(limiter.tryAcquireFor(40));
    clock.advance(Duration.ofMillis(500));
    assertTrue(limiter.tryAcquireFor(40));
    assertFalse(limiter.tryAcquireFor(1));
  }

  @Test
  void ofAKeyIsSettledEvenIfTheKeyWasForgotten() {
    RateLimiter limiter = of(tokens().by((Integer item) -> item % 2).idleKeys(0));
    Demand demand = limiter.queue().demand(100);
    assertTrue(limiter.queue().tryTake(demand));
    clock.advance(Duration.ofMinutes(1));
    assertTrue(limiter.tryAcquireFor(1));
    assertEquals(1, limiter.keys());
    limiter.queue().settle(demand, 100, 150);
    assertFalse(limiter.tryAcquireFor(60));
    assertTrue(limiter.tryAcquireFor(50));
    assertTrue(limiter.tryAcquireFor(99));
  }

  @Test
  void isNotSettledIfItsTrueValueCannotBeTold() {
    RateLimiter limiter = of(tokens());
    Demand demand = limiter.queue().demand(100);
    assertTrue(limiter.queue().tryTake(demand));
    assertThrows(NullPointerException.class, () -> limiter.queue().settle(demand, 100, null));
    assertFalse(limiter.tryAcquireFor(1));
  }

  /** A call of a function that is wrapped by a limiter, and answers with 30, unless it has no value. */
  private interface Wrapped {
    @Nullable Object call(RateLimiter limiter) throws Exception;
  }

  @Test
  @DisplayName(
      "of a call of a wrapped function is settled by what that answers, whatever its shape")
  void ofAWrappedFunctionIsSettled() throws Exception {
    List<Wrapped> shapes =
        List.of(
            limiter -> limiter.wrap(() -> 30).call(),
            limiter -> limiter.wrap((Object a) -> 30).apply("a"),
            limiter -> limiter.wrap((Object a, Object b) -> 30).apply("a", "b"),
            limiter -> limiter.wrap((Object a, Object b, Object c) -> 30).apply("a", "b", "c"),
            limiter -> limiter.supplier(() -> 30).get(),
            limiter -> limiter.function((Object a) -> 30).apply("a"),
            limiter -> limiter.biFunction((Object a, Object b) -> 30).apply("a", "b"),
            limiter -> limiter.async(() -> completedFuture(30)).get().join(),
            limiter -> limiter.async((Object a) -> completedFuture(30)).apply("a").join());
    for (Wrapped shape : shapes) {
      assertEquals(70, leftAfter(shape), "of 100, less 30");
    }
    int withoutValue =
        leftAfter(
            limiter -> {
              limiter.each((Object a) -> {}).accept("a");
              return null;
            });
    assertEquals(90, withoutValue);
  }

  /* What is left of 100 after a call that takes all, and then 30 if it answers so, or 10 if it has no value. */
  private int leftAfter(Wrapped shape) throws Exception {
    RateLimiter limiter =
        of(
            RateLimit.perSecond(1)
                .burst(100)
                .costing((@Nullable Object item) -> item instanceof Integer cost ? cost : 100)
                .settling(
                    (@Nullable Object item, @Nullable Object value) ->
                        value instanceof Integer cost ? cost : 10));
    assertEquals(30, Objects.requireNonNullElse(shape.call(limiter), 30));
    int left = 0;
    while (limiter.tryAcquireFor(1)) {
      left++;
    }
    return left;
  }

  @Test
  @DisplayName("of a call of a wrapped function that was too low is owed")
  void ofAWrappedFunctionIsOwed() throws Exception {
    RateLimiter limiter = of(tokens());
    assertEquals(150, limiter.wrap((Integer item) -> 150).apply(100));
    clock.advance(Duration.ofSeconds(5));
    assertFalse(limiter.tryAcquireFor(1));
    clock.advance(Duration.ofMillis(100));
    assertTrue(limiter.tryAcquireFor(1));
  }

  @Test
  @DisplayName("of a call of a wrapped function that throws stays taken")
  void ofAWrappedFunctionThatThrows() {
    RateLimiter limiter = of(tokens());
    Action<Integer, Integer> broken =
        limiter.wrap(
            (Integer item) -> {
              throw new IllegalStateException("thrown by the test");
            });
    assertThrows(IllegalStateException.class, () -> broken.apply(100));
    assertFalse(limiter.tryAcquireFor(1));
  }

  @Test
  @DisplayName("of a call of a wrapped function whose true value cannot be told fails the call")
  void ofAWrappedFunctionThatCannotBeTold() {
    RateLimiter limiter = of(tokens());
    Action<Integer, @Nullable Integer> nothing = limiter.wrap((Integer item) -> null);
    assertThrows(NullPointerException.class, () -> nothing.apply(50));
    var late =
        limiter
            .async((Integer item) -> CompletableFuture.<@Nullable Integer>completedFuture(null))
            .apply(50);
    assertInstanceOf(
        NullPointerException.class, assertThrows(ExecutionException.class, late::get).getCause());
    assertFalse(limiter.tryAcquireFor(1));
  }

  @Test
  void staysAsItIsIfNothingSettles() {
    RateLimiter limiter = of(RateLimit.perSecond(1));
    Demand demand = limiter.queue().demand(null);
    assertTrue(limiter.queue().tryTake(demand));
    limiter.queue().settle(demand, null, null);
    assertFalse(limiter.tryAcquire());
  }

  private static RateLimit tokens() {
    return RateLimit.perSecond(10)
        .burst(100)
        .costing((Integer item) -> item)
        .settling((Integer item, Integer value) -> value);
  }

  private RateLimiter of(RateLimit limit) {
    return RateLimiter.of(limit, clock);
  }
}
