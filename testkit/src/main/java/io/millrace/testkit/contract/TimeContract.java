package io.millrace.testkit.contract;

import static io.millrace.testkit.contract.Actions.AT_ONCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.outcome.AbandonedException;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.Success;
import io.millrace.plan.Backoff;
import io.millrace.plan.Hedge;
import io.millrace.plan.Retry;
import io.millrace.plan.StopToken;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.ScriptedAction;
import io.millrace.time.TimeSource;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;

/** What timeouts do, and what they must not do. */
public interface TimeContract extends Contract {

  @Everywhere
  @DisplayName("A17 at an attempt timeout of zero nothing is called")
  default void zeroAttemptTimeout(Way way) {
    AtomicInteger calls = new AtomicInteger();
    var report =
        way.over(Way.numbers(20), item -> calls.incrementAndGet())
            .with(p -> p.attemptTimeout(Duration.ZERO))
            .run()
            .complete(20);
    timedOutUnstarted(report, calls);
  }

  @Everywhere
  @DisplayName("A17 at an item timeout of zero nothing is called")
  default void zeroItemTimeout(Way way) {
    AtomicInteger calls = new AtomicInteger();
    var report =
        way.over(Way.numbers(20), item -> calls.incrementAndGet())
            .with(p -> p.itemTimeout(Duration.ZERO))
            .run()
            .complete(20);
    timedOutUnstarted(report, calls);
  }

  private static void timedOutUnstarted(Report<?, ?> report, AtomicInteger calls) {
    assertEquals(0, calls.get(), "calls");
    assertEquals(20, report.failures().size(), "failures");
    report.failures().forEach(f -> assertInstanceOf(TimeoutException.class, f.error()));
    report.failures().forEach(f -> assertEquals(0, f.attempts(), "attempts"));
  }

  @Everywhere
  @DisplayName("A17 at a run timeout of zero nothing is called")
  default void zeroRunTimeout(Way way) {
    AtomicInteger calls = new AtomicInteger();
    var report =
        way.over(Way.numbers(20), item -> calls.incrementAndGet())
            .with(p -> p.runTimeout(Duration.ZERO))
            .run()
            .cutShort(RunStatus.TIMED_OUT);
    assertEquals(0, calls.get(), "calls");
    assertEquals(report.outcomes().size(), report.notRun().size(), "not run");
    report.each(way.is(Trait.CALLER_READS) ? report.outcomes().size() : 20);
  }

  @Everywhere
  @DisplayName("LF1 nothing is called before the initial delay is over")
  default void initialDelay(Way way) throws Exception {
    try (ManualClock clock = ManualClock.jumping()) {
      var action = ScriptedAction.<Integer, Integer>on(clock).computes(item -> item);
      way.over(Way.numbers(20), action)
          .with(p -> p.clock(clock).initialDelay(Duration.ofHours(1)))
          .run()
          .complete(20);
      action.calls().forEach(call -> assertEquals(Duration.ofHours(1), call.start(), "start"));
    }
  }

  @Everywhere
  @DisplayName("LF1 a timeout of the run ends the initial delay at once, and nothing is called")
  default void runTimeoutEndsTheInitialDelay(Way way) throws Exception {
    try (ManualClock clock = ManualClock.jumping()) {
      var action = ScriptedAction.<Integer, Integer>on(clock).computes(item -> item);
      way.over(Way.numbers(20), action)
          .with(
              p ->
                  p.clock(clock)
                      .initialDelay(Duration.ofHours(1))
                      .runTimeout(Duration.ofSeconds(1)))
          .run()
          .cutShort(RunStatus.TIMED_OUT);
      assertEquals(List.of(), action.calls(), "calls");
      assertEquals(Duration.ofSeconds(1), clock.elapsed(), "elapsed");
    }
  }

  @Everywhere
  @DisplayName("LF1 a stop ends the initial delay at once")
  default void stopEndsTheInitialDelay(Way way) {
    AtomicInteger calls = new AtomicInteger();
    StopToken token = new StopToken();
    Supply source = Supply.endless();
    try (var live =
        way.over(source, item -> calls.incrementAndGet())
            .with(p -> p.initialDelay(ChronoUnit.FOREVER.getDuration()).stopToken(token))
            .start()) {
      Actions.letOthersRun();
      int read = source.pulled();
      token.stop();
      live.report().cutShort(RunStatus.CANCELLED);
      assertTrue(read == 0 || way.is(Trait.CALLER_READS), () -> read + " items were read");
      assertEquals(0, calls.get(), "calls");
    }
  }

