package io.millrace.testkit.contract;

import static io.millrace.testkit.contract.Actions.AT_ONCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.outcome.AbandonedException;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.Success;
import io.millrace.plan.Backoff;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.StopToken;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.ScriptedAction;
import io.millrace.time.TimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;

/** What a stop does, wherever it finds the run. */
public interface StopContract extends Contract {

  @Everywhere
  @DisplayName("A19 I6 a stop ends a run whose items are all busy")
  default void whileItemsRun(Way way) throws Exception {
    int items = 3 * way.concurrency();
    ScriptedAction<Integer, Integer> action = Actions.blocking();
    StopToken token = new StopToken();
    try (var live =
        way.over(Way.numbers(items), action)
            .with(p -> p.stopToken(token).grace(Duration.ofSeconds(10)))
            .start()) {
      action.awaitRunning(way.concurrency());
      var report = stopped(token, live);
      assertEquals(0, action.running(), "items that still run");
      assertEquals(way.concurrency(), action.calls().size(), "items started");
      allNotRun(way, report, items);
    }
  }

  private static <T, R> Report<T, R> stopped(StopToken token, Live<T, R> live) {
    long start = System.nanoTime();
    token.stop();
    var report = live.report();
    long took = System.nanoTime() - start;
    assertTrue(took < AT_ONCE.toNanos(), () -> "the stop took " + Duration.ofNanos(took));
    return report.cutShort(RunStatus.CANCELLED);
  }

  /* Who reads the source itself does not know its size. */
  private static void allNotRun(Way way, Report<Integer, Integer> report, int items) {
    assertEquals(report.outcomes().size(), report.notRun().size(), "not run");
    report.each(way.is(Trait.CALLER_READS) ? report.outcomes().size() : items);
    assertTrue(report.outcomes().size() >= Math.min(items, way.concurrency()), "lost outcomes");
  }

  @Everywhere
  @DisplayName("A19 a stop ends a wait of hours for a permit")
  default void whileItemsWaitForPermits(Way way) throws Exception {
    StopToken token = new StopToken();
    try (ManualClock clock = new ManualClock()) {
      var action = ScriptedAction.<Integer, Integer>on(clock).anyItem().returns(1);
      try (var live =
          way.over(Way.numbers(5), action)
              .with(p -> p.clock(clock).stopToken(token).rateLimit(RateLimit.perHour(1)))
              .start()) {
        action.awaitCalls(1);
        clock.awaitTimers(1);
        var report = stopped(token, live);
        clock.advance(Duration.ofDays(1));
        assertEquals(1, action.calls().size(), "items started");
        assertEquals(1, report.successes().size(), "successes");
        assertTrue(!report.notRun().isEmpty(), "no item waited");
      }
      assertEquals(0, clock.timers(), "timers left");
    }
  }

  @Everywhere
  @DisplayName("A19 a stop ends a wait of hours for a retry")
  default void whileItemsWaitForRetries(Way way) throws Exception {
    StopToken token = new StopToken();
    Retry retry = Retry.ofAttempts(2).backoff(Backoff.fixed(Duration.ofHours(1)));
    try (ManualClock clock = new ManualClock()) {
      var action =
          ScriptedAction.<Integer, Integer>on(clock).anyItem().fails(new IOException("again"));
      try (var live =
          way.over(Way.numbers(1), action)
              .with(p -> p.clock(clock).stopToken(token).retry(retry))
              .start()) {
        clock.awaitTimers(1);
        var report = stopped(token, live);
        clock.advance(Duration.ofDays(1));
        assertEquals(1, action.calls().size(), "calls");
        report.each(1);
        assertInstanceOf(NotRun.class, report.of(0));
        assertEquals(1, report.of(0).attempts(), "attempts");
      }
      assertEquals(0, clock.timers(), "timers left");
    }
  }

