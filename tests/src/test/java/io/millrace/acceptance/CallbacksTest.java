package io.millrace.acceptance;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Backoff;
import io.millrace.plan.Retry;
import io.millrace.plan.StopToken;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.ScriptedAction;
import io.millrace.time.TimeSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is promised about listeners and keys. */
@NoLeaks
class CallbacksTest {
  private static final List<Integer> TEN = IntStream.range(0, 10).boxed().toList();

  private final ManualClock clock = ManualClock.jumping();
  private final IOException failure = new IOException("failure");

  @AfterEach
  void close() {
    clock.close();
  }

  private static List<Integer> items(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  @DisplayName("A62, PY5: of a sized source the total is constant, and done counts from 1 to n")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "GATHERER") // a step knows no size
  void ofASizedSourceTheTotalIsConstant(EntryPoint entry) throws Exception {
    List<Long> dones = new ArrayList<>();
    Set<Long> totals = new HashSet<>();
    Parallel parallel =
        Parallel.of(4)
            .onProgress(
                (done, total) -> {
                  dones.add(done);
                  totals.add(total);
                });
    entry.run(
        parallel,
        items(100),
        item -> {
          if (item % 7 == 0) {
            throw failure;
          }
          return item;
        });
    assertEquals(IntStream.rangeClosed(1, 100).asLongStream().boxed().toList(), dones);
    assertEquals(Set.of(100L), totals);
  }

  @DisplayName("A62, PY5: of an unsized source the total is what was read, never less than done")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void ofAnUnsizedSourceTheTotalIsWhatWasRead(EntryPoint entry) throws Exception {
    List<Long> dones = new ArrayList<>();
    List<Long> totals = new ArrayList<>();
    int window = 5;
    Parallel parallel =
        Parallel.of(2)
            .window(window)
            .onProgress(
                (done, total) -> {
                  dones.add(done);
                  totals.add(total);
                });
    entry.run(parallel, Counting.unsized(100), item -> item);
    assertEquals(IntStream.rangeClosed(1, 100).asLongStream().boxed().toList(), dones);
    assertEquals(totals.stream().sorted().toList(), totals); // it only grows
    for (int i = 0; i < 100; i++) {
      assertTrue(dones.get(i) <= totals.get(i), () -> dones + " of " + totals);
      assertTrue(totals.get(i) <= dones.get(i) + window, () -> dones + " of " + totals);
    }
    assertEquals(100, totals.getLast());
  }

  @DisplayName("A68, I10: a listener that throws ends the run, and the caller gets its exception")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void aListenerThatThrowsEndsTheRun(EntryPoint entry) {
    IllegalStateException broken = new IllegalStateException("broken listener");
    for (Parallel parallel :
        List.of(
            Parallel.of(2)
                .onProgress(
                    (done, total) -> {
                      throw broken;
                    }),
            Parallel.of(2)
                .onOutcome(
                    outcome -> {
                      throw broken;
                    }))) {
      ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
      action.item(0).returns(0).anyItem().blocks().returns(1); // for ever, but for the interrupt
      assertSame(
          broken,
          assertThrows(IllegalStateException.class, () -> entry.run(parallel, TEN, action)));
      assertEquals(0, action.running());
      assertTrue(action.calls().size() <= 5, () -> action.calls().size() + " calls");
    }
  }

