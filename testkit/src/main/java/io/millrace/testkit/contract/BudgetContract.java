package io.millrace.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.outcome.RejectedResultException;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Backoff;
import io.millrace.plan.Budget;
import io.millrace.plan.Cost;
import io.millrace.plan.Retry;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;

/** That a run spends no more than it may, and ends when too much fails. */
public interface BudgetContract extends Contract {

  @Everywhere
  @DisplayName("R2 never one call more than the budget has, and what runs finishes")
  default void callsAreCapped(Way way) {
    for (int round = 0; round < 10; round++) {
      int most = 1 + 7 * round;
      Tally calls = new Tally("calls");
      var report =
          way.over(
                  Supply.endless(),
                  item -> {
                    calls.increment();
                    return item;
                  })
              .with(p -> p.budget(Budget.calls(most)))
              .run()
              .cutShort(RunStatus.CALLS_SPENT);
      assertEquals(most, calls.get(), "calls");
      assertEquals(most, report.successes().size(), "successes");
      report.each(report.outcomes().size());
    }
  }

  @Everywhere
  @DisplayName("R2 no retry passes the budget")
  default void retriesAreCapped(Way way) {
    Tally calls = new Tally("calls");
    Retry retry = Retry.ofAttempts(3).backoff(Backoff.fixed(Duration.ZERO));
    var report =
        way.over(
                Way.numbers(50),
                item -> {
                  calls.increment();
                  throw new IOException("again");
                })
            .with(p -> p.retry(retry).budget(Budget.calls(40)))
            .run()
            .cutShort(RunStatus.CALLS_SPENT);
    assertEquals(40, calls.get(), "calls");
    int attempts = report.outcomes().stream().mapToInt(outcome -> outcome.attempts()).sum();
    assertEquals(40, attempts, "attempts");
  }

  @Everywhere
  @DisplayName("R2 a run that needs all of its budget has completed")
  default void allOfItIsEnough(Way way) {
    way.over(Way.numbers(20), item -> item)
        .with(
            p ->
                p.budget(
                    Budget.all(Budget.calls(20), Budget.permits(40, Cost.of((Integer i) -> 2)))))
        .run()
        .complete(20);
  }

  @Everywhere
  @DisplayName("R2 costs that are known before a call are never exceeded")
  default void costsAreCapped(Way way) {
    Tally calls = new Tally("calls");
    way.over(
            Way.numbers(50),
            item -> {
              calls.increment();
              return item;
            })
        .with(p -> p.budget(Budget.permits(32, Cost.of((Integer item) -> 3))))
        .run()
        .cutShort(RunStatus.COST_SPENT);
    assertEquals(10, calls.get(), "calls");
  }

  @Everywhere
  @DisplayName("R2 when results have cost the budget, only the calls under way come on top")
  default void moneyIsCapped(Way way) {
    Tally calls = new Tally("calls");
    way.over(
            Supply.endless(),
            item -> {
              calls.increment();
              return item;
            })
        .with(p -> p.budget(Budget.money(2.5, result -> 0.25)))
        .run()
        .cutShort(RunStatus.COST_SPENT);
    int spent = calls.get();
    assertTrue(spent >= 10 && spent < 10 + way.concurrency(), () -> spent + " calls");
  }

  @Everywhere
  @DisplayName("R4 after an error that ends the run, only the calls under way come on top")
  default void aFatalErrorEndsTheRun(Way way) {
    Tally calls = new Tally("calls");
    Retry retry =
        Retry.ofAttempts(3)
            .backoff(Backoff.fixed(Duration.ZERO))
            .endRunWhen(error -> error instanceof IllegalStateException);
    var report =
        way.over(
                Supply.endless(),
                item -> {
                  calls.increment();
                  if (item >= 5) {
                    throw new IllegalStateException("dead key");
                  }
                  return item;
                })
            .with(p -> p.retry(retry))
            .run()
            .cutShort(RunStatus.FATAL_ERROR);
    assertTrue(report.successes().size() <= 5, "successes");
    int failed = report.failures().size();
    assertTrue(failed >= 1 && failed <= way.concurrency(), () -> failed + " failures");
    assertEquals(report.successes().size() + failed, calls.get(), "calls");
  }

  @Everywhere(except = Trait.VALUELESS)
  @DisplayName("R4 a result can end the run, too; its item has failed")
  default void aFatalResultEndsTheRun(Way way) {
    Tally calls = new Tally("calls");
    Retry retry = Retry.none().endRunWhenResult((Integer result) -> result >= 5);
    var report =
        way.over(
                Supply.endless(),
                item -> {
                  calls.increment();
                  return item;
                })
            .with(p -> p.retry(retry))
            .run()
            .cutShort(RunStatus.FATAL_ERROR);
    assertTrue(report.successes().size() <= 5, "successes");
    int failed = report.failures().size();
    assertTrue(failed >= 1 && failed <= way.concurrency(), () -> failed + " failures");
    assertEquals(report.successes().size() + failed, calls.get(), "calls");
    assertTrue(
        report.failures().stream().allMatch(f -> f.error() instanceof RejectedResultException));
  }

  @Everywhere
  @DisplayName("R3 a run ends when too many of its last items failed")
  default void aFailureRateEndsTheRun(Way way) {
    Supply source = Supply.endless();
    var report =
        way.over(
                source,
                item -> {
                  if (item >= 30) {
                    throw new IOException("failed");
                  }
                  return item;
                })
            .with(p -> p.failureRate(0.5, 10))
            .run()
            .cutShort(RunStatus.ABORTED);
    assertTrue(report.failures().size() > 5, () -> "failures: " + report.failures().size());
  }
}
