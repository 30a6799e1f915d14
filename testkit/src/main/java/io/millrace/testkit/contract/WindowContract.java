package io.millrace.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.StopToken;
import io.millrace.testkit.ScriptedAction;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;

/** How far a run reads ahead of its consumer. */
public interface WindowContract extends Contract {

  @Everywhere
  @DisplayName("I2 A7 a slow consumer holds the source up, in input order")
  default void theWindowHoldsInInputOrder(Way way) {
    holds(way, 2 * way.concurrency(), Parallel::ordered);
  }

  @Everywhere(except = Trait.COLLECTS)
  @DisplayName("I2 A7 a slow consumer holds the source up, in completion order")
  default void theWindowHoldsInCompletionOrder(Way way) {
    holds(way, 2 * way.concurrency(), way::unordered);
  }

  @Everywhere
  @DisplayName("I2 A7 a window of 1 holds")
  default void aWindowOfOneHolds(Way way) {
    holds(way, 1, p -> p.window(1));
  }

  @Everywhere
  @DisplayName("I2 A7 a window of 5 holds")
  default void aWindowOfFiveHolds(Way way) {
    holds(way, 5, p -> p.window(5));
  }

  @Everywhere
  @DisplayName("LF3 I2 behind a barrier nothing begins before all of the group before it was taken")
  default void aBarrierHolds(Way way) {
    int items = 200;
    int group = 2 * way.entry().batch();
    Tally done = new Tally("items done, or taken");
    Tally early = new Tally("items that began too early");
    boolean collects = way.is(Trait.COLLECTS);
    way.over(
            Supply.of(items),
            item -> {
              if (done.get() < item / group * group) {
                early.increment();
              }
              if (collects) {
                done.increment();
              }
              return item;
            })
        .with(p -> p.barrier(group))
        .taking(outcome -> collects || done.increment() > 0)
        .run()
        .complete(items);
    assertEquals(0, early.get(), "items that began too early");
  }

  @Everywhere(at = {2, 7, 100})
  @DisplayName("LF3 I1 behind a barrier a group runs as wide as the concurrency")
  default void aGroupRunsWide(Way way) throws Exception {
    int group = 3 * way.concurrency();
    ScriptedAction<Integer, Integer> action = Actions.blocking();
    try (var live = way.over(Way.numbers(2 * group), action).with(p -> p.barrier(group)).start()) {
      action.awaitRunning(way.concurrency());
      action.releaseAll();
      live.report().complete(2 * group);
    }
  }

  private static void holds(Way way, int window, UnaryOperator<Parallel> options) {
    int items = 5 * window + 50;
    int inHand = way.entry().batch();
    // counts before the engine can know, so that the difference never looks too big
    AtomicInteger finished = new AtomicInteger();
    AtomicInteger farthest = new AtomicInteger();
    Supply source =
        Supply.of(items)
            .onPull(index -> farthest.accumulateAndGet(index + 1 - finished.get(), Math::max));
    boolean collects = way.is(Trait.COLLECTS);
    Tally taken = new Tally("outcomes taken");
    way.over(
            source,
            item -> {
              if (collects) {
                finished.incrementAndGet();
              }
              return item;
            })
        .with(options)
        .taking(
            outcome -> {
              if (collects) {
                return true;
              }
              if (taken.increment() == 1) {
                Actions.letOthersRun();
              }
              finished.incrementAndGet();
              return true;
            })
        .run()
        .complete(items);
    int most = window + (collects ? way.concurrency() : inHand);
    assertTrue(
        farthest.get() <= most,
        () -> farthest + " items were read and not delivered, window " + window);
  }

  @Everywhere(
      at = {2, 7, 100},
      except = {Trait.COLLECTS, Trait.SILENT})
  @DisplayName("I2 A9 in input order a straggler lets exactly the window run ahead of it")
  default void aStragglerFillsTheWindow(Way way) throws Exception {
    int window = 3 * way.concurrency();
    ScriptedAction<Integer, Integer> action = Actions.blockingAt(0);
    StopToken token = new StopToken();
    Supply source = Supply.endless();
    try (var live =
        way.over(source, action).with(p -> p.ordered().window(window).stopToken(token)).start()) {
      action.awaitCalls(window);
      Actions.letOthersRun();
      int read = source.pulled();
      // who reads the source itself has read the item that it waits with
      assertEquals(way.is(Trait.CALLER_READS) ? window + 1 : window, read, "items read");
      assertEquals(window, action.calls().size(), "items started");
      token.stop();
      List<Integer> delivered = live.report().cutShort(RunStatus.CANCELLED).indices().toList();
      assertEquals(IntStream.range(0, delivered.size()).boxed().toList(), delivered, "delivered");
      assertTrue(delivered.size() >= window, () -> "only " + delivered + " of " + read);
    }
  }
}
