package io.millrace.testkit.contract;

import static io.millrace.testkit.contract.Actions.AT_ONCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Backoff;
import io.millrace.plan.Retry;
import io.millrace.plan.StopToken;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.ScriptedAction;
import io.millrace.time.TimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;

/** What an orderly end does, wherever it finds the run. */
public interface DrainContract extends Contract {

  @Everywhere
  @DisplayName("R1 what runs when a run is drained finishes, and nothing else starts")
  default void whatRunsFinishes(Way way) throws Exception {
    int items = 3 * way.concurrency();
    ScriptedAction<Integer, Integer> action = Actions.blocking();
    StopToken token = new StopToken();
    try (var live = way.over(Way.numbers(items), action).with(p -> p.stopToken(token)).start()) {
      action.awaitRunning(way.concurrency());
      token.drain();
      Actions.letOthersRun();
      assertEquals(way.concurrency(), action.running(), "items that still run");
      action.releaseAll();
      var report = live.report().cutShort(RunStatus.CANCELLED);
      assertEquals(way.concurrency(), action.calls().size(), "items started");
      assertEquals(way.concurrency(), report.successes().size(), "successes");
      report.each(way.is(Trait.CALLER_READS) ? report.outcomes().size() : items);
    }
  }

  @Everywhere
  @DisplayName("R1 no retry starts after a drain: the item has not run to its end")
  default void noRetryStarts(Way way) throws Exception {
    Retry retry = Retry.ofAttempts(3).backoff(Backoff.fixed(Duration.ZERO));
    ScriptedAction<Integer, Integer> action =
        ScriptedAction.<Integer, Integer>on(TimeSource.system())
            .anyItem()
            .blocks()
            .fails(new IOException("again"));
    StopToken token = new StopToken();
    try (var live =
        way.over(Way.numbers(1), action).with(p -> p.stopToken(token).retry(retry)).start()) {
      action.awaitRunning(1);
      token.drain();
      action.releaseAll();
      var report = live.report().cutShort(RunStatus.CANCELLED).each(1);
      assertEquals(1, action.calls().size(), "calls");
      assertEquals(1, report.notRun().size(), "not run");
      assertEquals(1, report.of(0).attempts(), "attempts");
    }
  }

  @Everywhere
  @DisplayName("R1 a drain ends a wait of hours for a retry")
  default void waitsEnd(Way way) throws Exception {
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
        token.drain(Duration.ofHours(9));
        var report = live.report().cutShort(RunStatus.CANCELLED).each(1);
        assertEquals(1, report.of(0).attempts(), "attempts");
      }
      assertEquals(0, clock.timers(), "timers left");
    }
  }

  @Everywhere
  @DisplayName("R1 what is not done when the grace is over is interrupted")
  default void theGraceEnds(Way way) throws Exception {
    StopToken token = new StopToken();
    try (ManualClock clock = new ManualClock()) {
      ScriptedAction<Integer, Integer> action = Actions.blocking();
      try (var live =
          way.over(Way.numbers(3 * way.concurrency()), action)
              .with(p -> p.clock(clock).stopToken(token).grace(Duration.ofSeconds(10)))
              .start()) {
        action.awaitRunning(way.concurrency());
        token.drain(Duration.ofSeconds(5));
        clock.advance(Duration.ofSeconds(4));
        Actions.letOthersRun();
        assertFalse(live.isOver(), "it ended before the grace did");
        assertEquals(way.concurrency(), action.running(), "items that still run");
        clock.advance(Duration.ofSeconds(1));
        var report = live.report().cutShort(RunStatus.CANCELLED);
        assertEquals(List.of(), report.successes(), "successes");
        assertEquals(way.concurrency(), action.calls().size(), "items started");
      }
      assertEquals(0, clock.timers(), "timers left");
    }
  }

  @Everywhere
  @DisplayName("R1 A19 a stop ends the grace of a drain")
  default void aStopEndsTheGrace(Way way) throws Exception {
    ScriptedAction<Integer, Integer> action = Actions.blocking();
    StopToken token = new StopToken();
    try (var live =
        way.over(Way.numbers(3 * way.concurrency()), action)
            .with(p -> p.stopToken(token).grace(Duration.ofSeconds(10)))
            .start()) {
      action.awaitRunning(way.concurrency());
      token.drain();
      long start = System.nanoTime();
      token.stop();
      var report = live.report().cutShort(RunStatus.CANCELLED);
      assertTrue(System.nanoTime() - start < AT_ONCE.toNanos(), "the stop took its time");
      assertEquals(0, action.running(), "items that still run");
      assertEquals(List.of(), report.successes(), "successes");
    }
  }

  @Everywhere(except = Trait.CALLER_READS)
  @DisplayName("R1 a drain ends a wait for the source")
  default void drainedWhileTheSourceBlocks(Way way) throws Exception {
    StopToken token = new StopToken();
    Supply source = Supply.of(3).thenBlocks();
    try (var live = way.over(source, item -> item).with(p -> p.stopToken(token)).start()) {
      source.awaitBlocked();
      Actions.letOthersRun();
      token.drain();
      live.report().cutShort(RunStatus.CANCELLED).each(3);
    }
  }

  @Everywhere(except = {Trait.CALLER_READS, Trait.CALLER_RUNS})
  @DisplayName("R1 I6 a drain does not wait for a source that ignores interrupts")
  default void drainedWhileTheSourceIsDeaf(Way way) throws Exception {
    StopToken token = new StopToken();
    Supply source = Supply.of(3).thenBlocksUninterruptibly();
    try (var live =
        way.over(source, item -> item)
            .with(p -> p.stopToken(token).grace(Duration.ofMillis(20)))
            .start()) {
      source.awaitBlocked();
      Actions.letOthersRun();
      token.drain();
      live.report().cutShort(RunStatus.CANCELLED).each(3);
    } finally {
      source.release();
    }
  }

  @Everywhere
  @DisplayName("R1 a token that is drained already lets no item start")
  default void drainedBefore(Way way) {
    StopToken token = new StopToken();
    token.drain();
    var action = ScriptedAction.<Integer, Integer>on(TimeSource.system()).anyItem().returns(1);
    var report = way.over(Way.numbers(9), action).with(p -> p.stopToken(token)).run();
    report.cutShort(RunStatus.CANCELLED);
    assertEquals(List.of(), action.calls(), "calls");
    assertEquals(report.outcomes().size(), report.notRun().size(), "not run");
  }

  @Everywhere
  @DisplayName("R1 I4 whenever a drain comes, each call that began is a success")
  default void drainsRaceWithItems(Way way) throws Exception {
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
        token.drain();
        var report = live.report().cutShort(RunStatus.CANCELLED);
        report.each(report.outcomes().size());
        assertEquals(calls.get(), report.successes().size(), "calls and successes");
        long started = report.outcomes().stream().filter(DrainContract::isStarted).count();
        assertEquals(calls.get(), started, "calls and items that say they had one");
      }
    }
  }

  private static boolean isStarted(Outcome<?, ?> outcome) {
    return outcome.attempts() > 0;
  }
}
