package io.millrace.call;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.plan.Backoff;
import io.millrace.plan.Retry;
import io.millrace.plan.Source;
import io.millrace.plan.Truncation;
import io.millrace.plan.Workers;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.ScriptedAction;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Batches with a barrier between them, and without. */
@NoLeaks
class BarrierTest {
  private static final List<Integer> FIVE = List.of(0, 1, 2, 3, 4);

  private final ManualClock clock = ManualClock.jumping();
  private final ScriptedAction<Integer, Integer> action = ScriptedAction.on(clock);

  @AfterEach
  void close() {
    clock.close();
  }

  private Parallel parallel(int concurrency) {
    return Parallel.of(concurrency).clock(clock);
  }

  private List<Duration> starts() {
    return FIVE.stream().map(item -> action.startsOf(item).getFirst()).toList();
  }

  private void drain(Parallel parallel) {
    try (var batches = parallel.batches(FIVE, 2, action)) {
      assertEquals(List.of(2, 2, 1), batches.map(List::size).toList());
    }
  }

  @Test
  @DisplayName("LF3, A78: with a barrier the next batch begins when the one before is done")
  void theNextBatchBeginsWhenTheOneBeforeIsDone() {
    action.item(0).takes(ofSeconds(9)).returns(0).anyItem().takes(ofSeconds(1)).returns(1);
    drain(parallel(4).barrier(2));
    assertEquals(List.of(ZERO, ZERO), starts().subList(0, 2));
    for (Duration later : starts().subList(2, 5)) { // the consumer does not hold the clock
      assertTrue(later.compareTo(ofSeconds(9)) >= 0);
    }
    assertTrue(starts().get(4).compareTo(ofSeconds(10)) >= 0);
  }

  @Test
  @DisplayName("LF3, A9: without a barrier no batch waits for a straggler of the one before")
  void withoutABarrierNothingWaits() {
    action.item(0).takes(ofSeconds(9)).returns(0).anyItem().takes(ofSeconds(1)).returns(1);
    drain(parallel(2).window(5).barrier(2).withoutBarrier());
    assertEquals(List.of(ZERO, ZERO, ofSeconds(1), ofSeconds(2), ofSeconds(3)), starts());
  }

  @ParameterizedTest(name = "{displayName}: at once {0}")
  @ValueSource(ints = {1, 2, 7, 100})
  @DisplayName("LF3, I3: the next batch is not even read before the consumer asks for it")
  void theNextBatchIsNotReadBeforeTheConsumerAsks(int concurrency) {
    List<Integer> read = new ArrayList<>();
    Iterable<Integer> source = () -> IntStream.range(0, 50).peek(read::add).iterator();
    List<Integer> readAtBatch = new ArrayList<>();
    try (var batches =
        Parallel.of(concurrency).barrier(10).batches(source, 10, (Integer item) -> item)) {
      batches.forEach(batch -> readAtBatch.add(read.size()));
    }
    assertEquals(List.of(10, 20, 30, 40, 50), readAtBatch);
  }

  @Test
  @DisplayName("LF3: a failure, a retry and a timeout in a batch hold up the next one")
  void retriesBelongToTheirBatch() {
    action.item(1).takes(ofSeconds(1)).fails(new IOException("busy")).returns(1);
    action.item(0).takes(ofSeconds(99)).fails(new IOException("too late"), 9);
    action.anyItem().returns(2);
    Retry retry = Retry.ofAttempts(2).backoff(Backoff.fixed(ofSeconds(3)));
    List<Outcome<Integer, Integer>> all = new ArrayList<>();
    try (var batches =
        parallel(2).barrier(2).retry(retry).attemptTimeout(ofSeconds(2)).batches(FIVE, 2, action)) {
      batches.forEach(all::addAll);
    }
    assertTrue(all.get(0) instanceof Failure);
    assertEquals(2, all.get(1).attempts());
    Duration next = action.startsOf(2).getFirst(); // after 2 s, a wait of 3 s, 2 s
    assertTrue(next.compareTo(ofSeconds(7)) >= 0, next::toString);
  }

  @Test
  @DisplayName("LF3, I4: when the run ends, the items behind the barrier are listed as not run")
  void theItemsBehindTheBarrierAreListed() {
    action.takes(ofSeconds(2)).returns(1);
    try (Stream<Outcome<Integer, Integer>> outcomes =
        parallel(2).barrier(2).runTimeout(ofSeconds(1)).truncation(Truncation.SILENT).stream(
            FIVE, action)) {
      assertEquals(5, outcomes.filter(NotRun.class::isInstance).count());
    }
    assertEquals(2, action.calls().size());
  }

  @Test
  @DisplayName("LF3, A31: groups of 1, a window of 1 and the caller's thread never deadlock")
  void smallGroupsNeverDeadlock() {
    List<Integer> items = IntStream.range(0, 300).boxed().toList();
    Parallel smallest = Parallel.of(3).window(1).barrier(1);
    assertEquals(items, smallest.map(items, (Integer item) -> item).values());
    assertEquals(
        items, smallest.workers(Workers.caller()).map(items, (Integer item) -> item).values());
    Iterable<Integer> unsized = Source.of(items.iterator());
    assertEquals(items, smallest.map(unsized, (Integer item) -> item).values());
  }
}
