package io.millrace.cluster;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cluster.StoreChange.State;
import io.millrace.limit.RateLimiter;
import io.millrace.plan.RateLimit;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Several JVMs, each a shared limiter with threads of its own, over one store, in virtual time. */
@NoLeaks
class SharedRateLimiterTest {
  private static final SharedLimit LIMIT = SharedLimit.of("test", RateLimit.perSecond(1_000));
  private static final Duration ONE = ofSeconds(1);

  private final ManualClock clock = ManualClock.jumping();
  private final TriedStore store = new TriedStore(clock);
  private final List<Jvm> jvms = new ArrayList<>();

  @AfterEach
  void close() {
    jvms.forEach(Jvm::close);
    clock.close();
  }

  private void at(int seconds, Runnable task) {
    clock.schedule(clock.nanoTime() + ofSeconds(seconds).toNanos(), task);
  }

  private Jvm jvm(SharedLimit limit) {
    Jvm jvm = new Jvm(clock, store, limit);
    jvms.add(jvm);
    return jvm;
  }

  private List<Jvm> jvms(int count) {
    return IntStream.range(0, count).mapToObj(i -> jvm(LIMIT)).toList();
  }

  private long starts(Duration from, Duration to) {
    return jvms.stream().mapToLong(jvm -> jvm.startsBetween(from, to)).sum();
  }

  private void join() {
    jvms.forEach(Jvm::join);
  }

  /* Whichever thread comes first: nothing may happen before all are there. */
  private void together(Runnable start) {
    clock.enter();
    try {
      start.run();
    } finally {
      clock.exit();
    }
  }

  private long mostInAnySecond() {
    long[] all =
        jvms.stream()
            .flatMapToLong(jvm -> jvm.startedAt().stream().mapToLong(at -> at))
            .sorted()
            .toArray();
    long most = 0;
    int first = 0;
    for (int last = 0; last < all.length; last++) {
      while (all[last] - all[first] >= ONE.toNanos()) {
        first++;
      }
      most = Math.max(most, last - first + 1);
    }
    return most;
  }

  @Test
  @DisplayName("R12 four JVMs together keep the rate, use all of it, and get the same each")
  void keepTheRateTogether() {
    store.latency(ofMillis(1));
    together(() -> jvms(4).forEach(jvm -> jvm.work(50, ofMillis(10), ofSeconds(10))));
    join();

    long all = starts(ofSeconds(1), ofSeconds(10));
    assertTrue(Math.abs(all - 9_000) <= 90, "in 9 s: " + all);
    assertTrue(mostInAnySecond() <= 1_000 + 1 + 4 * 75, "in a second: " + mostInAnySecond());
    LongStream each =
        jvms.stream().mapToLong(jvm -> jvm.startsBetween(ofSeconds(2), ofSeconds(10)));
    each.forEach(starts -> assertTrue(Math.abs(starts - 2_000) <= 200, "one JVM: " + starts));
    assertTrue(store.calls() < 10_000 / 10, "calls: " + store.calls());
  }

  @Test
  @DisplayName("R12 one JVM alone uses all of the rate, also if the store is 100 ms away")
  void oneAloneUsesAll() {
    store.latency(ofMillis(100));
    together(() -> jvm(LIMIT).work(50, ofMillis(10), ofSeconds(10)));
    join();

    long all = starts(ofSeconds(4), ofSeconds(10));
    assertTrue(Math.abs(all - 6_000) <= 120, "in 6 s: " + all);
  }

  @Test
  @DisplayName("R12 the share of a JVM that dies goes to the others by itself")
  void shareOfTheDead() {
    store.latency(ofMillis(1));
    together(() -> jvms(2).forEach(jvm -> jvm.work(50, ofMillis(10), ofSeconds(10))));
    at(4, () -> jvms.get(0).die());
    join();

    assertEquals(0, jvms.get(0).startsBetween(ofSeconds(5), ofSeconds(10)));
    long rest = jvms.get(1).startsBetween(ofSeconds(5), ofSeconds(10));
    assertTrue(Math.abs(rest - 5_000) <= 50, "in 5 s: " + rest);
  }

  @Test
  @DisplayName(
      "A pause reaches every JVM within a second, and then they go on at the rate, without a burst")
  void pauseReachesAll() {
    store.latency(ofMillis(1));
    together(() -> jvms(3).forEach(jvm -> jvm.work(50, ofMillis(10), ofSeconds(12))));
    clock.schedule(
        clock.nanoTime() + ofSeconds(3).toNanos(),
        () -> jvms.get(0).shared().limiter().pause(ofSeconds(4)));
    join();

    assertEquals(0, starts(ofSeconds(4), ofSeconds(7)));
    assertTrue(
        starts(ofSeconds(7), ofMillis(7_100)) <= 130,
        "at first: " + starts(ofSeconds(7), ofMillis(7_100)));
    long after = starts(ofSeconds(8), ofSeconds(12));
    assertTrue(Math.abs(after - 4_000) <= 40, "in 4 s: " + after);
  }