  @Everywhere
  @DisplayName("A19 a stop ends a wait for the turn of a key")
  default void whileItemsWaitForTheirKey(Way way) throws Exception {
    StopToken token = new StopToken();
    ScriptedAction<Integer, Integer> action = Actions.blocking();
    try (var live =
        way.over(Way.numbers(4), action)
            .with(p -> p.stopToken(token).concurrencyPerKey(1, item -> "all the same"))
            .start()) {
      action.awaitRunning(1);
      var report = stopped(token, live);
      assertEquals(1, action.calls().size(), "items started");
      assertEquals(report.outcomes().size(), report.notRun().size(), "not run");
    }
  }

  @Everywhere(except = Trait.CALLER_READS)
  @DisplayName("A19 a stop ends a wait for the source")
  default void whileTheSourceBlocks(Way way) throws Exception {
    StopToken token = new StopToken();
    Supply source = Supply.of(3).thenBlocks();
    try (var live = way.over(source, item -> item).with(p -> p.stopToken(token)).start()) {
      source.awaitBlocked();
      Actions.letOthersRun();
      stopped(token, live).each(3);
    }
  }

  @Everywhere(except = {Trait.CALLER_READS, Trait.CALLER_RUNS})
  @DisplayName("A19 I6 a stop does not wait for a source that ignores interrupts")
  default void whileTheSourceIsDeaf(Way way) throws Exception {
    StopToken token = new StopToken();
    Supply source = Supply.of(3).thenBlocksUninterruptibly();
    try (var live =
        way.over(source, item -> item)
            .with(p -> p.stopToken(token).grace(Duration.ofMillis(20)))
            .start()) {
      source.awaitBlocked();
      Actions.letOthersRun();
      stopped(token, live).each(3);
    } finally {
      source.release();
    }
  }

  @Everywhere(except = Trait.CALLER_RUNS)
  @DisplayName("A19 I6 a stop does not wait for an action that ignores interrupts: it is abandoned")
  default void whileAnActionIsDeaf(Way way) throws Exception {
    StopToken token = new StopToken();
    int items = way.concurrency();
    var action =
        ScriptedAction.<Integer, Integer>on(TimeSource.system())
            .anyItem()
            .blocksUninterruptibly()
            .computes(item -> item);
    try (var live =
        way.over(Way.numbers(items), action)
            .with(p -> p.stopToken(token).grace(Duration.ofMillis(20)))
            .start()) {
      action.awaitRunning(items);
      var report = stopped(token, live).each(items);
      report.failures().forEach(f -> assertInstanceOf(AbandonedException.class, f.error()));
      assertEquals(items, report.failures().size(), "abandoned items");
      assertEquals(items, action.running(), "actions that still run");
    } finally {
      action.releaseAll();
    }
  }

  @Everywhere(except = {Trait.COLLECTS, Trait.CALLER_RUNS})
  @DisplayName("I4 what was finished before a stop is delivered after it")
  default void finishedOutcomesAreDelivered(Way way) throws Exception {
    StopToken token = new StopToken();
    int items = 3;
    Tally taken = new Tally("outcomes taken");
    CountDownLatch goOn = new CountDownLatch(1);
    var action =
        ScriptedAction.<Integer, Integer>on(TimeSource.system()).anyItem().computes(i -> i);
    try (var live =
        way.over(Way.numbers(items), action)
            .with(p -> p.stopToken(token).window(items))
            .taking(
                outcome -> {
                  if (taken.increment() == 1) {
                    awaitUnchecked(goOn);
                  }
                  return true;
                })
            .start()) {
      taken.await(1);
      if (!way.is(Trait.CALLER_READS)) {
        action.awaitCalls(items);
      }
      Actions.eventually("items to end", () -> action.running() == 0);
      token.stop();
      goOn.countDown();
      var report = live.report();
      if (!way.is(Trait.CALLER_READS)) {
        assertEquals(items, report.successes().size(), "successes");
      }
    }
  }