  @Everywhere
  @DisplayName("LF1 A4 a source that is known to be empty needs no initial delay")
  default void anEmptySourceNeedsNoInitialDelay(Way way) {
    way.over(Way.numbers(0), item -> item)
        .with(p -> p.initialDelay(Duration.ofHours(1)))
        .run()
        .complete(0);
  }

  @Everywhere
  @DisplayName("A17 an attempt that takes too long fails, and may be repeated")
  default void attemptTimeout(Way way) throws Exception {
    try (ManualClock clock = ManualClock.jumping()) {
      var action =
          ScriptedAction.<Integer, Integer>on(clock)
              .anyItem()
              .takes(Duration.ofHours(1))
              .returns(1);
      var report =
          way.over(Way.numbers(20), action)
              .with(
                  p ->
                      p.clock(clock)
                          .attemptTimeout(Duration.ofSeconds(1))
                          .retry(Retry.ofAttempts(3).backoff(Backoff.none())))
              .run()
              .complete(20);
      report.failures().forEach(f -> assertInstanceOf(TimeoutException.class, f.error()));
      report.failures().forEach(f -> assertEquals(3, f.attempts(), "attempts"));
      if (way.concurrency() >= 20) { // else its retries may wait for others
        report.failures().forEach(f -> assertEquals(3, f.elapsed().toSeconds(), "elapsed"));
      }
      assertEquals(20, report.failures().size(), "failures");
      assertEquals(60, action.calls().size(), "calls");
    }
  }

  @Everywhere
  @DisplayName("A17 an attempt that is fast enough is left alone, however long the run")
  default void fastAttemptsAreLeftAlone(Way way) throws Exception {
    try (ManualClock clock = ManualClock.jumping()) {
      var action =
          ScriptedAction.<Integer, Integer>on(clock)
              .anyItem()
              .takes(Duration.ofMillis(999))
              .computes(item -> item);
      var report =
          way.over(Way.numbers(50), action)
              .with(p -> p.clock(clock).attemptTimeout(Duration.ofSeconds(1)))
              .run()
              .complete(50);
      assertEquals(List.of(), report.failures(), "failures");
    }
  }

  @Everywhere
  @DisplayName("A17 L12 the time of an item includes its retries and the waits between them")
  default void itemTimeout(Way way) throws Exception {
    int items = Math.min(10, way.concurrency()); // none waits for another
    try (ManualClock clock = ManualClock.jumping()) {
      var action =
          ScriptedAction.<Integer, Integer>on(clock)
              .anyItem()
              .takes(Duration.ofSeconds(4))
              .fails(new java.io.IOException("slow and broken"));
      var report =
          way.over(Way.numbers(items), action)
              .with(
                  p ->
                      p.clock(clock)
                          .itemTimeout(Duration.ofSeconds(10))
                          .retry(
                              Retry.ofAttempts(100).backoff(Backoff.fixed(Duration.ofSeconds(1)))))
              .run()
              .complete(items);
      assertEquals(items, report.failures().size(), "failures");
      for (var failure : report.failures()) {
        // at 0 s and at 5 s; the second wait would end at 10 s
        assertEquals(2, failure.attempts(), "attempts");
        assertTrue(failure.elapsed().toSeconds() <= 10, () -> "elapsed of " + failure);
        assertInstanceOf(TimeoutException.class, failure.error());
        assertInstanceOf(java.io.IOException.class, failure.error().getCause());
      }
    }
  }

  @Everywhere
  @DisplayName("A17 I4 a run that takes too long ends, and says what became of its items")
  default void runTimeout(Way way) throws Exception {
    try (ManualClock clock = ManualClock.jumping()) {
      Supply source = Supply.endless();
      var action =
          ScriptedAction.<Integer, Integer>on(clock)
              .anyItem()
              .takes(Duration.ofSeconds(3))
              .computes(item -> item);
      var report =
          way.over(source, action)
              .with(p -> p.clock(clock).runTimeout(Duration.ofSeconds(10)))
              .run()
              .cutShort(RunStatus.TIMED_OUT);
      int outcomes = report.outcomes().size();
      report.each(outcomes);
      assertTrue(
          outcomes == source.pulled() || way.is(Trait.CALLER_READS),
          () -> source.pulled() + " items were read, " + outcomes + " have an outcome");
      assertEquals(List.of(), report.failures(), "failures");
      assertTrue(clock.elapsed().toSeconds() >= 10, () -> "too early: " + clock);
    }
  }