  @DisplayName("A69, A30, I9: outcomes are heard one at a time, in the thread that takes them")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void outcomesAreHeardOneAtATime(EntryPoint entry) throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Set<Thread> threads = new HashSet<>();
    List<Object> heard = new ArrayList<>();
    Parallel parallel =
        Parallel.of(8)
            .onOutcome(
                outcome -> {
                  most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                  threads.add(Thread.currentThread());
                  heard.add(outcome.item());
                  inside.decrementAndGet();
                })
            .onProgress(
                (done, total) -> {
                  most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                  threads.add(Thread.currentThread());
                  inside.decrementAndGet();
                });
    entry.run(parallel, items(500), item -> item);
    assertEquals(1, most.get());
    assertEquals(500, new HashSet<>(heard).size());
    assertEquals(1, threads.size());
    assertEquals(
        entry != EntryPoint.PUBLISHER, threads.contains(Thread.currentThread()), entry.name());
  }

  @DisplayName("A69, A30, PY20: outcomes are heard in completion order, failures among them")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void outcomesAreHeardInCompletionOrder(EntryPoint entry) throws Exception {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(clock);
    int[] seconds = {4, 1, 3, 2};
    for (int item = 0; item < 4; item++) {
      action.item(item).takes(ofSeconds(seconds[item]));
      if (item == 2) {
        action.fails(failure);
      } else {
        action.returns(item);
      }
    }
    clock.enter(); // time stands until all four have begun
    List<Object> heard = new ArrayList<>();
    AtomicInteger begun = new AtomicInteger();
    Parallel parallel = Parallel.of(4).clock(clock).onOutcome(outcome -> heard.add(outcome.item()));
    entry.run(
        parallel,
        List.of(0, 1, 2, 3),
        item -> {
          if (begun.incrementAndGet() == 4) {
            clock.exit();
          }
          return action.apply(item);
        });
    assertEquals(List.of(1, 3, 2, 0), heard);
  }

  @Test
  @DisplayName("A70: a listener that stops the run has the last word: nothing more is admitted")
  void aListenerThatStopsTheRunHasTheLastWord() {
    StopToken token = new StopToken();
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    action.item(0).returns(0).anyItem().blocks().returns(1);
    Counting source = new Counting();
    // The window is full while the listener runs: item 0 is not delivered yet, item 1 blocks.
    Results<Integer, Integer> results =
        Parallel.of(2)
            .window(2)
            .stopToken(token)
            .onOutcome(
                outcome -> {
                  awaitCalls(action, 2);
                  token.stop();
                })
            .map(source, action);
    assertEquals(RunStatus.CANCELLED, results.status());
    assertEquals(2, action.calls().size());
    assertEquals(2, source.pulled());
    assertEquals(List.of(0), results.okValues());
  }

  private static void awaitCalls(ScriptedAction<?, ?> action, int calls) {
    try {
      action.awaitCalls(calls);
    } catch (InterruptedException stop) {
      throw new IllegalStateException(stop);
    }
  }

  @DisplayName("A71, PY20: an item's key is on successes, failures, in listeners and streams")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void anItemsKeyIsOnEveryOutcome(EntryPoint entry) throws Exception {
    List<Outcome<?, ?>> heard = new ArrayList<>();
    Parallel parallel =
        Parallel.of(2).itemKey((Integer item) -> "k" + item % 5).onOutcome(heard::add);
    entry.run(
        parallel,
        TEN,
        item -> {
          if (item % 2 == 0) {
            throw failure;
          }
          return item;
        });
    assertEquals(10, heard.size()); // equal keys are fine
    heard.forEach(outcome -> assertEquals("k" + (Integer) outcome.item() % 5, outcome.key()));
    assertEquals(5, heard.stream().filter(Outcome::isSuccess).count());
  }

  @Test
  @DisplayName("A71: a key is evaluated once an item, however many attempts there are")
  void aKeyIsEvaluatedOnceAnItem() {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(clock);
    action.fails(failure, 99);
    List<Integer> asked = java.util.Collections.synchronizedList(new ArrayList<>());
    Results<Integer, Integer> results =
        Parallel.of(3)
            .clock(clock)
            .retry(Retry.ofAttempts(3).backoff(Backoff.fixed(ofSeconds(1))))
            .itemKey(
                (Integer item) -> {
                  asked.add(item);
                  return item;
                })
            .map(TEN, action);
    assertEquals(30, action.calls().size());
    assertEquals(TEN, asked.stream().sorted().toList());
    assertEquals(TEN, results.outcomes().stream().map(Outcome::key).toList());
  }

  @Test
  @DisplayName("A71: a key function that does not fit fails its item before the action is called")
  void aKeyFunctionThatDoesNotFitFailsItsItem() {
    ScriptedAction<Object, Integer> action = ScriptedAction.on(clock);
    action.returns(1);
    Results<Object, Integer> results =
        Parallel.of(2)
            .retry(Retry.ofAttempts(3))
            .itemKey((String item) -> item)
            .map(List.<Object>of("a", 7, "b"), action);
    assertEquals(1, results.failures().size());
    assertTrue(results.failures().getFirst().error() instanceof ClassCastException);
    assertEquals(7, results.failures().getFirst().item());
    assertEquals(0, results.failures().getFirst().attempts());
    assertEquals(
        Set.of("a", "b"),
        action.calls().stream().map(call -> call.item()).collect(Collectors.toSet()));
  }

  @Test
  @DisplayName("A69, PY20: what a listener hears is what is returned")
  void whatAListenerHearsIsWhatIsReturned() {
    List<Outcome<?, ?>> heard = new ArrayList<>();
    Consumer<Outcome<?, ?>> listener = heard::add;
    Results<Integer, Integer> results =
        Parallel.of(4).onOutcome(listener).map(items(200), item -> item);
    assertEquals(new HashSet<>(results.outcomes()), new HashSet<Outcome<?, ?>>(heard));
  }
}