  @Test
  @DisplayName(
      "R12 who waits for a permit that is void since a short pause asks for another one at once")
  void shortPause() throws Exception {
    SharedLimit slow = SharedLimit.of("test", RateLimit.perMinute(6));
    RateLimiter pausing = jvm(slow).shared().limiter();
    RateLimiter limiter = jvm(slow).shared().limiter();
    FutureTask<Duration> waiting =
        new FutureTask<>(
            () -> {
              limiter.acquire();
              long start = clock.nanoTime();
              clock.schedule(start + ofMillis(1_200).toNanos(), () -> pausing.pause(ofMillis(100)));
              limiter.acquire(); // in 10 s, but after a pause one may start
              return Duration.ofNanos(clock.nanoTime() - start);
            });
    clock.announced(waiting).run();
    Duration waited = waiting.get();
    assertTrue(waited.compareTo(ofSeconds(3)) < 0, "waited: " + waited);
  }

  @Test
  @DisplayName("R12 of a slow limit, JVMs that have had what they wanted keep nothing from others")
  void slowLimitOfIdleJvms() throws Exception {
    store.latency(ofMillis(1));
    SharedLimit slow = SharedLimit.of("test", RateLimit.perMinute(6));
    RateLimiter late = jvm(slow).shared().limiter();
    FutureTask<Duration> waiting =
        new FutureTask<>(
            () -> {
              for (int i = 0; i < 10; i++) {
                RateLimiter once = jvm(slow).shared().limiter();
                Thread.ofVirtual().start(clock.announced(() -> acquireUnlessClosed(once)));
              }
              clock.sleep(ofSeconds(95)); // each has had its permit: one every 10 s
              late.acquire();
              return clock.elapsed();
            });
    clock.announced(waiting).run();
    Duration elapsed = waiting.get();
    assertTrue(elapsed.compareTo(ofSeconds(101)) < 0, "the next permit came at " + elapsed);
  }

  private static void acquireUnlessClosed(RateLimiter limiter) {
    try {
      limiter.acquire();
    } catch (InterruptedException | IllegalStateException ended) {
      // the test is over
    }
  }

  @Test
  @DisplayName(
      "R12 if the store is lost, each JVM goes on at its last share and says so; when it is back, they return")
  void goOnWithoutTheStore() {
    store.latency(ofMillis(1));
    together(() -> jvms(2).forEach(jvm -> jvm.work(50, ofMillis(10), ofSeconds(30))));
    at(12, () -> store.down(true));
    at(20, () -> store.down(false));
    join();

    long without = starts(ofSeconds(13), ofSeconds(20));
    assertTrue(Math.abs(without - 7_000) <= 350, "in 7 s without: " + without);
    for (Jvm jvm : jvms) {
      assertEquals(
          List.of(State.LOST, State.BACK), jvm.changes().stream().map(StoreChange::state).toList());
      assertEquals(500, jvm.changes().getFirst().share(), 50);
    }
    long after = starts(ofSeconds(26), ofSeconds(30));
    assertTrue(Math.abs(after - 4_000) <= 40, "in 4 s after: " + after);
    assertTrue(mostInAnySecond() <= 1_000 + 1 + 2 * 75 + 250, "in a second: " + mostInAnySecond());
  }

  @Test
  @DisplayName(
      "R12 when the store is back, nobody waits for a permit that would have come at the last share")
  void backBeforeTheShare() throws Exception {
    RateLimiter limiter = jvm(LIMIT).shared().limiter();
    FutureTask<Duration> waiting =
        new FutureTask<>(
            () -> {
              limiter.acquire();
              clock.sleep(ofSeconds(3));
              store.down(true);
              at(2, () -> store.down(false));
              long start = clock.nanoTime();
              limiter.acquire(); // at the last share, one in 10 s
              return Duration.ofNanos(clock.nanoTime() - start);
            });
    clock.announced(waiting).run(); // else the time goes on while this thread is about to read it
    Duration waited = waiting.get();
    assertTrue(waited.compareTo(ofSeconds(5)) < 0, "waited: " + waited);
  }

