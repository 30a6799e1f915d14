package io.millrace.acceptance;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.Run;
import io.millrace.outcome.Failure;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Success;
import io.millrace.plan.Action;
import io.millrace.plan.Backoff;
import io.millrace.plan.Retry;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.ScriptedAction;
import io.millrace.time.TimeSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is promised about outcomes that are taken while the run goes on. */
@NoLeaks
class StreamingTest {
  private static final List<Integer> TEN = IntStream.range(0, 10).boxed().toList();

  private final ManualClock clock = ManualClock.jumping();
  private final IOException failure = new IOException("failure");

  @AfterEach
  void close() {
    clock.close();
  }

  @DisplayName("A3, BL1, BL4, PY9: an action that throws costs no worker and no other outcome")
  @ParameterizedTest(name = "{displayName}: {0} workers")
  @ValueSource(ints = {1, 2, 7})
  void anActionThatThrowsCostsNoWorker(int workers) {
    List<Throwable> kinds =
        List.of(
            failure,
            new IllegalStateException("unchecked"),
            new StackOverflowError("error"),
            new java.util.concurrent.CancellationException("cancelled"),
            new InterruptedException("not a real one"),
            new Throwable("neither exception nor error"));
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    for (int item = 0; item < kinds.size(); item++) {
      action.item(item).fails(kinds.get(item));
    }
    action.anyItem().computes(item -> item);
    List<Integer> items = IntStream.range(0, 50).boxed().toList();
    try (Stream<Outcome<Integer, Integer>> outcomes = Parallel.of(workers).stream(items, action)) {
      List<Outcome<Integer, Integer>> all =
          outcomes.sorted(java.util.Comparator.comparing(Outcome::index)).toList();
      assertEquals(items, all.stream().map(Outcome::item).toList());
      for (Outcome<Integer, Integer> outcome : all) {
        int item = outcome.item();
        switch (outcome) {
          case Failure<Integer, Integer> failed -> assertSame(kinds.get(item), failed.error());
          case Success<Integer, Integer> success -> assertEquals(item, success.value());
          default -> throw new AssertionError(outcome);
        }
        assertEquals(item >= kinds.size(), outcome.isSuccess());
      }
    }
  }

  @DisplayName("A6, BL1, I3, I6: closing early interrupts what runs and pulls nothing more")
  @ParameterizedTest(name = "{displayName}: ordered {0}")
  @ValueSource(booleans = {false, true})
  void closingEarlyInterruptsWhatRunsAndPullsNothingMore(boolean ordered) throws Exception {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    action.item(0).returns(0).anyItem().blocks().returns(1);
    Counting source = new Counting();
    Parallel parallel = Parallel.of(3).window(5);
    try (Stream<Outcome<Integer, Integer>> outcomes =
        (ordered ? parallel.ordered() : parallel).stream(source, action)) {
      Iterator<Outcome<Integer, Integer>> each = outcomes.iterator();
      assertEquals(0, each.next().index());
      action.awaitRunning(3);
    }
    int pulled = source.pulled();
    assertTrue(pulled <= 1 + 5, () -> pulled + " pulled");
    assertEquals(0, action.running()); // everything was interrupted and has ended
    assertEquals(4, action.calls().size());
    // Closing has joined all threads (the leak check would find one), so nothing can come later.
    assertEquals(pulled, source.pulled());
  }

  @DisplayName("A7, BL2, PY6, I2: the source is never read more than a window ahead")
  @ParameterizedTest(name = "{displayName}: window {0}, ordered {1}")
  @CsvSource({"1,false", "2,false", "3,true", "10,false", "10,true", "100,false"})
  void theSourceIsNeverReadMoreThanAWindowAhead(int window, boolean ordered) throws Exception {
    AtomicInteger begun = new AtomicInteger(); // takes that have begun
    AtomicInteger ahead = new AtomicInteger();
    AtomicInteger next = new AtomicInteger();
    Iterable<Integer> source =
        () ->
            Stream.generate(next::getAndIncrement)
                .peek(item -> ahead.accumulateAndGet(item + 1 - begun.get(), Math::max))
                .iterator();
    Parallel parallel = Parallel.of(4).window(window);
    Action<Integer, Integer> quick = item -> item;
    try (Run<Integer, Integer> run =
        (ordered ? parallel.ordered() : parallel).start(source, quick)) {
      for (int taken = 0; taken < 300; taken++) {
        if (taken % 50 == 0) {
          Soon.until(() -> run.progress().running() == 0); // the pool is done, the consumer is slow
        }
        begun.incrementAndGet();
        run.take().orElseThrow();
      }
    }
    assertTrue(ahead.get() <= window, () -> ahead + " ahead of what was taken");
  }

  @Test
  @DisplayName("A9: a straggler at index 0 holds nobody up, and no batch waits for it")
  void aStragglerHoldsNobodyUp() {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    action.item(0).blocks().returns(0).anyItem().computes(item -> item);
    try (Run<Integer, Integer> run = Parallel.of(4).start(TEN, action)) {
      List<Integer> taken = new ArrayList<>();
      for (int count = 0; count < 9; count++) {
        taken.add(run.take().orElseThrow().item());
      }
      assertEquals(TEN.subList(1, 10), taken.stream().sorted().toList());
      action.release(0);
      assertEquals(0, run.take().orElseThrow().item());
      assertTrue(run.take().isEmpty());
    }
  }

