package io.millrace.limit;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.plan.Action;
import io.millrace.plan.RateLimit;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Functions of each shape, with a semaphore that tells whether a permit is held meanwhile. */
@NoLeaks
class WrappedShapesTest {
  private final WeightedSemaphore two = WeightedSemaphore.bounded(2);

  private int answer(Object... arguments) {
    assertEquals(1, two.availablePermits(), "one is held");
    return arguments.length;
  }

  /* Compiles only if no lambda is ambiguous. */
  @Test
  @DisplayName("LF5, AX4: functions of any shape are wrapped, and answer as before")
  void functionsOfAnyShapeAreWrapped() throws Exception {
    assertEquals(0, two.wrap(() -> answer()).call());
    two.wrap(() -> assertEquals(0, answer())).run();
    assertEquals(1, two.wrap(a -> answer(a)).apply(1));
    assertEquals(2, two.wrap((a, b) -> answer(a, b)).apply(1, 2));
    assertEquals(3, two.wrap((a, b, c) -> answer(a, b, c)).apply(1, 2, 3));
    two.each(a -> assertEquals(1, answer(a))).accept(1);
    assertEquals(0, two.supplier(() -> answer()).get());
    assertEquals(1, two.function(a -> answer(a)).apply(1));
    assertEquals(2, two.biFunction((a, b) -> answer(a, b)).apply(1, 2));
    assertEquals(0, two.async(() -> soon()).get().join());
    assertEquals(1, two.async(a -> soon(a)).apply(1).join());
    assertEquals(2, two.async((a, b) -> soon(a, b)).apply(1, 2).join());
    assertEquals(3, two.async((a, b, c) -> soon(a, b, c)).apply(1, 2, 3).join());
    assertEquals(2, two.availablePermits());
  }

  private CompletableFuture<Integer> soon(Object... arguments) {
    return CompletableFuture.completedFuture(answer(arguments));
  }

  @Test
  void methodsAreWrappedByReference() throws Exception {
    Action<String, Integer> length = two.wrap(String::length);
    Action.Two<String, String, String> concat = two.wrap(String::concat);
    Callable<Integer> size = two.wrap(List.of(1, 2)::size);
    Function<String, Integer> parse = two.function(Integer::parseInt);
    var inferred = two.wrap(this::half);
    assertEquals(3, length.apply("abc"));
    assertEquals("ab", concat.apply("a", "b"));
    assertEquals(2, size.call());
    assertEquals(12, parse.apply("12"));
    assertEquals(4, inferred.apply(8));
  }

  private int half(int number) {
    return number / 2;
  }

  @Test
  void whatAFunctionThrowsComesOutAsItIs() {
    var checked = new IOException("thrown by the test");
    var unchecked = new IllegalStateException("thrown by the test");
    thrown(checked, () -> two.wrap(() -> fail(checked)).call());
    thrown(checked, () -> two.wrap(a -> fail(checked)).apply(1));
    thrown(checked, () -> two.wrap((a, b) -> fail(checked)).apply(1, 2));
    thrown(checked, () -> two.wrap((a, b, c) -> fail(checked)).apply(1, 2, 3));
    thrown(checked, () -> two.each(a -> fail(checked)).accept(1));
    thrown(unchecked, two.supplier(() -> failUnchecked(unchecked))::get);
    thrown(unchecked, () -> two.function(a -> failUnchecked(unchecked)).apply(1));
    thrown(unchecked, () -> two.biFunction((a, b) -> failUnchecked(unchecked)).apply(1, 2));
    assertEquals(2, two.availablePermits());
  }

  private static int fail(Exception error) throws Exception {
    throw error;
  }

  private static int failUnchecked(RuntimeException error) {
    throw error;
  }

  private static void thrown(Exception error, Executable call) {
    assertSame(error, assertThrows(Exception.class, call));
  }

  @Test
  @DisplayName("AX4: who is interrupted while waiting calls nothing and takes nothing")
  void whoIsInterruptedCallsNothing() {
    Action<Integer, Integer> checked = two.wrap(a -> answer(a, "called"));
    interrupted(InterruptedException.class, () -> checked.apply(1));
    interrupted(InterruptedException.class, two.wrap(() -> answer("called"))::call);
    Supplier<Integer> supplier = two.supplier(() -> answer("called"));
    BiFunction<Integer, Integer, Integer> both = two.biFunction((a, b) -> answer("called"));
    for (Executable call :
        List.<Executable>of(
            supplier::get,
            () -> both.apply(1, 2),
            () -> two.function(a -> answer(a, "called")).apply(1),
            two.wrap(() -> assertEquals(0, answer("called")))::run)) {
      var cancelled = interrupted(CancellationException.class, call);
      assertInstanceOf(InterruptedException.class, cancelled.getCause());
      assertTrue(Thread.interrupted(), "the flag is set again");
    }
    assertEquals(2, two.availablePermits());
  }

  private static <E extends Throwable> E interrupted(Class<E> type, Executable call) {
    Thread.currentThread().interrupt();
    return assertThrows(type, call);
  }

  @Test
  void aLimiterSeesTwoArgumentsAsAnEntry() throws Exception {
    RateLimiter limiter =
        RateLimiter.of(RateLimit.window(9, ofSeconds(1)).costing(WrappedShapesTest::sum));
    assertEquals(1, limiter.wrap((Integer a, Integer b) -> 1).apply(2, 3));
    assertEquals(1, limiter.biFunction((Integer a, Integer b) -> 1).apply(2, 2));
    assertEquals(false, limiter.tryAcquireFor(Map.entry(0, 1), ZERO));
    assertThrows(
        IllegalArgumentException.class,
        () -> limiter.wrap((Integer a, Integer b) -> 1).apply(8, 2));
    var refused = limiter.async((Integer a, Integer b) -> soon()).apply(8, 2);
    assertTrue(refused.isCompletedExceptionally(), "a stage fails, the call does not throw");
  }

  private static long sum(Map.Entry<Integer, Integer> entry) {
    return entry.getKey() + entry.getValue();
  }

  @Test
  void argumentsThatCannotBeMeantAreRefused() {
    refused("calls must be at least 1, not 0", () -> Limits.maxConcurrent(0));
    refused("period must be longer than zero, not PT0S", () -> Limits.throttle(ZERO));
    var second = ofSeconds(1);
    refused("maxCalls must be at least 1, not 0", () -> Limits.rateLimited(0, second, ZERO));
    refused("period must be longer than zero, not PT0S", () -> Limits.rateLimited(1, ZERO, ZERO));
    refused(
        "minSpacing must not be negative, but is PT-1S",
        () -> Limits.rateLimited(1, second, second.negated()));
  }

  private static void refused(String message, Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }
}