  @Everywhere
  @DisplayName("I7 a timeout that races with the end of its attempt interrupts nobody else")
  default void timeoutsHitNobodyElse(Way way) {
    Duration timeout = Duration.ofNanos(200_000);
    Set<Integer> interrupted = ConcurrentHashMap.newKeySet();
    var report =
        way.over(
                Supply.of(400),
                item -> {
                  if (Thread.currentThread().isInterrupted()) {
                    interrupted.add(item); // fine if its own time was up before it began
                  }
                  long end = System.nanoTime() + 150_000 + 500L * (item % 200);
                  while (System.nanoTime() - end < 0) {
                    if (item % 2 == 0) {
                      LockSupport.parkNanos(20_000);
                    } else {
                      Thread.onSpinWait();
                    }
                  }
                  return item;
                })
            .with(p -> p.attemptTimeout(timeout).grace(Duration.ofSeconds(10)))
            .run()
            .complete(400);
    for (Outcome<Integer, Integer> outcome : report.outcomes()) {
      assertEquals(1, outcome.attempts(), "attempts");
      assertEquals(outcome.index(), (long) outcome.item(), "an interrupted item stays itself");
    }
    report.failures().forEach(f -> assertInstanceOf(TimeoutException.class, f.error()));
    for (Success<Integer, Integer> success : report.successes()) {
      assertFalse(interrupted.contains(success.item()), () -> success + " was interrupted");
    }
  }

  @Everywhere(at = {2, 7, 100})
  @DisplayName("I6 an action that ignores its timeout is abandoned on time; the others go on")
  default void deafActionsAreAbandoned(Way way) throws Exception {
    int items = 30;
    var action =
        ScriptedAction.<Integer, Integer>on(TimeSource.system())
            .item(3)
            .blocksUninterruptibly()
            .returns(3)
            .anyItem()
            .computes(item -> item);
    long start = System.nanoTime();
    try (var live =
        way.over(Way.numbers(items), action)
            .with(p -> p.attemptTimeout(Duration.ofMillis(50)).grace(Duration.ofMillis(50)))
            .start()) {
      var report = live.report();
      assertTrue(System.nanoTime() - start < AT_ONCE.toNanos(), "it took its time");
      report.complete(items);
      assertInstanceOf(AbandonedException.class, report.failureOf(3).error());
      assertEquals(1, action.running(), "actions that still run");
    } finally {
      action.releaseAll();
    }
  }

  @Everywhere(except = Trait.CALLER_RUNS)
  @DisplayName("I6 I10 E14 when all workers are abandoned, the run says so instead of hanging")
  default void allWorkersStuck(Way way) throws Exception {
    var action =
        ScriptedAction.<Integer, Integer>on(TimeSource.system())
            .anyItem()
            .blocksUninterruptibly()
            .computes(item -> item);
    try (var live =
        way.over(Supply.endless(), action)
            .with(
                p ->
                    p.attemptTimeout(Duration.ofMillis(20))
                        .grace(Duration.ofMillis(20))
                        .patience(Duration.ofMillis(20)))
            .start()) {
      var report = live.report().cutShort(RunStatus.ABORTED);
      assertEquals(way.concurrency(), report.failures().size(), "failures");
    } finally {
      action.releaseAll();
    }
  }

  @Everywhere(
      at = {2, 7, 100},
      except = Trait.CALLER_RUNS)
  @DisplayName("R10 an attempt that takes long gets a second call, and the first answer counts")
  default void hedges(Way way) throws Exception {
    int items = 8;
    try (ManualClock clock = new ManualClock()) {
      AtomicInteger calls = new AtomicInteger();
      AtomicInteger ofFirst = new AtomicInteger();
      AtomicInteger interrupted = new AtomicInteger();
      try (var live =
          way.over(
                  Way.numbers(items),
                  item -> {
                    calls.incrementAndGet();
                    if (item == 0 && ofFirst.incrementAndGet() == 1) {
                      try {
                        new CountDownLatch(1).await();
                      } catch (InterruptedException why) {
                        interrupted.incrementAndGet();
                        throw why;
                      }
                    }
                    return item;
                  })
              .with(
                  p ->
                      p.clock(clock)
                          .window(items)
                          .hedgeIdempotent(Hedge.after(Duration.ofSeconds(2))))
              .start()) {
        Actions.eventually("all items to begin", () -> calls.get() == items);
        clock.advance(Duration.ofSeconds(2));
        var report = live.report().complete(items);
        assertEquals(items, report.successes().size(), "successes");
        report.successes().forEach(s -> assertEquals(1, s.attempts(), "attempts"));
      }
      assertEquals(2, ofFirst.get(), "calls of the item that takes long");
      // one that has begun may not have returned when time goes on, and gets a second call then
      assertTrue(calls.get() > items && calls.get() <= 2 * items, "calls: " + calls);
      assertEquals(1, interrupted.get(), "interrupted calls");
    }
  }
}
