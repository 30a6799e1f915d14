package io.millrace.limit;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.executor.ParallelExecutor;
import io.millrace.limit.spi.Demand;
import io.millrace.outcome.Failure;
import io.millrace.outcome.Outcome;
import io.millrace.plan.Cost;
import io.millrace.plan.RateLimit;
import io.millrace.plan.RateLimit.Leased;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.ScriptedAction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits whose permits come from elsewhere. */
@NoLeaks
class LeasedLimitTest {
  private final ManualClock clock = ManualClock.jumping();
  private final PacedSource tenASecond = PacedSource.of(RateLimit.perSecond(10), clock);
  private final Leased leased = RateLimit.leased(tenASecond, 5);
  private final ScriptedAction<Integer, Integer> action =
      ScriptedAction.<Integer, Integer>on(clock).anyItem().computes(item -> item);

  @AfterEach
  void close() {
    clock.close();
  }

  private static List<Integer> items(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  private List<Long> millis() {
    return action.calls().stream().map(call -> call.start().toMillis()).toList();
  }

  @Test
  @DisplayName("I5 items wait for permits that the source adds")
  void itemsWait() {
    Parallel.of(3).clock(clock).rateLimit(RateLimiter.of(leased, clock)).map(items(4), action);
    assertEquals(List.of(0L, 100L, 200L, 300L), millis());
  }

  @Test
  @DisplayName("A leased limit stands beside one per key: busy keys do not use its permits up")
  void besideOnePerKey() {
    RateLimit both = RateLimit.all(leased, RateLimit.perSecond(2).by((Integer item) -> item % 2));
    Parallel.of(3).clock(clock).rateLimit(RateLimiter.of(both, clock)).map(items(4), action);
    assertEquals(List.of(0L, 100L, 500L, 600L), millis());
  }

  @Test
  @DisplayName(
      "An attempt that costs more than what is there waits until the source has added that much")
  void costs() {
    Leased costing = new Leased(tenASecond, 5, Cost.of((Integer item) -> item + 1));
    Parallel.of(3).clock(clock).rateLimit(RateLimiter.of(costing, clock)).map(items(3), action);
    assertEquals(List.of(0L, 200L, 500L), millis());
    RateLimiter other =
        RateLimiter.of(
            new Leased(
                PacedSource.of(RateLimit.perSecond(1), clock),
                5,
                io.millrace.plan.Cost.of((Integer item) -> 6)),
            clock);
    assertThrows(IllegalArgumentException.class, () -> other.acquireFor(1));
  }

  @Test
  @DisplayName("A permit that is given back serves the next one")
  void givenBack() {
    RateLimiter limiter = RateLimiter.of(leased, clock);
    Demand demand = limiter.queue().demand(null);
    assertTrue(limiter.queue().tryTake(demand));
    limiter.queue().giveBack(demand);
    assertEquals(0, tenASecond.lease().used());
    assertTrue(limiter.tryAcquire());
    assertFalse(limiter.tryAcquire());
  }

  @Test
  @DisplayName(
      "A pause ends the lease, and the source hears of it before; one that the source makes it does not hear of")
  void pauses() throws InterruptedException {
    RateLimiter limiter = RateLimiter.of(leased, clock);
    limiter.pause(ofSeconds(1));
    assertEquals(List.of(ofSeconds(1)), tenASecond.pauses());
    assertEquals(0, tenASecond.lease().left());
    limiter.acquire();
    assertEquals(ofSeconds(1), clock.elapsed());
    tenASecond.lease().pause(ofSeconds(1));
    assertEquals(1, tenASecond.pauses().size());
    assertFalse(limiter.tryAcquire());
  }

  @Test
  @DisplayName("Permits that would have come during a pause are dropped")
  void droppedInPause() {
    RateLimiter limiter = RateLimiter.of(leased, clock);
    limiter.pause(ofSeconds(1));
    tenASecond.lease().add(5, clock.nanoTime() + ofMillis(500).toNanos(), 0, 1);
    assertEquals(0, tenASecond.lease().left());
  }

  @Test
  @DisplayName(
      "After the source closes the lease, items fail, also those that wait, and plain threads as well")
  void closed() throws Exception {
    RateLimiter limiter = RateLimiter.of(leased, clock);
    List<Outcome<Integer, Integer>> outcomes = new ArrayList<>();
    // announced, or the clock would go on to the end of the lease before the run begins
    clock
        .announced(
            () -> {
              clock.schedule(
                  clock.nanoTime() + ofMillis(150).toNanos(), () -> tenASecond.lease().close());
              Parallel parallel = Parallel.of(3).clock(clock).rateLimit(limiter);
              outcomes.addAll(parallel.map(items(4), action).outcomes());
            })
        .run();
    assertEquals(2, action.calls().size());
    Failure<?, ?> last = assertInstanceOf(Failure.class, outcomes.getLast());
    assertInstanceOf(IllegalStateException.class, last.error());
    assertThrows(IllegalStateException.class, limiter::acquire);
    assertFalse(limiter.tryAcquire());
    Callable<Integer> wrapped = limiter.wrap(() -> 1);
    assertThrows(IllegalStateException.class, wrapped::call);
    assertThrows(
        ExecutionException.class,
        () ->
            limiter
                .async(() -> java.util.concurrent.CompletableFuture.completedFuture(1))
                .get()
                .get());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @DisplayName(
      "After the source closes the lease, those who wait for a permit of their key, or for the end of a pause, fail at once as well")
  void closedBesideOnePerKey(boolean isPaused) throws Exception {
    RateLimit both = RateLimit.all(leased, RateLimit.perMinute(1).by((Integer item) -> item));
    RateLimiter limiter = RateLimiter.of(both, clock);
    assertTrue(limiter.tryAcquireFor(1));
    if (isPaused) {
      limiter.pause(Duration.ofHours(1));
    }
    clock
        .announced(
            () -> {
              clock.schedule(
                  clock.nanoTime() + ofMillis(150).toNanos(), () -> tenASecond.lease().close());
              assertThrows(IllegalStateException.class, () -> limiter.acquireFor(1));
            })
        .run();
    assertEquals(ofMillis(150), clock.elapsed());
  }

  @Test
  @DisplayName("A wait with a timeout does not end early because nobody knows when permits come")
  void waitWithTimeout() throws InterruptedException {
    RateLimiter limiter = RateLimiter.of(leased, clock);
    assertTrue(limiter.tryAcquire(ofSeconds(1)));
    assertTrue(limiter.tryAcquire(ofSeconds(1)));
  }

  @Test
  @DisplayName(
      "An executor makes one limiter of a leased limit, and refuses one with costs by item")
  void executor() throws Exception {
    Parallel parallel = Parallel.of(1).clock(clock);
    Leased byItem = new Leased(tenASecond, 5, Cost.of(item -> 1));
    assertThrows(
        IllegalArgumentException.class,
        () -> ParallelExecutor.of(parallel.rateLimit(RateLimit.all(byItem))));
    try (ParallelExecutor executor = ParallelExecutor.of(parallel.rateLimit(leased))) {
      assertEquals(3, executor.submit(() -> 3).get());
    }
    assertEquals(1, tenASecond.lease().used());
  }

  @Test
  @DisplayName(
      "A leased limit cannot be per key, stands in a budget once, does not change, and has one limiter")
  void whereItStands() {
    assertThrows(IllegalArgumentException.class, () -> leased.by(item -> item));
    assertThrows(IllegalArgumentException.class, () -> RateLimit.all(leased).by(item -> item));
    assertThrows(
        IllegalArgumentException.class, () -> RateLimit.all(leased, RateLimit.all(leased)));
    assertThrows(IllegalArgumentException.class, () -> RateLimit.leased(tenASecond, 0));
    RateLimiter limiter = RateLimiter.of(leased, clock);
    assertThrows(IllegalStateException.class, () -> RateLimiter.of(leased, clock));
    assertThrows(IllegalArgumentException.class, () -> limiter.limit(leased));
    assertThrows(IllegalArgumentException.class, () -> limiter.pause(Duration.ofNanos(-1)));
  }
}