  private static void awaitUnchecked(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Everywhere
  @DisplayName("A19 a token that is stopped already lets no item start")
  default void stoppedBefore(Way way) {
    StopToken token = new StopToken();
    token.stop();
    var action = ScriptedAction.<Integer, Integer>on(TimeSource.system()).anyItem().returns(1);
    var report = way.over(Way.numbers(9), action).with(p -> p.stopToken(token)).run();
    report.cutShort(RunStatus.CANCELLED);
    assertEquals(List.of(), action.calls(), "calls");
    assertEquals(report.outcomes().size(), report.notRun().size(), "not run");
    report.outcomes().forEach(outcome -> assertEquals(0, outcome.attempts(), "attempts"));
    if (!way.is(Trait.CALLER_READS)) {
      report.each(9);
    }
  }

  @Everywhere
  @DisplayName("A19 A70 no item starts after an item has stopped the run")
  default void nothingStartsAfterAStop(Way way) throws Exception {
    int most = way.concurrency();
    StopToken token = new StopToken();
    Tally inside = new Tally("running items");
    CountDownLatch never = new CountDownLatch(1);
    var report =
        way.over(
                Supply.of(5 * most),
                item -> {
                  if (inside.increment() == most) {
                    token.stop();
                    return item;
                  }
                  never.await();
                  return item;
                })
            .with(p -> p.stopToken(token))
            .run()
            .cutShort(RunStatus.CANCELLED);
    assertEquals(most, inside.get(), "items started");
    assertTrue(
        report.successes().size() <= 1, () -> "only one did not wait: " + report.successes());
    assertTrue(report.outcomes().size() >= most, () -> "lost outcomes: " + report.outcomes());
  }

  @Everywhere(except = Trait.DETACHED)
  @DisplayName("I6 I7 an interrupt of the caller cancels the run, joins it and stays set")
  default void anInterruptOfTheCallerCancels(Way way) throws Exception {
    ScriptedAction<Integer, Integer> action = Actions.blocking();
    try (var live =
        way.over(Way.numbers(3 * way.concurrency()), action)
            .with(p -> p.grace(Duration.ofSeconds(10)))
            .start()) {
      action.awaitRunning(way.concurrency());
      long start = System.nanoTime();
      live.thread().interrupt();
      var report = live.report();
      assertTrue(System.nanoTime() - start < AT_ONCE.toNanos(), "it took its time");
      assertInstanceOf(CancellationException.class, report.thrown());
      assertTrue(report.interrupted(), "the interrupt got lost");
      assertEquals(0, action.running(), "items that still run");
    }
  }

  @Everywhere
  @DisplayName("I4 I6 whenever a stop comes, each item read has one outcome and nothing goes on")
  default void stopsRaceWithItems(Way way) throws Exception {
    for (int round = 0; round < 30; round++) {
      int at = 1 + round * 7;
      StopToken token = new StopToken();
      Supply source = Supply.endless();
      Tally calls = new Tally("calls");
      try (var live =
          way.over(
                  source,
                  item -> {
                    calls.increment();
                    return item;
                  })
              .with(p -> p.stopToken(token))
              .start()) {
        if (!way.is(Trait.COLLECTS)) {
          calls.await(at);
        }
        token.stop();
        var report = live.report().cutShort(RunStatus.CANCELLED);
        int read = source.pulled();
        int outcomes = report.outcomes().size();
        report.each(outcomes);
        assertTrue(
            outcomes == read || (way.is(Trait.CALLER_READS) && outcomes == read - 1),
            () -> read + " items were read, " + outcomes + " have an outcome");
        long started = report.outcomes().stream().filter(o -> o.attempts() > 0).count();
        assertEquals(calls.get(), started, "calls and items that say they had one");
        report.successes().forEach((Success<Integer, Integer> s) -> assertEquals(1, s.attempts()));
      }
    }
  }
}
