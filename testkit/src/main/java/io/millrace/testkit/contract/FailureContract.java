package io.millrace.testkit.contract;

import static io.millrace.testkit.contract.Actions.AT_ONCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Action;
import io.millrace.plan.Backoff;
import io.millrace.plan.Retry;
import io.millrace.testkit.ScriptedAction;
import io.millrace.time.TimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;

/** What the failure of an item means for the run. */
public interface FailureContract extends Contract {

  @Everywhere
  @DisplayName("A34 the first failure is thrown itself, at once, and all other work is interrupted")
  default void failFastThrowsTheOriginal(Way way) throws Exception {
    int most = way.concurrency();
    IOException error = new IOException("the first");
    ScriptedAction<Integer, Integer> action =
        ScriptedAction.<Integer, Integer>on(TimeSource.system())
            .item(most - 1)
            .blocks()
            .fails(error)
            .anyItem()
            .blocks()
            .computes(item -> item);
    try (var live =
        way.over(Way.numbers(4 * most), action)
            .with(p -> p.failFast().grace(Duration.ofSeconds(10)))
            .start()) {
      action.awaitRunning(most);
      long start = System.nanoTime();
      action.release(most - 1);
      assertSame(error, live.report().thrown());
      assertTrue(System.nanoTime() - start < AT_ONCE.toNanos(), "it took its time");
      assertEquals(0, action.running(), "items that still run");
      assertEquals(most, action.calls().size(), "items started");
    }
  }

  @Everywhere
  @DisplayName("A34 fail fast throws nothing when nothing fails")
  default void failFastLetsSuccessesPass(Way way) {
    way.over(Way.numbers(50), item -> item).with(p -> p.failFast()).run().complete(50);
  }

  @Everywhere
  @DisplayName("A23 I4 a run ends when so many items have failed, and says so of the others")
  default void maxFailuresEndTheRun(Way way) {
    int items = 500;
    AtomicInteger calls = new AtomicInteger();
    Action<Integer, Integer> action =
        item -> {
          calls.incrementAndGet();
          throw new IOException("item " + item);
        };
    var report =
        way.over(Way.numbers(items), action)
            .with(p -> p.maxFailures(3))
            .run()
            .cutShort(RunStatus.ABORTED);
    int failures = report.failures().size();
    assertTrue(
        3 <= failures && failures < 3 + way.concurrency(), () -> failures + " items have failed");
    assertTrue(calls.get() < 3 + way.concurrency(), () -> calls + " calls");
    assertEquals(0, report.successes().size(), "successes");
    report.each(way.is(Trait.CALLER_READS) ? report.outcomes().size() : items);
  }

  @Everywhere
  @DisplayName("R3 A23 what runs when too many items have failed finishes")
  default void whatRunsAtTheLastFailureFinishes(Way way) throws Exception {
    for (UnaryOperator<Parallel> policy :
        List.<UnaryOperator<Parallel>>of(p -> p.maxFailures(1), p -> p.failureRate(0, 1))) {
      ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
      action.item(0).blocks().fails(new IOException("failed"));
      action.anyItem().blocks().computes(item -> item);
      try (var live = way.over(Way.numbers(3 * way.concurrency()), action).with(policy).start()) {
        action.awaitRunning(way.concurrency());
        action.release(0);
        Actions.eventually("item 0 runs", () -> action.running() < way.concurrency());
        Actions.letOthersRun();
        action.releaseAll();
        var report = live.report();
        assertEquals(1, report.failures().size(), "failures");
        assertEquals(action.calls().size() - 1, report.successes().size(), "successes");
      }
    }
  }

  @Everywhere
  @DisplayName("A23 an item that succeeds at last does not count as a failure")
  default void retriedItemsAreNoFailures(Way way) throws Exception {
    var action =
        ScriptedAction.<Integer, Integer>on(TimeSource.system())
            .anyItem()
            .fails(new IOException("once"))
            .computes(item -> item);
    var report =
        way.over(Way.numbers(50), action)
            .with(p -> p.maxFailures(1).retry(Retry.ofAttempts(2).backoff(Backoff.none())))
            .run()
            .complete(50);
    assertEquals(50, report.successes().size(), "successes");
  }
}
