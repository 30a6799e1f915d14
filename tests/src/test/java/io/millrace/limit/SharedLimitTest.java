package io.millrace.limit;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.limit.spi.Waiter;
import io.millrace.limit.spi.Waiting;
import io.millrace.plan.Action;
import io.millrace.plan.Backoff;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.RecordedCall;
import io.millrace.testkit.ScriptedAction;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a limit does to the functions that it wraps, whoever calls them. */
@NoLeaks
class SharedLimitTest {
  private static final Duration PERIOD = ofMillis(50);

  private final ManualClock clock = ManualClock.jumping();
  private final Callers callers = new Callers(clock);
  private final ScriptedAction<Integer, Integer> action = ScriptedAction.on(clock);

  @AfterEach
  void close() {
    clock.close();
  }

  private static List<Integer> items(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  private static List<Callable<Integer>> calls(Action<Integer, Integer> function, int count) {
    return items(count).stream().<Callable<Integer>>map(i -> () -> function.apply(i)).toList();
  }

  private List<Duration> starts() {
    return action.calls().stream().map(RecordedCall::start).sorted().toList();
  }

  private static List<Duration> everyPeriod(int count) {
    return IntStream.range(0, count).mapToObj(PERIOD::multipliedBy).toList();
  }

  @Test
  @DisplayName("LF5: at most so many calls run at once, of all threads together")
  void theBoundIsSharedByAllThreads() throws Exception {
    action.takes(ofSeconds(1)).returns(1);
    callers.callAll(calls(Limits.maxConcurrent(3, clock).wrap(action), 8));
    assertEquals(3, action.maxRunning());
    assertEquals(ofSeconds(3), clock.elapsed());
  }

  @Test
  @DisplayName("LF5: functions that one limit has wrapped share it")
  void theBoundIsSharedByAllFunctions() throws Exception {
    action.takes(ofSeconds(1)).returns(1);
    WeightedSemaphore one = Limits.maxConcurrent(1, clock);
    Function<Integer, Integer> other = one.function(item -> applied(action, item));
    List<Callable<Integer>> calls = new ArrayList<>(calls(one.wrap(action), 2));
    calls.add(() -> other.apply(7));
    callers.callAll(calls);
    assertEquals(1, action.maxRunning());
    assertEquals(ofSeconds(3), clock.elapsed());
  }

  private static Integer applied(Action<Integer, Integer> function, Integer item) {
    try {
      return function.apply(item);
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
  }

  @Test
  @DisplayName("LF5: a bounded function is as good an action of a run as any")
  void aBoundedFunctionIsAnAction() {
    action.takes(ofSeconds(1)).returns(1);
    Action<Integer, Integer> bounded = Limits.maxConcurrent(3, clock).wrap(action);
    assertTrue(Parallel.of(8).clock(clock).map(items(9), bounded).ok());
    assertEquals(3, action.maxRunning());
    assertEquals(ofSeconds(3), clock.elapsed());
  }

  @Test
  @DisplayName("A45: a permit of a wrapped action is not held between its attempts")
  void aPermitIsNotHeldBetweenAttempts() {
    action.item(0).fails(new IOException("busy"), 1).returns(1).anyItem().returns(1);
    Action<Integer, Integer> bounded = Limits.maxConcurrent(1, clock).wrap(action);
    Parallel parallel =
        Parallel.of(1)
            .window(2)
            .clock(clock)
            .retry(Retry.ofAttempts(2).backoff(Backoff.fixed(ofSeconds(10))));
    assertTrue(parallel.map(items(2), bounded).ok());
    assertEquals(List.of(ZERO, ofSeconds(10)), action.startsOf(0));
    assertEquals(List.of(ZERO), action.startsOf(1));
  }

  @Test
  @DisplayName("A56, LF6: eight threads that share a throttle start seven periods apart")
  void eightThreadsAreSpacedByAThrottle() throws Exception {
    action.takes(ofSeconds(10)).returns(1);
    callers.callAll(calls(Limits.throttle(PERIOD, clock).wrap(action), 8));
    assertEquals(everyPeriod(8), starts());
    assertEquals(8, action.maxRunning());
  }

  @Test
  @DisplayName("LF6: one throttle spaces the calls of several functions")
  void severalFunctionsShareAThrottle() throws Exception {
    action.returns(1);
    Throttle throttle = Limits.throttle(PERIOD, clock);
    Action<Integer, Integer> first = throttle.wrap(action);
    Callable<Integer> second = throttle.wrap(() -> action.apply(7));
    List<Callable<Integer>> calls = new ArrayList<>(calls(first, 3));
    calls.addAll(Collections.nCopies(3, second));
    callers.callAll(calls);
    assertEquals(everyPeriod(6), starts());
  }

  @Test
  @DisplayName("A56, LF6: in real time, eight throttled threads take at least seven periods")
  void realThreadsAreSpacedByAThrottle() throws Exception {
    Duration period = ofMillis(3);
    List<Long> starts = Collections.synchronizedList(new ArrayList<>());
    long before = System.nanoTime();
    Callable<Boolean> start =
        Throttle.of(period).wrap(() -> starts.add(System.nanoTime() - before));
    callers.callAll(Collections.nCopies(8, start));
    Collections.sort(starts);
    for (int i = 0; i < 8; i++) { // a thread may go on late, but is never let through early
      assertTrue(starts.get(i) >= i * period.toNanos(), () -> "started at " + starts);
    }
  }

  @Test
  @DisplayName("A57, LF6: a spacing of a run and a throttled action start the same")
  void aSpacingOfARunIsAThrottle() {
    action.takes(ofSeconds(1)).returns(1);
    Parallel.of(8).clock(clock).rateLimit(RateLimit.spacing(PERIOD)).map(items(8), action);
    assertEquals(everyPeriod(8), starts());
    ScriptedAction<Integer, Integer> throttled = ScriptedAction.on(clock);
    throttled.takes(ofSeconds(1)).returns(1);
    Parallel.of(8).clock(clock).map(items(8), Limits.throttle(PERIOD, clock).wrap(throttled));
    assertEquals(
        everyPeriod(8), throttled.calls().stream().map(RecordedCall::start).sorted().toList());
  }

  private static final List<Duration> TWO_A_SECOND =
      IntStream.range(0, 5)
          .boxed()
          .flatMap(s -> Stream.of(ofSeconds(s), ofSeconds(s).plusMillis(200)))
          .toList();

  @Test
  @DisplayName("A52, AX4: two a second with a gap start at 0, .2, 1, 1.2, 2, ...")
  void aRateLimitedFunctionKeepsWindowAndGap() throws Exception {
    action.returns(1);
    RateLimiter limiter = Limits.rateLimited(2, ofSeconds(1), ofMillis(200), clock);
    callers.callAll(calls(limiter.wrap(action), 10));
    assertEquals(TWO_A_SECOND, starts());
  }

  @Test
  @DisplayName("A52, A57, AX4: a limiter as option of a run is the same as around its action")
  void aLimiterAsOptionIsTheSameAsAroundTheAction() {
    action.returns(1);
    RateLimiter option = Limits.rateLimited(2, ofSeconds(1), ofMillis(200), clock);
    Parallel.of(10).clock(clock).rateLimit(option).map(items(10), action);
    assertEquals(TWO_A_SECOND, starts());
    ScriptedAction<Integer, Integer> wrapped = ScriptedAction.on(clock);
    wrapped.returns(1);
    RateLimiter around = Limits.rateLimited(2, ofSeconds(1), ofMillis(200), clock);
    Parallel.of(10).clock(clock).map(items(10), around.wrap(wrapped));
    assertEquals(TWO_A_SECOND, wrapped.calls().stream().map(RecordedCall::start).sorted().toList());
  }

  @Test
  @DisplayName("AX4: an interrupt of who waits for a rate-limited function frees no slot early")
  void anInterruptFreesNoSlotEarly() throws Exception {
    try (ManualClock hand = new ManualClock()) {
      RateLimiter limiter = Limits.rateLimited(2, ofSeconds(1), ofMillis(200), hand);
      Callable<Duration> blocking = limiter.wrap(hand::elapsed);
      Supplier<CompletableFuture<Duration>> later =
          limiter.async(() -> CompletableFuture.completedFuture(hand.elapsed()));
      assertEquals(ZERO, blocking.call());
      FutureTask<Duration> impatient = new FutureTask<>(blocking);
      Thread thread = Thread.startVirtualThread(impatient);
      hand.awaitTimers(1);
      CompletableFuture<Duration> second = later.get();
      CompletableFuture<Duration> third = later.get();
      hand.advance(ofMillis(100));
      thread.interrupt();
      assertInstanceOf(
          InterruptedException.class,
          assertThrows(ExecutionException.class, impatient::get).getCause());
      hand.advance(ofMillis(100));
      assertEquals(ofMillis(200), second.get());
      hand.advance(ofMillis(799));
      assertFalse(third.isDone());
      hand.advance(ofMillis(1));
      assertEquals(ofSeconds(1), third.get());
    }
  }

  @Test
  @DisplayName("A54: blocking and asynchronous calls keep one rate together")
  void blockingAndAsynchronousCallsShareARate() throws Exception {
    action.returns(1);
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(20), clock);
    Action<Integer, Integer> blocking = limiter.wrap(action);
    Function<Integer, CompletableFuture<Integer>> async =
        limiter.async(item -> CompletableFuture.completedFuture(applied(action, item)));
    List<Callable<CompletableFuture<Integer>>> calls = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      int item = i;
      calls.add(() -> CompletableFuture.completedFuture(blocking.apply(item)));
      calls.add(() -> async.apply(item));
    }
    for (CompletableFuture<Integer> result : callers.callAll(calls)) {
      assertEquals(1, result.get());
    }
    assertEquals(everyPeriod(10), starts());
  }

