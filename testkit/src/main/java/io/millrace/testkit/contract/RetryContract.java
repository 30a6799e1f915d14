package io.millrace.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.millrace.outcome.RejectedResultException;
import io.millrace.outcome.RetryRefusedException;
import io.millrace.plan.Action;
import io.millrace.plan.Backoff;
import io.millrace.plan.Retry;
import io.millrace.plan.RetryBudget;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.RecordedCall;
import io.millrace.testkit.ScriptedAction;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;

/** How attempts are repeated. */
public interface RetryContract extends Contract {

  @Everywhere
  @DisplayName("A83 attempts(4) is four calls, retries(2) is three")
  default void attemptsAndRetries(Way way) {
    assertEquals(4, callsWith(way, Retry.ofAttempts(4)), "attempts(4)");
    assertEquals(3, callsWith(way, Retry.ofRetries(2)), "retries(2)");
    assertEquals(1, callsWith(way, Retry.none()), "none");
  }

  private static int callsWith(Way way, Retry retry) {
    IOException error = new IOException("always");
    Tally calls = new Tally("calls");
    Action<Integer, Integer> action =
        item -> {
          calls.increment();
          throw error;
        };
    var report =
        way.over(Way.numbers(1), action)
            .with(p -> p.retry(retry.backoff(Backoff.none())))
            .run()
            .complete(1);
    assertSame(error, report.failureOf(0).error());
    assertEquals(calls.get(), report.of(0).attempts(), "attempts");
    return calls.get();
  }

  @Everywhere
  @DisplayName("A47 an error of another type, or one the predicate declines, is not repeated")
  default void onlySomeErrorsAreRepeated(Way way) {
    Action<Integer, Integer> action =
        item -> {
          switch (item) {
            case 0 -> throw new IOException("repeated");
            case 1 -> throw new FileNotFoundException("declined");
            case 2 -> throw new IllegalStateException("another type");
            default -> throw new AssertionError("an error");
          }
        };
    Retry retry =
        Retry.ofAttempts(5)
            .backoff(Backoff.none())
            .on(IOException.class)
            .when(error -> !(error instanceof FileNotFoundException));
    var report = way.over(Way.numbers(4), action).with(p -> p.retry(retry)).run().complete(4);
    assertEquals(
        List.of(5, 1, 1, 1),
        Way.numbers(4).stream().map(index -> report.of(index).attempts()).toList(),
        "attempts");
  }

  @Everywhere(except = Trait.VALUELESS)
  @DisplayName("A74 A83 a result that is not accepted is repeated, and in the end reported")
  default void resultsAreRepeated(Way way) {
    Tally calls = new Tally("calls");
    var report =
        way.over(Way.numbers(1), item -> calls.increment())
            .with(
                p ->
                    p.retry(
                        Retry.ofAttempts(3)
                            .backoff(Backoff.none())
                            .whenResult(result -> result != null)))
            .run()
            .complete(1);
    assertEquals(3, calls.get(), "calls");
    var rejected = (RejectedResultException) report.failureOf(0).error();
    assertEquals(3, rejected.result(), "the last result");
  }

  @Everywhere
  @DisplayName("A67 elapsed is from the first attempt to the last, backoff included")
  default void elapsedIncludesBackoff(Way way) throws Exception {
    try (ManualClock clock = ManualClock.jumping()) {
      var action =
          ScriptedAction.<Integer, Integer>on(clock)
              .anyItem()
              .takes(Duration.ofSeconds(1))
              .fails(new IOException("once"))
              .takes(Duration.ofSeconds(2))
              .returns(1);
      Retry retry = Retry.ofAttempts(2).backoff(Backoff.fixed(Duration.ofSeconds(10)));
      var report =
          way.over(Way.numbers(30), action)
              .with(p -> p.clock(clock).retry(retry).window(100))
              .run()
              .complete(30);
      for (int index = 0; index < 30; index++) {
        List<RecordedCall<Integer>> calls = action.callsOf(index);
        assertEquals(2, calls.size(), "calls");
        Duration took = calls.getLast().end().orElseThrow().minus(calls.getFirst().start());
        assertEquals(took, report.of(index).elapsed(), "elapsed");
        assertEquals(2, report.of(index).attempts(), "attempts");
      }
    }
  }

  @Everywhere(except = Trait.CALLER_RUNS)
  @DisplayName("A45 I1 items that wait for a retry hold no slot")
  default void waitingHoldsNoSlot(Way way) throws Exception {
    int failing = 2 * way.concurrency();
    int items = failing + 50;
    try (ManualClock clock = new ManualClock()) {
      var action =
          ScriptedAction.<Integer, Integer>on(clock)
              .anyItem()
              .computes(
                  item -> {
                    if (item < failing) {
                      throw new IOException("once");
                    }
                    return item;
                  })
              .computes(item -> item);
      Retry retry = Retry.ofAttempts(2).backoff(Backoff.fixed(Duration.ofHours(1)));
      try (var live =
          way.over(Supply.of(items), action)
              .with(p -> p.clock(clock).retry(retry).window(items))
              .start()) {
        action.awaitCalls(items);
        Actions.eventually("items to end", () -> action.running() == 0);
        assertEquals(
            items,
            action.calls().stream().map(RecordedCall::item).distinct().count(),
            "items called");
        // an item is not in its wait yet when its call has just ended
        Actions.eventually(
            "retries",
            () -> {
              clock.advance(Duration.ofHours(1));
              return action.calls().size() == items + failing;
            });
        var report = live.report().complete(items);
        assertEquals(
            items, report.successes().stream().collect(Collectors.counting()), "successes");
      }
    }
  }

  @Everywhere
  @DisplayName("A49 the waits between attempts are those of the backoff")
  default void backoffIsKept(Way way) throws Exception {
    try (ManualClock clock = ManualClock.jumping()) {
      var action =
          ScriptedAction.<Integer, Integer>on(clock).anyItem().fails(new IOException("always"));
      Retry retry =
          Retry.ofAttempts(4)
              .backoff(
                  Backoff.exponential(Duration.ofMillis(50))
                      .cap(Duration.ofMillis(150))
                      .jitter(io.millrace.plan.Jitter.NONE));
      var report =
          way.over(Way.numbers(1), action).with(p -> p.clock(clock).retry(retry)).run().complete(1);
      assertInstanceOf(IOException.class, report.failureOf(0).error());
      assertEquals(
          List.of(0L, 50L, 150L, 300L),
          action.startsOf(0).stream().map(Duration::toMillis).toList(),
          "starts");
    }
  }

  @Everywhere
  @DisplayName("R7 there are no more retries than the budget has, and the items that fail say so")
  default void retriesAreBudgeted(Way way) throws Exception {
    try (ManualClock clock = ManualClock.jumping()) {
      Tally calls = new Tally("calls");
      Retry retry =
          Retry.ofAttempts(3)
              .backoff(Backoff.fixed(Duration.ofMillis(1)))
              .budget(RetryBudget.of(0.5, 5, Duration.ofHours(1)));
      var report =
          way.over(
                  Way.numbers(50),
                  item -> {
                    calls.increment();
                    throw new IOException("down");
                  })
              .with(p -> p.clock(clock).retry(retry))
              .run()
              .complete(50);
      assertEquals(50 + 25 + 5, calls.get(), "calls");
      long refused =
          report.failures().stream()
              .flatMap(failure -> Stream.of(failure.error().getSuppressed()))
              .filter(RetryRefusedException.class::isInstance)
              .count();
      assertEquals(retry.budget().refused(), refused, "failures that say so");
    }
  }
}
