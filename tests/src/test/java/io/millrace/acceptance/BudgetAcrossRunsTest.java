package io.millrace.acceptance;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.Codec;
import io.millrace.checkpoint.spi.Spent;
import io.millrace.executor.ParallelExecutor;
import io.millrace.executor.TaskOptions;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Backoff;
import io.millrace.plan.Budget;
import io.millrace.plan.Cost;
import io.millrace.plan.Retry;
import io.millrace.plan.StopToken;
import io.millrace.testkit.MemoryStore;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Budgets that count what earlier runs of a checkpoint spent. */
@NoLeaks
class BudgetAcrossRunsTest {
  private static final List<Integer> ITEMS = IntStream.range(0, 25).boxed().toList();

  private final MemoryStore store = new MemoryStore();
  private final Checkpoint checkpoint =
      Checkpoint.of(store, CheckpointName.of("test", "1"), Codec.text());
  private final Parallel kept = Parallel.of(4).checkpoint(checkpoint);
  private final AtomicInteger calls = new AtomicInteger();

  private String called(Integer item) {
    calls.incrementAndGet();
    return "value of " + item;
  }

  @Test
  @DisplayName("R2a: runs of one checkpoint make no more calls than their budget, all together")
  void callsOfAllRuns() throws Exception {
    Parallel ten = kept.budget(Budget.acrossRuns(Budget.calls(10)));
    assertEquals(RunStatus.CALLS_SPENT, ten.map(ITEMS, this::called).status());
    assertEquals(10, calls.get());
    assertEquals(RunStatus.CALLS_SPENT, ten.map(ITEMS, this::called).status());
    assertEquals(10, calls.get(), "calls after a run that had nothing left");
    Parallel all = kept.budget(Budget.acrossRuns(Budget.calls(25)));
    assertEquals(RunStatus.COMPLETED, all.map(ITEMS, this::called).status());
    assertEquals(25, calls.get());
    assertEquals(new Spent(25, 0, 0), store.spent());
  }

  @Test
  @DisplayName(
      "R2a: what a run without a budget called counts as well, and so do retries and failures")
  void everyCallCounts() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    kept.retry(Retry.ofAttempts(3).backoff(Backoff.none()))
        .map(
            ITEMS.subList(0, 2),
            item -> {
              attempts.incrementAndGet();
              throw new IOException("refused");
            });
    assertEquals(6, attempts.get());
    var capped = kept.budget(Budget.acrossRuns(Budget.calls(10))).map(ITEMS, this::called);
    assertEquals(RunStatus.CALLS_SPENT, capped.status());
    assertEquals(4, calls.get());
  }

  @Test
  @DisplayName(
      "R2a: a budget of a single run does not count what earlier ones spent, but is counted")
  void singleRunsAreCounted() throws Exception {
    Parallel five = kept.budget(Budget.calls(5));
    five.map(ITEMS, this::called);
    five.map(ITEMS, this::called);
    assertEquals(10, calls.get());
    assertEquals(10, store.spent().calls());
  }

  @Test
  @DisplayName("R2a: permits and money add up from run to run")
  void permitsAndMoney() throws Exception {
    Budget budget =
        Budget.all(
            Budget.permits(100, Cost.of((Integer item) -> 3)),
            Budget.money(8.0, (String value) -> 0.5));
    Parallel one = Parallel.of(1).checkpoint(checkpoint).budget(Budget.acrossRuns(budget));
    one.map(ITEMS.subList(0, 10), this::called);
    assertEquals(new Spent(10, 30, 5.0), store.spent());
    assertEquals(RunStatus.COST_SPENT, one.map(ITEMS, this::called).status());
    assertEquals(16, calls.get());
    assertEquals(new Spent(16, 48, 8.0), store.spent());
  }

  @Test
  @DisplayName("R2a: calls of items without an outcome are kept at the end of the run")
  void callsWithoutOutcome() throws Exception {
    StopToken token = new StopToken();
    var results =
        Parallel.of(1)
            .checkpoint(checkpoint)
            .retry(Retry.ofAttempts(3).backoff(Backoff.fixed(ofSeconds(600))))
            .stopToken(token)
            .map(
                List.of(1),
                item -> {
                  token.drain();
                  throw new IOException("refused");
                });
    assertEquals(RunStatus.CANCELLED, results.status());
    assertEquals(new Spent(1, 0, 0), store.spent());
  }

  @Test
  @DisplayName("R2a: what was spent is kept with each commit, calls under way included")
  void keptWithEachCommit() throws Exception {
    AtomicInteger commits = new AtomicInteger();
    store.onCommit(
        ids -> {
          if (commits.incrementAndGet() == 2) {
            throw new CheckpointException("the disk is full");
          }
        });
    List<Integer> twoCommits = IntStream.range(0, 1_001).boxed().toList();
    assertThrows(CheckpointException.class, () -> kept.map(twoCommits, this::called));
    long outcomes = store.outcomes().size();
    assertTrue(store.spent().calls() >= outcomes, () -> store.spent() + " of " + outcomes);
    assertTrue(store.spent().calls() <= calls.get(), () -> store.spent() + " of " + calls);
  }

  @Test
  @DisplayName("R2a: tasks of executors with keys share the budget of their checkpoint")
  void executors() throws Exception {
    Parallel two = kept.budget(Budget.acrossRuns(Budget.calls(2)));
    for (String key : List.of("a", "b")) {
      try (var executor = ParallelExecutor.of(two)) {
        executor.submit(() -> called(1), TaskOptions.none().key(key)).get();
      }
    }
    assertEquals(2, store.spent().calls());
    try (var executor = ParallelExecutor.of(two)) {
      var refused = executor.submit(() -> called(1), TaskOptions.none().key("c"));
      assertThrows(Exception.class, refused::get);
    }
    assertEquals(2, calls.get());
  }

  @Test
  @DisplayName(
      "R2a: a budget across runs without a checkpoint is refused at the call, and so is one within another")
  void refused() {
    Parallel lost = Parallel.of(2).budget(Budget.acrossRuns(Budget.calls(10)));
    for (var call :
        List.<org.junit.jupiter.api.function.Executable>of(
            () -> lost.map(ITEMS, this::called),
            () -> lost.stream(ITEMS, this::called).toList(),
            () -> lost.function(this::called).call(ITEMS.getFirst()),
            () -> lost.start(ITEMS, this::called),
            () -> ParallelExecutor.of(lost))) {
      var refusal = assertThrows(IllegalArgumentException.class, call);
      assertTrue(refusal.getMessage().contains("checkpoint"), refusal::getMessage);
    }
    assertEquals(0, calls.get());
    kept.budget(Budget.acrossRuns(Budget.calls(1)))
        .function(this::called); // many items have a checkpoint
    Budget across = Budget.acrossRuns(Budget.calls(1));
    assertThrows(IllegalArgumentException.class, () -> Budget.acrossRuns(across));
    assertThrows(IllegalArgumentException.class, () -> Budget.all(across));
    assertThrows(NullPointerException.class, () -> Budget.acrossRuns(null));
  }
}
