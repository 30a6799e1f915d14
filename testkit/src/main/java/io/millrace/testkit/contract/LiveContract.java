package io.millrace.testkit.contract;

import static io.millrace.testkit.contract.Actions.AT_ONCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.limit.RateLimiter;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Backoff;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.RunControl;
import io.millrace.plan.StopToken;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.RecordedCall;
import io.millrace.testkit.ScriptedAction;
import io.millrace.time.TimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.DisplayName;

/** What can be changed of a run while it goes on. */
public interface LiveContract extends Contract {

  @Everywhere
  @DisplayName(
      "LC2 what runs when a run is paused finishes, and nothing else starts until it is resumed")
  default void pausesAndResumes(Way way) throws Exception {
    int items = 3 * way.concurrency();
    ScriptedAction<Integer, Integer> action = Actions.blocking();
    RunControl control = new RunControl();
    try (var live = way.over(Way.numbers(items), action).with(p -> p.control(control)).start()) {
      action.awaitRunning(way.concurrency());
      control.pause();
      Actions.letOthersRun();
      assertEquals(way.concurrency(), action.running(), "items that still run");
      action.releaseAll();
      Actions.eventually("what runs finishes", () -> action.running() == 0);
      Actions.letOthersRun();
      assertEquals(way.concurrency(), action.calls().size(), "items started");
      assertFalse(live.isOver(), "it ended");
      control.resume();
      live.report().complete(items);
      assertEquals(items, action.calls().size(), "calls");
    }
  }

  @Everywhere
  @DisplayName(
      "LC2 I1 a control that is paused already lets no item start, and then as many as always")
  default void pausedBefore(Way way) throws Exception {
    RunControl control = new RunControl();
    control.pause();
    int items = 3 * way.concurrency();
    ScriptedAction<Integer, Integer> action = Actions.blocking();
    try (var live = way.over(Way.numbers(items), action).with(p -> p.control(control)).start()) {
      Actions.letOthersRun();
      assertEquals(List.of(), action.calls(), "calls");
      control.resume();
      action.awaitRunning(way.concurrency());
      action.releaseAll();
      live.report().complete(items);
      assertEquals(way.concurrency(), action.maxRunning(), "at once");
    }
  }

  @Everywhere
  @DisplayName(
      "LC2 no retry starts in a paused run, and the retry that is due starts when it is resumed")
  default void noRetryStartsInAPause(Way way) throws Exception {
    RunControl control = new RunControl();
    Retry retry = Retry.ofAttempts(2).backoff(Backoff.fixed(Duration.ofMinutes(1)));
    try (ManualClock clock = new ManualClock()) {
      var action =
          ScriptedAction.<Integer, Integer>on(clock)
              .anyItem()
              .fails(new IOException("again"))
              .computes(item -> item);
      try (var live =
          way.over(Way.numbers(1), action)
              .with(p -> p.clock(clock).control(control).retry(retry))
              .start()) {
        clock.awaitTimers(1);
        control.pause();
        clock.advance(Duration.ofHours(1));
        Actions.letOthersRun();
        assertEquals(1, action.calls().size(), "calls");
        control.resume();
        live.report().complete(1);
        assertEquals(2, action.calls().size(), "calls");
      }
      assertEquals(0, clock.timers(), "timers left");
    }
  }

  @Everywhere
  @DisplayName("LC2 the run timeout ends a paused run")
  default void theRunTimeoutEndsIt(Way way) throws Exception {
    RunControl control = new RunControl();
    control.pause();
    try (ManualClock clock = new ManualClock()) {
      try (var live =
          way.over(Way.numbers(5), item -> item)
              .with(p -> p.clock(clock).control(control).runTimeout(Duration.ofHours(1)))
              .start()) {
        clock.awaitTimers(1);
        clock.advance(Duration.ofHours(1));
        var report = live.report().cutShort(RunStatus.TIMED_OUT);
        assertEquals(List.of(), report.successes(), "successes");
      }
      assertEquals(0, clock.timers(), "timers left");
    }
  }

  @Everywhere
  @DisplayName("LC2 A19 a stop ends a paused run at once, what runs included")
  default void aStopEndsIt(Way way) throws Exception {
    RunControl control = new RunControl();
    StopToken token = new StopToken();
    ScriptedAction<Integer, Integer> action = Actions.blocking();
    try (var live =
        way.over(Way.numbers(3 * way.concurrency()), action)
            .with(p -> p.control(control).stopToken(token).grace(Duration.ofSeconds(10)))
            .start()) {
      action.awaitRunning(way.concurrency());
      control.pause();
      Actions.letOthersRun();
      long start = System.nanoTime();
      token.stop();
      var report = live.report().cutShort(RunStatus.CANCELLED);
      assertTrue(System.nanoTime() - start < AT_ONCE.toNanos(), "the end took its time");
      assertEquals(0, action.running(), "items that still run");
      assertEquals(List.of(), report.successes(), "successes");
    }
  }