  @Test
  @DisplayName(
      "R12 what was to come late at the last share holds back nothing when the store is lost once more")
  void lostTwice() throws Exception {
    SharedLimit costing =
        SharedLimit.of(
            "test", RateLimit.perSecond(1_000).burst(1_000).costing((Integer cost) -> cost));
    RateLimiter limiter = jvm(costing).shared().limiter();
    FutureTask<Duration> waiting =
        new FutureTask<>(
            () -> {
              limiter.acquireFor(1);
              clock.sleep(ofSeconds(3));
              store.down(true);
              at(2, () -> store.down(false));
              limiter.acquireFor(500); // at the last share, in more than an hour
              clock.sleep(ofSeconds(1));
              store.down(true);
              long start = clock.nanoTime();
              for (int i = 0; i < 100; i++) {
                limiter.acquireFor(1); // at the last share, 50 a second
              }
              return Duration.ofNanos(clock.nanoTime() - start);
            });
    clock.announced(waiting).run();
    Duration waited = waiting.get();
    assertTrue(waited.compareTo(ofSeconds(4)) < 0, "waited: " + waited);
  }

  @Test
  @DisplayName(
      "R12 a store that can be looked at and not changed, because it is full or can only be read, is lost until it can be changed")
  void fullStore() {
    store.latency(ofMillis(1));
    SharedLimit slow = SharedLimit.of("test", RateLimit.perSecond(5));
    together(() -> jvm(slow).work(10, ofMillis(10), ofSeconds(120)));
    at(20, () -> store.full(true));
    at(80, () -> store.full(false));
    join();

    List<StoreChange> changes = jvms.getFirst().changes();
    assertEquals(
        List.of(State.LOST, State.BACK), changes.stream().map(StoreChange::state).toList());
    long without = starts(ofSeconds(30), ofSeconds(80));
    assertTrue(Math.abs(without - 250) <= 13, "in 50 s without: " + without);
    long after = starts(ofSeconds(90), ofSeconds(120));
    assertTrue(Math.abs(after - 150) <= 2, "in 30 s after: " + after);
  }

  @Test
  @DisplayName("R12 what was used without the store is not there once more when that is back")
  void burstAfterAnOutage() {
    store.latency(ofMillis(1));
    SharedLimit bursting = SharedLimit.of("test", RateLimit.perSecond(100).burst(200));
    together(() -> jvm(bursting).work(50, ofMillis(10), ofSeconds(40)));
    at(12, () -> store.down(true));
    at(22, () -> store.down(false));
    join();

    long all = starts(Duration.ZERO, ofSeconds(40));
    assertTrue(all >= 4_000 && all <= 200 + 4_000 + 20, "in 40 s: " + all);
    long after = starts(ofSeconds(30), ofSeconds(40));
    assertTrue(Math.abs(after - 1_000) <= 10, "in 10 s after: " + after);
  }

  @Test
  @DisplayName(
      "R12 without the store nobody goes on faster than the limit, though it has just used the burst, or one of a few permits")
  void shareOfABurst() {
    SharedLimit bursting = SharedLimit.of("bursting", RateLimit.perMinute(60).burst(60));
    SharedLimit slow = SharedLimit.of("slow", RateLimit.perMinute(1));
    Duration end = ofSeconds(608);
    together(
        () -> List.of(bursting, slow).forEach(limit -> jvm(limit).work(10, ofMillis(10), end)));
    at(8, () -> store.down(true));
    join();

    long ofBursting = jvms.getFirst().startsBetween(ofSeconds(8), end);
    assertTrue(ofBursting >= 540 && ofBursting <= 602, "of 600: " + ofBursting);
    long ofSlow = jvms.getLast().startsBetween(ofSeconds(8), end);
    assertTrue(ofSlow >= 5 && ofSlow <= 11, "of 10: " + ofSlow);
  }

  @Test
  @DisplayName(
      "R12 if a store can only be read, JVMs that take turns at a slow limit keep it together, though each loses the store just after its turn")
  void sharesOfTurns() {
    store.latency(ofMillis(1));
    SharedLimit slow = SharedLimit.of("test", RateLimit.perMinute(6));
    Duration end = ofSeconds(1_200);
    together(() -> IntStream.range(0, 10).forEach(i -> jvm(slow).work(3, ofMillis(10), end)));
    at(400, () -> store.full(true));
    join();

    long without = starts(ofSeconds(600), end);
    assertTrue(without >= 50 && without <= 90, "of 60 in 600 s without: " + without);
  }

  @Test
  @DisplayName(
      "R12 after a short outage, JVMs that take turns at a slow limit still have the turns that they had reserved")
  void turnsAfterAnOutage() {
    store.latency(ofMillis(1));
    SharedLimit slow = SharedLimit.of("test", RateLimit.perMinute(6));
    Duration end = ofSeconds(500);
    together(() -> IntStream.range(0, 10).forEach(i -> jvm(slow).work(3, ofMillis(10), end)));
    at(400, () -> store.down(true));
    at(403, () -> store.down(false));
    join();

    long after = starts(ofSeconds(405), ofSeconds(495));
    assertTrue(after >= 8 && after <= 11, "of 9 in 90 s after it: " + after);
  }

