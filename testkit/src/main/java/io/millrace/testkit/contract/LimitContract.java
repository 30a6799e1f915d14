package io.millrace.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.limit.RateLimiter;
import io.millrace.outcome.ShedException;
import io.millrace.plan.AnswerReader;
import io.millrace.plan.Backoff;
import io.millrace.plan.RateChange;
import io.millrace.plan.RateLimit;
import io.millrace.plan.RateLimit.TokenBucket;
import io.millrace.plan.Retry;
import io.millrace.plan.StopToken;
import io.millrace.signal.DeclaredLimit;
import io.millrace.signal.ServerAnswer;
import io.millrace.signal.Signals;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.RecordedCall;
import io.millrace.testkit.ScriptedAction;
import io.millrace.time.TimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;

/** How limits hold, and whom they leave alone. */
public interface LimitContract extends Contract {

  /** A limiter that several share: another kind of limiter keeps the same promises. */
  default RateLimiter shared(TokenBucket limit, TimeSource clock) {
    return RateLimiter.of(limit, clock);
  }

  @Everywhere
  @DisplayName("A57 starts keep the pace of the limit")
  default void startsKeepThePace(Way way) throws Exception {
    int items = 30;
    try (ManualClock clock = ManualClock.jumping()) {
      var action = ScriptedAction.<Integer, Integer>on(clock).anyItem().returns(1);
      way.over(Way.numbers(items), action)
          .with(
              p -> p.clock(clock).rateLimit(RateLimit.spacing(Duration.ofSeconds(1))).window(items))
          .run()
          .complete(items);
      assertEquals(
          LongStream.range(0, items).boxed().toList(),
          action.calls().stream().map(call -> call.start().toSeconds()).toList(),
          "starts");
    }
  }

  @Everywhere
  @DisplayName("A10 I5 every retry takes a permit of its own")
  default void retriesTakePermits(Way way) throws Exception {
    try (ManualClock clock = ManualClock.jumping()) {
      var action =
          ScriptedAction.<Integer, Integer>on(clock).anyItem().fails(new IOException("always"));
      way.over(Way.numbers(1), action)
          .with(
              p -> p.clock(clock).rateLimit(10).retry(Retry.ofAttempts(4).backoff(Backoff.none())))
          .run()
          .complete(1);
      assertEquals(
          List.of(0L, 100L, 200L, 300L),
          action.startsOf(0).stream().map(Duration::toMillis).toList(),
          "starts");
    }
  }

  @Everywhere
  @DisplayName("I5 a shared limiter gives one permit an attempt, and no more")
  default void onePermitAnAttempt(Way way) throws Exception {
    try (ManualClock clock = new ManualClock()) {
      RateLimiter limiter = shared(RateLimit.perHour(1).burst(100), clock);
      var action =
          ScriptedAction.<Integer, Integer>on(clock)
              .anyItem()
              .fails(new IOException("once"))
              .returns(1);
      way.over(Way.numbers(30), action)
          .with(
              p ->
                  p.clock(clock)
                      .rateLimit(limiter)
                      .retry(Retry.ofAttempts(2).backoff(Backoff.none())))
          .run()
          .complete(30);
      assertEquals(40, permitsLeft(limiter), "permits left of 100");
    }
  }

  @Everywhere
  @DisplayName("I5 items that a stop finds waiting take no permit")
  default void cancelledWaitsTakeNoPermit(Way way) throws Exception {
    StopToken token = new StopToken();
    try (ManualClock clock = new ManualClock()) {
      RateLimiter limiter = shared(RateLimit.perHour(1).burst(3), clock);
      var action = ScriptedAction.<Integer, Integer>on(clock).anyItem().returns(1);
      try (var live =
          way.over(Way.numbers(20), action)
              .with(p -> p.clock(clock).rateLimit(limiter).stopToken(token))
              .start()) {
        action.awaitCalls(3);
        clock.awaitTimers(1);
        token.stop();
        live.report();
      }
      assertEquals(3, action.calls().size(), "calls");
      assertFalse(limiter.tryAcquire(), "a permit before its time");
      clock.advance(Duration.ofHours(3));
      assertEquals(3, permitsLeft(limiter), "permits after three hours");
    }
  }

  private static int permitsLeft(RateLimiter limiter) {
    int left = 0;
    while (limiter.tryAcquire()) {
      left++;
    }
    return left;
  }