  @Test
  @DisplayName("A9: when collecting, all others are done while the straggler still runs")
  void whenCollectingAllOthersAreDoneWhileTheStragglerRuns() {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(clock);
    action.item(0).takes(ofSeconds(100)).returns(0);
    action.anyItem().takes(ofSeconds(1)).computes(item -> item);
    Results<Integer, Integer> results = Parallel.of(4).clock(clock).map(TEN, action);
    assertEquals(TEN, results.values());
    assertEquals(ofSeconds(100), clock.elapsed());
    action.calls().stream()
        .filter(call -> call.item() != 0)
        .forEach(call -> assertTrue(call.end().orElseThrow().compareTo(ofSeconds(3)) <= 0));
  }

  @DisplayName("A31: retries come back into a full window without a deadlock")
  @ParameterizedTest(name = "{displayName}: {0} workers, window {1}")
  @CsvSource({"1,1", "2,1", "2,2", "4,4", "7,3", "4,100"})
  void retriesComeBackIntoAFullWindowWithoutADeadlock(int workers, int window) throws Exception {
    for (EntryPoint entry : EntryPoint.values()) {
      List<Outcome<?, ?>> heard = new ArrayList<>();
      ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
      for (int item = 0; item < 20; item++) {
        action.item(item).fails(failure, 2).returns(item);
      }
      Parallel parallel =
          Parallel.of(workers)
              .window(window)
              .retry(Retry.ofAttempts(3).backoff(Backoff.none()))
              .onOutcome(heard::add);
      entry.run(parallel, Counting.unsized(20), action);
      assertEquals(20, heard.size(), entry.name());
      assertTrue(
          heard.stream().allMatch(outcome -> outcome.isSuccess() && outcome.attempts() == 3));
    }
  }

  @Test
  @DisplayName("PY9, PY20: outcomes stream in completion order, failures among them")
  void outcomesStreamInCompletionOrder() {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(clock);
    action.item(0).takes(ofSeconds(3)).returns(0);
    action.item(1).takes(ofSeconds(1)).fails(failure);
    action.item(2).takes(ofSeconds(2)).returns(2);
    try (Stream<Outcome<Integer, Integer>> outcomes =
        Parallel.of(3).clock(clock).stream(List.of(0, 1, 2), action)) {
      List<Outcome<Integer, Integer>> all = outcomes.toList();
      assertEquals(List.of(1, 2, 0), all.stream().map(Outcome::item).toList());
      assertSame(failure, ((Failure<Integer, Integer>) all.getFirst()).error());
    }
  }

  @Test
  @DisplayName("PY19: an ordered stream keeps input order and reads ahead only inside the window")
  void anOrderedStreamKeepsInputOrderInsideTheWindow() throws Exception {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    action.item(0).blocks().returns(0).anyItem().computes(item -> item);
    Counting source = new Counting();
    try (Run<Integer, Integer> run = Parallel.of(2).window(6).ordered().start(source, action)) {
      // Items 1 to 5 are done and wait for item 0.
      Soon.until(() -> action.calls().size() == 6 && action.running() == 1);
      Soon.until(() -> run.progress().running() == 1);
      assertEquals(6, source.pulled());
      assertTrue(run.poll().isEmpty());
      action.release(0);
      for (int item = 0; item < 100; item++) {
        assertEquals(item, run.take().orElseThrow().item());
      }
    }
  }

  @Test
  @DisplayName("A78: batches of 2 over 5 items are three lists in input order, 2, 2 and 1 long")
  void batchesAreListsInInputOrder() {
    try (Stream<List<Outcome<Integer, Integer>>> batches =
        Parallel.of(3).batches(TEN.subList(0, 5), 2, item -> item)) {
      assertEquals(
          List.of(List.of(0, 1), List.of(2, 3), List.of(4)),
          batches.map(batch -> batch.stream().map(Outcome::item).toList()).toList());
    }
  }

  @DisplayName("A78, A88: a batch size below 1 is refused at the call")
  @ParameterizedTest(name = "{displayName}: {0}")
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void aBatchSizeBelowOneIsRefused(int size) {
    assertThrows(
        IllegalArgumentException.class, () -> Parallel.of().batches(TEN, size, item -> item));
  }

  @Test
  @DisplayName("A78: a batch is there as soon as its items are, though the source goes on")
  void aBatchIsThereAsSoonAsItsItemsAre() {
    try (Stream<List<Outcome<Integer, Integer>>> batches =
        Parallel.of(2).window(4).batches(new Counting(), 3, item -> item)) {
      assertEquals(
          List.of(0, 1, 2), batches.iterator().next().stream().map(Outcome::item).toList());
    }
  }

  @DisplayName("BL1, I4: every item has exactly one outcome, whatever the entry point")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void everyItemHasExactlyOneOutcome(EntryPoint entry) throws Exception {
    for (int workers : new int[] {1, 2, 7, 100}) {
      List<Outcome<?, ?>> heard = new ArrayList<>();
      List<Integer> items = IntStream.range(0, 500).boxed().toList();
      Action<Integer, Integer> action =
          item -> {
            if (item % 3 == 0) {
              throw failure;
            }
            return item;
          };
      entry.run(Parallel.of(workers).onOutcome(heard::add), items, action);
      assertEquals(
          items, heard.stream().map(outcome -> (Integer) outcome.item()).sorted().toList());
    }
  }
}
