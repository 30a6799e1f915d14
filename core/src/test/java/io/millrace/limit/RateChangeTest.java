package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.limit.spi.Demand;
import io.millrace.limit.spi.Waiter;
import io.millrace.plan.RateLimit;
import io.millrace.plan.RateLimit.TokenBucket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("LC1: A limit that is changed while others wait")
class RateChangeTest {
  /* Nanoseconds by which an oracle that sums may err. */
  private static final long ROUNDING = 1_000;

  private static final Duration SECOND = Duration.ofSeconds(1);

  private final FakeClock clock = new FakeClock();

  private Caller waiting(RateLimiter limiter, int times) {
    Caller caller = new Caller(limiter, clock);
    caller.askTimes(times);
    return caller;
  }

  @Test
  void letsWaitersGoSoonerAtOnce() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perHour(1), clock);
    Caller caller = waiting(limiter, 4);
    clock.advance(Duration.ofMinutes(30));
    limiter.limit(RateLimit.perSecond(1));
    assertEquals(List.of(0L), caller.starts(), "half of a permit has flowed in");
    clock.advance(Duration.ofSeconds(10));
    assertEquals(List.of(0L, 1_800_500L, 1_801_500L, 1_802_500L), caller.starts());
    assertEquals(0, clock.pending());
  }

  @Test
  void letsWaitersGoLaterAtOnce() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(1), clock);
    Caller caller = waiting(limiter, 3);
    clock.advance(Duration.ofMillis(500));
    limiter.limit(RateLimit.per(1, Duration.ofSeconds(10)));
    clock.advance(Duration.ofMinutes(1));
    assertEquals(List.of(0L, 5_500L, 15_500L), caller.starts());
  }

  @Test
  void keepsTheOrderOfWaitersAndThoseWhoComeLater() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(1), clock);
    Caller caller = new Caller(limiter, clock);
    Stream.of(1, 2, 3).forEach(caller::ask);
    limiter.limit(RateLimit.perSecond(100).burst(50));
    assertFalse(limiter.tryAcquire());
    Stream.of(4, 5, 6).forEach(caller::ask);
    limiter.limit(RateLimit.perSecond(2));
    clock.advance(Duration.ofMinutes(1));
    assertEquals(List.of(1, 2, 3, 4, 5, 6), caller.served());
  }

  @Test
  void hasNoBurstWhenTheBurstGrows() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(10), clock);
    limiter.limit(RateLimit.perSecond(10).burst(100));
    Caller caller = waiting(limiter, 3);
    clock.advance(Duration.ofMillis(250));
    assertEquals(List.of(0L, 100L, 200L), caller.starts());
    clock.advance(Duration.ofHours(1));
    assertEquals(100, waiting(limiter, 200).starts().size());
  }

  @Test
  void keepsNoMoreThanTheNewBurst() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perHour(10).burst(10), clock);
    limiter.limit(RateLimit.perHour(10).burst(3));
    assertEquals(3, waiting(limiter, 10).starts().size());
  }

  @Test
  void stillOwesWhatWasOwed() {
    TokenBucket limit = RateLimit.perSecond(1).burst(10).settling((item, value) -> 20);
    RateLimiter limiter = RateLimiter.of(limit, clock);
    Demand demand = limiter.queue().demand(null);
    limiter.queue().tryTake(demand);
    limiter.queue().settle(demand, null, null); // 9 - 19
    limiter.limit(RateLimit.perSecond(10).burst(10).settling((item, value) -> 1));
    Caller caller = waiting(limiter, 1);
    clock.advance(Duration.ofSeconds(10));
    assertEquals(List.of(1_100L), caller.starts());
  }

  @Test
  void countsANewGapFromTheLastStart() {
    RateLimiter limiter = RateLimiter.of(RateLimit.spacing(Duration.ofHours(1)), clock);
    Caller caller = waiting(limiter, 3);
    clock.advance(Duration.ofMillis(100));
    limiter.limit(RateLimit.spacing(SECOND));
    clock.advance(Duration.ofMillis(950));
    limiter.limit(RateLimit.spacing(Duration.ofSeconds(5)));
    clock.advance(Duration.ofMinutes(1));
    assertEquals(List.of(0L, 1_000L, 6_000L), caller.starts());
  }

  @Test
  void ofASpacingThatHasStartedNothingDelaysNothing() {
    RateLimiter limiter = RateLimiter.of(RateLimit.spacing(Duration.ZERO), clock);
    limiter.limit(RateLimit.spacing(SECOND));
    assertTrue(limiter.tryAcquire());
    assertFalse(limiter.tryAcquire());
  }

  @Test
  void spreadsWhatAWindowHasMoreThanBefore() {
    RateLimiter limiter = RateLimiter.of(RateLimit.window(2, SECOND), clock);
    Caller caller = waiting(limiter, 6);
    limiter.limit(RateLimit.window(4, SECOND));
    clock.advance(SECOND);
    assertEquals(List.of(0L, 0L, 250L, 500L, 1_000L), caller.starts().subList(0, 5));
  }

  @Test
  void countsInASmallerWindowWhatTheLargerOneHasGranted() {
    RateLimiter limiter = RateLimiter.of(RateLimit.window(10, SECOND), clock);
    waiting(limiter, 5);
    clock.advance(Duration.ofMillis(500));
    limiter.limit(RateLimit.window(3, SECOND));
    Caller caller = waiting(limiter, 4);
    clock.advance(Duration.ofSeconds(5));
    assertEquals(List.of(1_000L, 1_000L, 1_000L, 2_000L), caller.starts());
  }

  @Test
  void keepsAPauseAndStartsOneCallAfterIt() {
    for (RateLimit[] change :
        new RateLimit[][] {
          {RateLimit.perSecond(1).burst(5), RateLimit.perSecond(10).burst(50)},
          {RateLimit.window(5, SECOND), RateLimit.window(50, Duration.ofSeconds(5))},
          {RateLimit.spacing(SECOND), RateLimit.spacing(Duration.ofMillis(100))}
        }) {
      long start = clock.elapsed() / 1_000_000;
      RateLimiter limiter = RateLimiter.of(change[0], clock);
      limiter.tryAcquire();
      limiter.pause(Duration.ofSeconds(30));
      Caller caller = waiting(limiter, 3);
      clock.advance(Duration.ofSeconds(10));
      limiter.limit(change[1]);
      clock.advance(Duration.ofMinutes(1));
      List<Long> starts = caller.starts().stream().map(time -> time - start).toList();
      assertEquals(List.of(30_000L, 30_100L, 30_200L), starts, change[0].toString());
    }
  }

  @Test
  void afterAPauseInWhichNobodyCameKeepsWhatHasFlowedIn() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(1).burst(10), clock);
    limiter.pause(SECOND);
    clock.advance(Duration.ofSeconds(4));
    limiter.limit(RateLimit.perHour(1).burst(10));
    assertEquals(4, waiting(limiter, 10).starts().size());
  }

  @Test
  void changesAllKeysAlsoThoseThatComeLater() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perHour(1).by(item -> item), clock);
    Caller caller = new Caller(limiter, clock);
    Stream.of("a", "a", "b", "b").forEach(caller::ask);
    limiter.limit(RateLimit.perSecond(1).by(item -> item));
    Stream.of("c", "c").forEach(caller::ask);
    clock.advance(SECOND);
    assertEquals(List.of(0L, 0L, 0L, 1_000L, 1_000L, 1_000L), caller.starts());
    assertEquals(Set.of("a", "b", "c"), Set.copyOf(caller.served().subList(3, 6)));
  }

  @Test
  void changesWhatKeysHaveInCommon() {
    RateLimit each = RateLimit.perHour(60).burst(60).by(item -> item);
    RateLimiter limiter = RateLimiter.of(RateLimit.all(each, RateLimit.perHour(1)), clock);
    Caller caller = new Caller(limiter, clock);
    Stream.of("a", "a", "b", "b").forEach(caller::ask);
    limiter.limit(RateLimit.all(each, RateLimit.perSecond(1)));
    clock.advance(Duration.ofSeconds(10));
    assertEquals(List.of(0L, 1_000L, 2_000L, 3_000L), caller.starts());
    assertEquals(List.of("a", "a", "b", "b"), caller.served());
  }

  @Test
  void asksNewFunctionsAboutThoseWhoComeLater() {
    RateLimiter limiter =
        RateLimiter.of(RateLimit.perSecond(1).burst(10).costing(item -> 10), clock);
    Caller caller = waiting(limiter, 2);
    limiter.limit(RateLimit.perSecond(1).burst(10).costing(item -> 1));
    caller.askTimes(1);
    clock.advance(Duration.ofMinutes(1));
    assertEquals(List.of(0L, 10_000L, 11_000L), caller.starts());
  }

  @Test
  void letsAWaiterGoWhoseCostIsAboveTheNewCapacity() {
    RateLimiter level = RateLimiter.of(RateLimit.perSecond(1).burst(10).costing(item -> 8), clock);
    Caller levels = waiting(level, 3);
    level.limit(RateLimit.perSecond(1).burst(4).costing(item -> 4));
    levels.askTimes(1);
    RateLimiter window = RateLimiter.of(RateLimit.window(10, SECOND).costing(item -> 8), clock);
    Caller windows = waiting(window, 3);
    window.limit(RateLimit.window(4, SECOND).costing(item -> 4));
    windows.askTimes(1);
    clock.advance(Duration.ofMinutes(1));
    assertEquals(List.of(0L, 2_000L, 10_000L, 18_000L), levels.starts(), "what is owed is paid");
    assertEquals(List.of(0L, 1_000L, 2_000L, 3_000L), windows.starts());
  }

  @Test
  void putsBackWhatWasTakenBeforeIt() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perHour(1).burst(2), clock);
    Demand demand = limiter.queue().demand(null);
    limiter.queue().tryTake(demand);
    limiter.limit(RateLimit.perHour(2).burst(2));
    limiter.queue().giveBack(demand);
    assertEquals(2, waiting(limiter, 5).starts().size());
  }

  @Test
  void putsBackNoMoreThanTheBurstThatWasLowerMeanwhile() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perHour(1).burst(10), clock);
    Demand demand = limiter.queue().demand(null);
    limiter.queue().tryTake(demand);
    clock.advance(1);
    limiter.limit(RateLimit.perHour(1).burst(2));
    limiter.limit(RateLimit.perHour(1).burst(10));
    limiter.queue().giveBack(demand);
    assertEquals(2, waiting(limiter, 20).starts().size());
  }

  @Test
  void putsBackIntoAWindowWhatWasTakenBeforeIt() {
    RateLimiter limiter = RateLimiter.of(RateLimit.window(1, SECOND), clock);
    Demand demand = limiter.queue().demand(null);
    limiter.queue().tryTake(demand);
    limiter.limit(RateLimit.window(2, SECOND));
    limiter.queue().giveBack(demand);
    assertTrue(limiter.tryAcquire());
    assertFalse(limiter.tryAcquire(), "the second one comes evenly");
  }

  @Test
  void isSeenAsTheLimit() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(1), clock);
    limiter.limit(RateLimit.perSecond(7));
    assertEquals(RateLimit.perSecond(7), limiter.limit());
    assertEquals("RateLimiter[TokenBucket[permits=7.0, period=1s]]", limiter.toString());
  }

  static List<RateLimit> unchangeable() {
    RateLimit breaker = RateLimit.breaker(0.5, 2, SECOND);
    return List.of(
        RateLimit.adaptive(),
        RateLimit.declaredByServer(5),
        breaker,
        RateLimit.all(RateLimit.perSecond(5), breaker.by(item -> item)));
  }

  @ParameterizedTest
  @MethodSource("unchangeable")
  void isRefusedWhereALimitHasLearntSomething(RateLimit limit) {
    RateLimiter limiter = RateLimiter.of(limit, clock);
    String refused =
        assertThrows(IllegalArgumentException.class, () -> limiter.limit(limit)).getMessage();
    assertTrue(refused.contains("cannot be changed"), refused);
    assertTrue(refused.contains(limit.toString()), refused);
    assertFalse(refused.contains("must have the form"), refused);
  }

  static List<RateLimit> otherForms() {
    RateLimit.TokenBucket level = RateLimit.perSecond(5).burst(5);
    return List.of(
        RateLimit.spacing(SECOND),
        RateLimit.window(5, SECOND),
        RateLimit.unlimited(),
        RateLimit.all(level, level),
        level.by(item -> item),
        level.costing(item -> 1),
        level.settling((item, value) -> 1));
  }

  @ParameterizedTest
  @MethodSource("otherForms")
  void isRefusedInAnotherForm(RateLimit other) {
    RateLimit first = RateLimit.perHour(1);
    RateLimiter limiter = RateLimiter.of(first, clock);
    var refused = assertThrows(IllegalArgumentException.class, () -> limiter.limit(other));
    assertTrue(refused.getMessage().contains(first.toString()), refused.getMessage());
    assertTrue(refused.getMessage().contains(other.toString()), refused.getMessage());
    assertEquals(first, limiter.limit());
    RateLimiter reverse = RateLimiter.of(other, clock);
    assertThrows(IllegalArgumentException.class, () -> reverse.limit(first));
    assertThrows(NullPointerException.class, () -> limiter.limit(null));
  }

  /*
   * The oracle keeps a level by itself, and sums what has flowed in at each rate: it knows at which nanosecond each
   * start may be at the earliest.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void startsEachWaiterAsEarlyAsTheLevelAllows(long seed) {
    Random random = new Random(seed);
    double burst = 1 + random.nextInt(5);
    double rate = 10;
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(rate).burst(burst), clock);
    Caller caller = new Caller(limiter, clock);
    double level = burst;
    int waiters = 0;
    int served = 0;
    for (int step = 0; step < 2_000; step++) {
      int asked = random.nextInt(6) == 0 ? random.nextInt(8) : 0;
      caller.askTimes(asked);
      waiters += asked;
      while (waiters > 0 && level >= 1) {
        level--;
        waiters--;
        served++;
      }
      assertEquals(served, caller.starts().size(), "step " + step);
      if (random.nextInt(4) == 0) {
        rate = Math.pow(10, 3 * random.nextDouble());
        burst = 1 + random.nextInt(5);
        limiter.limit(RateLimit.perSecond(rate).burst(burst));
        level = Math.min(level, burst);
      }
      assertEquals(served, caller.starts().size(), "a change grants nothing, step " + step);
      long nanos = 1_000_000L * random.nextInt(100);
      while (waiters > 0 && level + rate * nanos * 1e-9 >= 1) {
        long due = (long) Math.ceil((1 - level) / rate * 1e9);
        long most = Math.max(0, due - ROUNDING);
        clock.advance(most);
        assertEquals(served, caller.starts().size(), "too early, step " + step);
        clock.advance(due + ROUNDING - most);
        level += rate * (due + ROUNDING) * 1e-9 - 1;
        nanos -= due + ROUNDING;
        waiters--;
        served++;
        assertEquals(served, caller.starts().size(), "too late, step " + step);
      }
      if (nanos > 0) {
        clock.advance(nanos);
        level = Math.min(burst, level + rate * nanos * 1e-9);
      }
    }
    assertTrue(served > 300, served + " starts");
  }

  /* Some wake-ups are late, and some permits are given back long after they were taken. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void grantsNoMoreThanFlowsInHoweverOftenItChanges(long seed) {
    Random random = new Random(seed);
    FakeClock late = new FakeClock(() -> random.nextInt(4) == 0 ? random.nextInt(8_000_000) : 0);
    double[] rate = {100};
    double[] flow = {0, 0}; // what had flowed in, and when that was
    double most = 2;
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(rate[0]), late);
    List<Demand> made = new ArrayList<>();
    List<Double> calls = new ArrayList<>();
    for (int step = 0; step < 5_000; step++) {
      if (random.nextInt(20) == 0) {
        flow[0] += rate[0] * (late.elapsed() * 1e-9 - flow[1]);
        flow[1] = late.elapsed() * 1e-9;
        rate[0] = Math.pow(10, 1 + 2 * random.nextDouble());
        double burst = 1 + random.nextInt(4);
        most = Math.max(most, burst + Math.max(1, rate[0] * 0.005));
        limiter.limit(RateLimit.perSecond(rate[0]).burst(burst));
      }
      Demand demand = limiter.queue().demand(null);
      if (random.nextInt(3) > 0 && limiter.waiters() < 20) {
        Runnable granted =
            () -> {
              made.add(demand);
              calls.add(flow[0] + rate[0] * (late.elapsed() * 1e-9 - flow[1]));
            };
        limiter.queue().enqueue(demand, new Noting(granted));
      }
      if (!made.isEmpty() && random.nextInt(8) == 0) {
        int index = Math.max(0, made.size() - 1 - random.nextInt(30));
        limiter.queue().giveBack(made.get(index));
        made.remove(index);
        calls.remove(index);
      }
      late.advance(random.nextInt(6_000_000));
    }
    double lowest = Double.POSITIVE_INFINITY;
    for (int i = 0; i < calls.size(); i++) {
      lowest = Math.min(lowest, i - calls.get(i));
      double taken = i + 1 - calls.get(i) - lowest;
      assertTrue(taken <= most + 1e-3, "call %d: %f of %f".formatted(i, taken, most));
    }
    assertTrue(calls.size() > 500, calls.size() + " calls");
  }

  private record Noting(Runnable granting) implements Waiter {
    @Override
    public Answer claim() {
      return Answer.TAKE;
    }

    @Override
    public void granted() {
      granting.run();
    }

    @Override
    public void declined() {}
  }

  /* Counts by itself, in every window that ends with a grant. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void keepsEveryWindowAndSpreadsWhatAChangeAdds(long seed) {
    Random random = new Random(seed);
    int permits = 5;
    long length = 1_000_000_000;
    RateLimiter limiter =
        RateLimiter.of(RateLimit.window(permits, Duration.ofNanos(length)), clock);
    List<Long> grants = new ArrayList<>();
    long since = Long.MIN_VALUE; // of grants that the limit of now counts
    long spreadSince = -1;
    double atOnce = 0; // of those that came with the change
    int before = 0;
    for (int step = 0; step < 5_000; step++) {
      long now = clock.elapsed();
      boolean isSpread = spreadSince >= 0 && now - spreadSince < length;
      double spread = atOnce + permits * (now - spreadSince) / (double) length;
      if (random.nextInt(30) == 0) {
        since = Math.max(since, now - length);
        double allowed = permits - within(grants, since, now);
        int newPermits = 1 + random.nextInt(12);
        long newLength = 1_000_000L * (200 + random.nextInt(2_000));
        if (isSpread) {
          allowed = Math.min(allowed, spread - (grants.size() - before));
        }
        isSpread |= newPermits > permits || newLength < length;
        spreadSince = isSpread ? now : -1;
        atOnce = Math.min(allowed, newPermits);
        before = grants.size();
        permits = newPermits;
        length = newLength;
        limiter.limit(RateLimit.window(permits, Duration.ofNanos(length)));
        spread = atOnce;
      }
      if (limiter.tryAcquire()) {
        grants.add(now);
        int counted = within(grants, Math.max(since, now - length), now);
        assertTrue(counted <= permits, "step %d: %d of %d".formatted(step, counted, permits));
        int more = grants.size() - before;
        boolean isWithin = !isSpread || more <= spread + 1e-6;
        assertTrue(isWithin, "step %d: %d of %f".formatted(step, more, spread));
      }
      clock.advance(random.nextInt(100_000_000));
    }
    assertTrue(grants.size() > 300, grants.size() + " grants");
  }

  private static int within(List<Long> grants, long after, long until) {
    return (int) grants.stream().filter(time -> time > after && time <= until).count();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void losesNoPermitAndNoWaiter(long seed) {
    Random random = new Random(seed);
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(1).by((Integer i) -> i % 7), clock);
    Caller caller = new Caller(limiter, clock);
    int asked = 0;
    for (int step = 0; step < 500; step++) {
      caller.ask(asked++);
      limiter.limit(RateLimit.perSecond(0.1 + random.nextDouble()).by((Integer i) -> i % 7));
      clock.advance(random.nextInt(200_000_000));
    }
    limiter.limit(RateLimit.perSecond(1_000).by((Integer i) -> i % 7));
    clock.advance(SECOND);
    assertEquals(asked, caller.served().size());
    assertEquals(0, limiter.waiters());
    assertEquals(0, clock.pending());
  }

  @Test
  void isGoodForBlockedThreadsAndAsynchronousCalls() throws Exception {
    RateLimiter limiter = RateLimiter.of(RateLimit.perHour(1), clock);
    assertTrue(limiter.tryAcquire());
    var later = limiter.async(() -> CompletableFuture.completedStage("called")).get();
    Running<Boolean> blocked = Running.start(() -> limiter.tryAcquire(Duration.ofHours(2)));
    while (limiter.waiters() < 2) {
      Thread.onSpinWait();
    }
    limiter.limit(RateLimit.perHour(1_000_000));
    clock.advance(SECOND);
    assertEquals("called", later.get());
    assertTrue(blocked.join());
    assertEquals(0, clock.pending());
  }
}