  @Everywhere
  @DisplayName("LC2 R1 a drain ends a paused run when what runs has finished")
  default void aDrainEndsIt(Way way) throws Exception {
    RunControl control = new RunControl();
    StopToken token = new StopToken();
    ScriptedAction<Integer, Integer> action = Actions.blocking();
    try (var live =
        way.over(Way.numbers(3 * way.concurrency()), action)
            .with(p -> p.control(control).stopToken(token))
            .start()) {
      action.awaitRunning(way.concurrency());
      control.pause();
      token.drain();
      action.releaseAll();
      var report = live.report().cutShort(RunStatus.CANCELLED);
      assertEquals(way.concurrency(), report.successes().size(), "successes");
    }
  }

  @Everywhere(except = Trait.DETACHED)
  @DisplayName("LC2 an interrupt of the caller ends a paused run at once")
  default void anInterruptEndsIt(Way way) throws Exception {
    RunControl control = new RunControl();
    control.pause();
    try (var live = way.over(Way.numbers(3), item -> item).with(p -> p.control(control)).start()) {
      Actions.letOthersRun();
      live.thread().interrupt();
      var report = live.report();
      assertInstanceOf(CancellationException.class, report.error().orElse(null));
    }
  }

  @Everywhere
  @DisplayName(
      "LC2 I5 a paused run takes no permit, and makes no burst of those that it did not take")
  default void takesNoPermit(Way way) throws Exception {
    RunControl control = new RunControl();
    try (ManualClock clock = new ManualClock()) {
      RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(1), clock);
      var action = ScriptedAction.<Integer, Integer>on(clock).anyItem().computes(item -> item);
      try (var live =
          way.over(Way.numbers(4), action)
              .with(p -> p.clock(clock).control(control).rateLimit(limiter))
              .start()) {
        clock.awaitTimers(1);
        control.pause();
        clock.advance(Duration.ofMinutes(1));
        Actions.letOthersRun();
        assertEquals(1, action.calls().size(), "calls");
        assertTrue(limiter.tryAcquire(), "the permit is for others meanwhile");
        clock.advance(Duration.ofSeconds(1));
        control.resume();
        while (!live.isOver()) {
          Actions.letOthersRun();
          clock.advance(Duration.ofMillis(100));
        }
        live.report().complete(4);
        List<Duration> starts = action.calls().stream().map(RecordedCall::start).sorted().toList();
        for (int i = 1; i < 4; i++) { // a thread may be late, but never early
          assertTrue(starts.get(i).toSeconds() >= 60 + i, "starts " + starts);
        }
      }
    }
  }

  @Everywhere(except = {Trait.CALLER_RUNS, Trait.CALLER_READS})
  @DisplayName(
      "LC3 I1 a higher concurrency starts more at once, though nothing ends, and the window follows")
  default void grows(Way way) throws Exception {
    int more = 3 * way.concurrency() + 1;
    ScriptedAction<Integer, Integer> action = Actions.blocking();
    RunControl control = new RunControl();
    int items = 2 * more;
    try (var live = way.over(Way.numbers(items), action).with(p -> p.control(control)).start()) {
      action.awaitRunning(way.concurrency());
      control.concurrency(more);
      action.awaitRunning(more);
      Actions.letOthersRun();
      assertEquals(more, action.running(), "at once");
      action.releaseAll();
      live.report().complete(items);
      assertEquals(more, action.maxRunning(), "at once");
    }
  }

  @Everywhere(except = Trait.CALLER_RUNS)
  @DisplayName("LC3 a lower concurrency lets what runs finish, and then as many run as it says")
  default void shrinks(Way way) throws Exception {
    int fewer = (way.concurrency() + 1) / 2;
    int items = 4 * way.concurrency();
    RunControl control = new RunControl();
    var action =
        ScriptedAction.<Integer, Integer>on(TimeSource.system())
            .anyItem()
            .blocks()
            .computes(item -> item);
    try (var live = way.over(Way.numbers(items), action).with(p -> p.control(control)).start()) {
      action.awaitRunning(way.concurrency());
      control.concurrency(fewer);
      Actions.letOthersRun();
      assertEquals(way.concurrency(), action.running(), "what runs goes on");
      action.calls().forEach(call -> action.release(call.item()));
      Actions.eventually(
          "the others start",
          () -> action.calls().size() >= way.concurrency() + fewer && action.running() <= fewer);
      Actions.letOthersRun();
      assertEquals(fewer, action.running(), "at once");
      action.releaseAll();
      live.report().complete(items);
    }
  }

  @Everywhere(except = Trait.CALLER_RUNS)
  @DisplayName("LC3 LC2 I4 whatever is changed and when, each item has its outcome and one call")
  default void changesRaceWithItems(Way way) throws Exception {
    for (int round = 0; round < 5; round++) {
      RunControl control = new RunControl();
      int items = 3_000;
      Tally calls = new Tally("calls");
      try (var live =
          way.over(
                  Way.numbers(items),
                  item -> {
                    calls.increment();
                    return item;
                  })
              .with(p -> p.control(control))
              .start()) {
        for (int change = 0; change < 50 && !live.isOver(); change++) {
          control.pause();
          control.concurrency(1 + (change * 7) % 20);
          Thread.onSpinWait();
          control.resume();
        }
        live.report().complete(items);
        assertEquals(items, calls.get(), "calls");
      }
    }
  }
}
