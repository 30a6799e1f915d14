package io.millrace.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.plan.ConcurrencyChange;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.RecordedCall;
import io.millrace.testkit.ScriptedAction;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;

/** How many items run at once, and what a slow one means for the others. */
public interface ConcurrencyContract extends Contract {

  @Everywhere
  @DisplayName("I1 as many run as the concurrency says, and never more")
  default void exactlyTheConcurrencyRuns(Way way) throws Exception {
    int most = way.concurrency();
    ScriptedAction<Integer, Integer> action = Actions.blocking();
    try (var live = way.over(Supply.of(3 * most), action).start()) {
      for (int released = 0; released <= 2 * most; released++) {
        action.awaitCalls(most + released);
        assertEquals(most, action.running(), "running");
        if (released < 2 * most) {
          action.release(action.calls().get(released).item());
        }
      }
      action.releaseAll();
      live.report().complete(3 * most);
    }
    assertEquals(most, action.maxRunning(), "most at once");
  }

  @Everywhere
  @DisplayName("I1 as many run as the concurrency says also after cheap items")
  default void concurrencyIsReachedAfterCheapItems(Way way) throws Exception {
    int cheap = 2_000;
    int most = way.concurrency();
    Tally inside = new Tally("dear items");
    CountDownLatch release = new CountDownLatch(1);
    try (var live =
        way.over(
                Supply.of(cheap + 2 * most),
                item -> {
                  if (item >= cheap) {
                    inside.increment();
                    release.await();
                  }
                  return item;
                })
            .start()) {
      inside.await(most);
      Actions.letOthersRun();
      assertEquals(most, inside.get(), "dear items at once");
      release.countDown();
      live.report().complete(cheap + 2 * most);
    }
  }

  @Everywhere
  @DisplayName("I1 fewer items than the concurrency all run at once")
  default void fewItemsAllRun(Way way) throws Exception {
    int items = Math.max(1, way.concurrency() / 2);
    ScriptedAction<Integer, Integer> action = Actions.blocking();
    try (var live = way.over(Way.numbers(items), action).start()) {
      action.awaitRunning(items);
      action.releaseAll();
      live.report().complete(items);
    }
  }

  @Everywhere(at = {2, 7, 100})
  @DisplayName("A9 all others complete while the first item is still busy")
  default void aStragglerHoldsUpNobody(Way way) throws Exception {
    int items = 300;
    ScriptedAction<Integer, Integer> action = Actions.blockingAt(0);
    try (var live = way.over(Supply.of(items), action).with(p -> p.window(items)).start()) {
      action.awaitCalls(items);
      Actions.eventually("the others to complete", () -> action.running() == 1);
      action.release(0);
      live.report().complete(items);
    }
  }

  @Everywhere(
      at = {2, 7, 100},
      except = Trait.COLLECTS)
  @DisplayName("A9 in completion order all others are delivered before a straggler, in any window")
  default void aStragglerIsDeliveredLast(Way way) throws Exception {
    int items = 300;
    ScriptedAction<Integer, Integer> action = Actions.blockingAt(0);
    Tally taken = new Tally("outcomes taken");
    try (var live =
        way.over(Supply.of(items), action)
            .with(way::unordered)
            .taking(outcome -> taken.increment() > 0)
            .start()) {
      taken.await((items - 1) / way.entry().batch() * way.entry().batch());
      action.release(0);
      var report = live.report().complete(items);
      if (way.entry().batch() == 1) {
        assertEquals(0, report.outcomes().getLast().index(), "index of the last one");
      }
    }
  }

  @Everywhere(at = {2, 7, 100})
  @DisplayName("A9 items behind a blocked one get through, though all before it were cheap")
  default void nobodyIsStuckBehindABlockedItem(Way way) throws Exception {
    int items = 2_000;
    ScriptedAction<Integer, Integer> action = Actions.blockingAt(items / 2);
    try (var live = way.over(Supply.of(items), action).with(p -> p.window(items)).start()) {
      action.awaitCalls(items);
      assertFalse(live.isOver(), "ended without the blocked item");
      action.release(items / 2);
      live.report().complete(items);
    }
  }

  @Everywhere
  @DisplayName(
      "AC3 an adaptive concurrency begins with the least, reaches the most where that is fast, and never passes it")
  default void aConcurrencyFindsItself(Way way) throws Exception {
    int most = way.concurrency();
    int items = 100 + 20 * most;
    try (ManualClock clock = ManualClock.jumping()) {
      var action =
          ScriptedAction.<Integer, Integer>on(clock)
              .anyItem()
              .takes(Duration.ofMillis(50))
              .returns(1);
      way.over(Way.numbers(items), action)
          .with(p -> p.adaptive(1, most).clock(clock).window(2 * items))
          .run()
          .complete(items);
      List<Duration> starts = action.calls().stream().map(RecordedCall::start).sorted().toList();
      int reached = way.is(Trait.CALLER_RUNS) ? 1 : most;
      assertEquals(reached, action.maxRunning(), "most at once");
      assertEquals(1, starts.stream().filter(starts.getFirst()::equals).count(), "starts at first");
    }
  }

  @Everywhere(at = {1, 7, 100})
  @DisplayName("AC1 an adaptive concurrency stays where the server is not slow")
  default void aConcurrencyIsFound(Way way) throws Exception {
    int fitting = 3;
    int items = 600;
    List<ConcurrencyChange> changes = new CopyOnWriteArrayList<>();
    AtomicInteger running = new AtomicInteger();
    try (ManualClock clock = ManualClock.jumping()) {
      way.over(
              Way.numbers(items),
              item -> {
                int now = running.incrementAndGet();
                try {
                  clock.sleep(Duration.ofMillis(50L * Math.max(fitting, now) / fitting));
                  return item;
                } finally {
                  running.decrementAndGet();
                }
              })
          .with(p -> p.adaptive(1, way.concurrency(), changes::add).clock(clock).window(items))
          .run()
          .complete(items);
    }
    int before = 1;
    for (ConcurrencyChange change : changes) {
      assertEquals(before, change.before(), () -> "moves: " + changes);
      before = change.after();
      assertTrue(before >= 1 && before <= way.concurrency(), () -> "moves: " + changes);
    }
    assertTrue(before <= 2 * fitting, () -> "moves: " + changes);
    if (way.is(Trait.CALLER_RUNS) || way.concurrency() == 1) {
      assertEquals(List.of(), changes);
    } else {
      assertTrue(before >= Math.min(2, way.concurrency()), () -> "moves: " + changes);
    }
  }

  @Everywhere(at = {2, 7})
  @DisplayName("I1 an action may run another action over items of its own")
  default void runsNest(Way way) {
    var report =
        way.over(
                Way.numbers(20),
                item ->
                    way.over(Way.numbers(20), inner -> inner).run().complete(20).outcomes().size())
            .run()
            .complete(20);
    assertTrue(report.failures().isEmpty(), () -> report.failures().toString());
  }
}