  @Test
  @DisplayName(
      "R12 turns from before a pause are void: after an outage, those that are kept are the ones of after it")
  void turnsAfterAPauseAndAnOutage() {
    store.latency(ofMillis(1));
    SharedLimit slow = SharedLimit.of("test", RateLimit.perMinute(6));
    together(
        () -> {
          List<Jvm> others = new ArrayList<>();
          IntStream.range(0, 29)
              .forEach(i -> others.add(jvm(slow).work(3, ofMillis(10), ofSeconds(1_004))));
          jvm(slow).work(3, ofMillis(10), ofSeconds(1_300));
          at(1_003, () -> others.getFirst().shared().limiter().pause(ofSeconds(2)));
          at(1_004, () -> others.forEach(each -> Thread.ofVirtual().start(each::close)));
          at(1_020, () -> store.down(true));
          at(1_023, () -> store.down(false));
        });
    join();

    long after = starts(ofSeconds(1_025), ofSeconds(1_225));
    assertTrue(after >= 18 && after <= 21, "of 20 in 200 s after it: " + after);
  }

  @Test
  @DisplayName("R12 a store that takes longer than a second for each answer starves nobody")
  void slowAnswers() {
    store.latency(ofMillis(10));
    SharedLimit burst = SharedLimit.of("test", RateLimit.perSecond(1_000).burst(1_000));
    Duration end = ofSeconds(60);
    together(() -> IntStream.range(0, 4).forEach(i -> jvm(burst).work(30, ofMillis(10), end)));
    at(10, () -> store.latency(ofMillis(700)));
    join();

    long slow = starts(ofSeconds(30), end);
    assertTrue(slow >= 20_000 && slow <= 36_000, "of 30,000 in 30 s: " + slow);
  }

  @Test
  @DisplayName(
      "R12 what was used while the store was lost is not taken for what is used in a second, if it is lost once more")
  void shareAfterALongOutage() {
    store.latency(ofMillis(1));
    SharedLimit hundred = SharedLimit.of("test", RateLimit.perSecond(100));
    together(
        () -> {
          jvm(hundred).work(10, ofMillis(10), ofSeconds(105));
          jvm(hundred).work(10, ofMillis(10), ofSeconds(105));
        });
    long start = clock.nanoTime();
    clock.schedule(start + ofSeconds(12).toNanos(), () -> store.down(true));
    clock.schedule(start + ofSeconds(72).toNanos(), () -> store.down(false)); // seen at 74.5
    clock.schedule(start + ofMillis(84_200).toNanos(), () -> store.down(true));
    join();

    long without = starts(ofSeconds(85), ofSeconds(105));
    assertTrue(without >= 1_600 && without <= 2_200, "in 20 s without: " + without);
  }

  @Test
  @DisplayName("A store that does not answer is lost after a second")
  void hangingStore() {
    together(() -> jvm(LIMIT).work(50, ofMillis(10), ofSeconds(30)));
    at(12, () -> store.latency(ofSeconds(6)));
    at(16, () -> store.latency(ofMillis(1)));
    join();

    assertEquals(State.LOST, jvms.getFirst().changes().getFirst().state());
    long without = starts(ofSeconds(14), ofSeconds(18));
    assertTrue(Math.abs(without - 4_000) <= 200, "in 4 s without: " + without);
    long after = starts(ofSeconds(26), ofSeconds(30));
    assertTrue(Math.abs(after - 4_000) <= 40, "in 4 s after: " + after);
  }

  @Test
  @DisplayName(
      "While nobody asks for permits, nobody calls the store, and what was left is given back")
  void idleCallsNobody() throws InterruptedException {
    Jvm jvm = jvm(LIMIT);
    together(() -> jvm.work(10, ofMillis(1), ofSeconds(2)));
    join();
    clock.sleep(ofSeconds(5));
    int before = store.calls();
    clock.sleep(ofSeconds(60));
    assertEquals(before, store.calls());
  }

  @Test
  @DisplayName(
      "After close, attempts fail, also those that wait, and close does not wait for a store that hangs")
  void closed() {
    Jvm jvm = jvm(LIMIT);
    jvm.shared().limiter().tryAcquire();
    jvm.shared().close();
    assertThrows(IllegalStateException.class, () -> jvm.shared().limiter().acquire());
    jvm.shared().close();
  }
}