  @Test
  @DisplayName("AX4: of many calls none overtakes, with keys only those of one key wait")
  void keysAndCostsAreAskedAboutTheArguments() throws Exception {
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(1).by(item -> item), clock);
    Action<Integer, Duration> one = limiter.wrap(item -> clock.elapsed());
    Action.Two<Integer, Integer, Duration> two = limiter.wrap((a, b) -> clock.elapsed());
    Action.Three<Integer, Integer, Integer, Duration> three =
        limiter.wrap((a, b, c) -> clock.elapsed());
    assertEquals(
        List.of(ZERO, ZERO, ZERO, ZERO, ZERO),
        callers.callAll(
            List.<Callable<Duration>>of(
                () -> one.apply(1),
                () -> one.apply(2),
                () -> two.apply(1, 2),
                () -> two.apply(2, 2),
                () -> three.apply(1, 2, 3))));
    assertEquals(ofSeconds(1), two.apply(1, 2));
    assertEquals(5, limiter.keys());
  }

  @Test
  @DisplayName("A54: a limiter says how many wait for it, of all keys; who gives up does not count")
  void howManyWait() {
    try (ManualClock clock = new ManualClock()) {
      RateLimit once = RateLimit.perMinute(1);
      for (RateLimit limit : List.of(once, once.by(item -> item))) {
        RateLimiter limiter = RateLimiter.of(limit, clock);
        List<Waiting> waiting = new ArrayList<>();
        for (String key : List.of("a", "b")) {
          limiter.tryAcquireFor(key);
          waiting.add(limiter.queue().enqueue(limiter.queue().demand(key), new Never()));
        }
        assertEquals(2, limiter.waiters(), limit::toString);
        waiting.forEach(Waiting::cancel);
        assertEquals(0, limiter.waiters(), limit::toString);
      }
    }
  }

  /** Waits, and is never served in the test. */
  private static final class Never implements Waiter {
    @Override
    public Answer claim() {
      return Answer.LEAVE;
    }

    @Override
    public void declined() {}

    @Override
    public void granted() {}
  }
}