  @Everywhere(except = Trait.CALLER_RUNS)
  @DisplayName("I5 a limit per key holds nobody up but its own items")
  default void aLimitPerKeyHoldsOnlyItsKey(Way way) throws Exception {
    int items = 40;
    try (ManualClock clock = new ManualClock()) {
      var action = ScriptedAction.<Integer, Integer>on(clock).anyItem().computes(item -> item);
      // items below 10 share one key; each other one has its own
      RateLimit limit = RateLimit.perHour(1).by((Integer item) -> item < 10 ? -1 : item);
      try (var live =
          way.over(Way.numbers(items), action)
              .with(p -> p.clock(clock).rateLimit(limit).window(items))
              .start()) {
        action.awaitCalls(31);
        Actions.letOthersRun();
        assertEquals(31, action.calls().size(), "calls before time goes on");
        for (int hour = 1; hour < 10; hour++) {
          clock.awaitTimers(1);
          clock.advance(Duration.ofHours(1));
          action.awaitCalls(31 + hour);
        }
        live.report().complete(items);
      }
    }
  }

  @Everywhere(at = {2, 7, 100})
  @DisplayName("I1 a key at its concurrency keeps no other key from running")
  default void aBusyKeyStarvesNobody(Way way) throws Exception {
    int busy = 20;
    int items = 80;
    CountDownLatch release = new CountDownLatch(1);
    var action =
        ScriptedAction.<Integer, Integer>on(TimeSource.system())
            .anyItem()
            .computes(
                item -> {
                  if (item < busy) {
                    release.await();
                  }
                  return item;
                });
    try (var live =
        way.over(Way.numbers(items), action)
            .with(
                p ->
                    p.concurrencyPerKey(1, (Integer item) -> item < busy ? "busy" : "idle " + item)
                        .window(items))
            .start()) {
      action.awaitCalls(1 + items - busy);
      Actions.eventually("the others to end", () -> action.running() == 1);
      assertEquals(1 + items - busy, action.calls().size(), "calls while the key is busy");
      release.countDown();
      live.report().complete(items);
    }
    assertEquals(
        items, action.calls().stream().map(RecordedCall::item).distinct().count(), "items");
  }

  @Everywhere
  @DisplayName("I1 of one key never more run at once than the concurrency per key")
  default void concurrencyPerKeyHolds(Way way) {
    int perKey = 2;
    List<AtomicInteger> running = List.of(new AtomicInteger(), new AtomicInteger());
    AtomicInteger most = new AtomicInteger();
    way.over(
            Way.numbers(600),
            item -> {
              AtomicInteger mine = running.get(item % 2);
              most.accumulateAndGet(mine.incrementAndGet(), Math::max);
              Thread.onSpinWait();
              mine.decrementAndGet();
              if (item % 5 == 0) {
                throw new IOException("item " + item);
              }
              return item;
            })
        .with(
            p ->
                p.concurrencyPerKey(perKey, (Integer item) -> item % 2)
                    .retry(Retry.ofAttempts(2).backoff(Backoff.none())))
        .run()
        .complete(600);
    assertTrue(most.get() <= perKey, () -> most + " of one key at once");
  }

  @Everywhere
  @DisplayName("R8 while a circuit breaker is open nothing starts; then one probe does, then all")
  default void aBreakerOpensAndCloses(Way way) throws Exception {
    try (ManualClock clock = ManualClock.jumping()) {
      long start = clock.nanoTime();
      long up = start + Duration.ofSeconds(15).toNanos();
      List<Long> times = Collections.synchronizedList(new ArrayList<>());
      Retry retry = Retry.ofAttempts(20).backoff(Backoff.fixed(Duration.ofMillis(1)));
      way.over(
              Way.numbers(300),
              item -> {
                long now = clock.nanoTime();
                times.add((now - start) / 1_000_000);
                if (now - up < 0) {
                  throw new IOException("down");
                }
                return item;
              })
          .with(
              p ->
                  p.clock(clock)
                      .retry(retry)
                      .rateLimit(RateLimit.breaker(0.5, 10, Duration.ofSeconds(10))))
          .run()
          .complete(300);
      List<Long> probes = times.stream().filter(at -> at >= 9_000 && at < 20_000).toList();
      assertEquals(1, probes.size(), "probes that failed");
      assertEquals(300, times.stream().filter(at -> at >= 15_000).count(), "calls since it closed");
    }
  }

  @Everywhere
  @DisplayName(
      "S8 what a server declares is kept: never more than it allows in a window, and then all of it")
  default void aDeclaredLimitIsKept(Way way) throws Exception {
    int items = 50;
    int allowed = 20;
    long minute = Duration.ofMinutes(1).toNanos();
    try (ManualClock clock = ManualClock.jumping()) {
      long start = clock.nanoTime();
      Map<Long, Integer> taken = new ConcurrentHashMap<>();
      AnswerReader reader =
          (result, error, now) -> {
            long elapsed = clock.nanoTime() - start;
            DeclaredLimit declared =
                DeclaredLimit.of("requests", DeclaredLimit.Unit.REQUESTS)
                    .remaining(Math.max(0, allowed - taken.getOrDefault(elapsed / minute, 0)))
                    .resetsIn(Duration.ofNanos(minute - elapsed % minute));
            return new ServerAnswer(
                ServerAnswer.Kind.GRANTED, Signals.declaring(List.of(declared)));
          };
      way.over(
              Way.numbers(items),
              item -> {
                taken.merge((clock.nanoTime() - start) / minute, 1, Integer::sum);
                return item;
              })
          .with(p -> p.clock(clock).rateLimit(RateLimit.declaredByServer(5).reading(reader)))
          .run()
          .complete(items);
      for (int count : taken.values()) {
        assertTrue(count <= allowed, () -> taken + " by the minute");
      }
      assertTrue(taken.getOrDefault(1L, 0) >= allowed - 2, () -> taken + " by the minute");
    }
  }

  @Everywhere
  @DisplayName("R9 an item whose permit would come too late is shed at once, and takes none")
  default void itemsAreShed(Way way) throws Exception {
    try (ManualClock clock = new ManualClock()) {
      RateLimiter limiter = RateLimiter.of(RateLimit.perHour(1).burst(3), clock);
      var action = ScriptedAction.<Integer, Integer>on(clock).anyItem().returns(1);
      var report =
          way.over(Way.numbers(30), action)
              .with(p -> p.clock(clock).rateLimit(limiter).shedAfter(Duration.ofMinutes(1)))
              .run()
              .complete(30);
      assertEquals(3, action.calls().size(), "calls");
      assertEquals(27, report.failures().size(), "failures");
      report.failures().forEach(f -> assertInstanceOf(ShedException.class, f.error()));
      report.failures().forEach(f -> assertEquals(0, f.attempts(), "attempts"));
      clock.advance(Duration.ofHours(3));
      assertEquals(3, permitsLeft(limiter), "permits after three hours");
    }
  }

  @Everywhere(at = {2, 7, 100})
  @DisplayName("R9 an item that others keep waiting is shed when it has waited so long")
  default void itemsBehindOthersAreShed(Way way) throws Exception {
    Set<Integer> asked = ConcurrentHashMap.newKeySet();
    AtomicInteger calls = new AtomicInteger();
    try (ManualClock clock = ManualClock.jumping()) {
      var report =
          way.over(
                  Way.numbers(3),
                  item -> {
                    calls.incrementAndGet();
                    while (asked.size() < 3) { // time goes on before all have come
                      clock.sleep(Duration.ofSeconds(1));
                    }
                    clock.sleep(Duration.ofSeconds(10));
                    return item;
                  })
              .with(
                  p ->
                      p.clock(clock)
                          .concurrencyPerKey(
                              1,
                              (Integer item) -> {
                                asked.add(item);
                                return "one";
                              })
                          .shedAfter(Duration.ofSeconds(4)))
              .run()
              .complete(3);
      assertEquals(1, calls.get(), "calls");
      assertEquals(2, report.failures().size(), "failures");
      report.failures().forEach(f -> assertInstanceOf(ShedException.class, f.error()));
    }
  }

  @Everywhere
  @DisplayName(
      "S6 an adaptive rate begins at its first pace, never passes its most, goes below what was granted when it is refused, and says why")
  default void aRateFindsItself(Way way) throws Exception {
    int items = 400;
    List<RateChange> changes = new CopyOnWriteArrayList<>();
    List<Long> starts = Collections.synchronizedList(new ArrayList<>());
    AtomicInteger refused = new AtomicInteger();
    Signals wait = Signals.waitFor(Duration.ofMillis(1)); // so it does not come by chance
    AnswerReader reader =
        (result, error, now) ->
            error == null
                ? new ServerAnswer(ServerAnswer.Kind.GRANTED, Signals.NONE)
                : new ServerAnswer(ServerAnswer.Kind.REFUSED, wait);
    try (ManualClock clock = ManualClock.jumping()) {
      long start = clock.nanoTime();
      RateLimit limit =
          RateLimit.adaptive()
              .startingAt(10)
              .between(1, 100)
              .reading(reader)
              .onChange(changes::add);
      way.over(
              Way.numbers(items),
              item -> {
                starts.add((clock.nanoTime() - start) / 1_000_000);
                if (starts.size() % 100 == 0) {
                  refused.incrementAndGet();
                  throw new IOException("too many");
                }
                return item;
              })
          .with(
              p ->
                  p.clock(clock)
                      .rateLimit(limit)
                      .retry(Retry.ofAttempts(9).backoff(Backoff.none())))
          .run()
          .complete(items);
    }
    assertEquals(100, starts.get(1) - starts.get(0), "ms from the first start to the second");
    for (int index = 0; index + 101 < starts.size(); index++) {
      assertTrue(starts.get(index + 101) - starts.get(index) >= 999, "more than 100 in a second");
    }
    assertEquals(
        refused.get(),
        changes.stream().filter(change -> change.reason() == RateChange.Reason.REFUSED).count(),
        () -> "moves: " + changes);
    assertTrue(changes.stream().allMatch(change -> change.after() <= 100), changes::toString);
  }
}
