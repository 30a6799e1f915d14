package io.millrace.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.outcome.AttemptEvent;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Backoff;
import io.millrace.plan.Retry;
import io.millrace.plan.StopToken;
import io.millrace.testkit.ScriptedAction;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;

/** What listeners hear. */
public interface ListenerContract extends Contract {

  @Everywhere
  @DisplayName("I9 A69 listeners hear of each item once, never two at a time, where outcomes go")
  default void listenersNeverOverlap(Way way) {
    AtomicBoolean inside = new AtomicBoolean();
    AtomicBoolean overlapped = new AtomicBoolean();
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    List<Long> heard = Collections.synchronizedList(new ArrayList<>());
    List<Long> done = Collections.synchronizedList(new ArrayList<>());
    Runnable once =
        () -> {
          threads.add(Thread.currentThread());
          if (inside.getAndSet(true)) {
            overlapped.set(true);
          }
          Thread.onSpinWait();
          inside.set(false);
        };
    try (var live =
        way.over(
                Way.numbers(300),
                item -> {
                  if (item % 4 == 0) {
                    throw new IOException("item " + item);
                  }
                  return item;
                })
            .with(
                p ->
                    p.onProgress(
                        (sofar, total) -> {
                          once.run();
                          done.add(sofar);
                          if (!way.is(Trait.CALLER_READS)) {
                            assertEquals(300, total, "total of a sized source");
                          }
                        }))
            .hearing(
                outcome -> {
                  once.run();
                  heard.add(outcome.index());
                })
            .start()) {
      live.report().complete(300);
      assertEquals(LongStream.rangeClosed(1, 300).boxed().toList(), done, "progress");
      assertEquals(300, Set.copyOf(heard).size(), "items heard of");
      assertEquals(300, heard.size(), "outcomes heard");
      assertEquals(1, threads.size(), "threads");
      if (!way.is(Trait.DETACHED)) {
        assertEquals(Set.of(live.thread()), threads, "threads");
      }
    }
    assertTrue(!overlapped.get(), "listeners overlapped");
  }

  @Everywhere
  @DisplayName("L5 each attempt is heard of when it begins, and each retry with its error")
  default void attemptsAreHeardOf(Way way) {
    Set<Integer> failed = ConcurrentHashMap.newKeySet();
    Queue<AttemptEvent> heard = new ConcurrentLinkedQueue<>();
    way.over(
            Way.numbers(50),
            item -> {
              if (item % 5 == 0 && failed.add(item)) {
                throw new IOException("item " + item);
              }
              return item;
            })
        .with(p -> p.onAttempt(heard::add).retry(Retry.ofAttempts(2).backoff(Backoff.none())))
        .run()
        .complete(50);
    for (int index = 0; index < 50; index++) {
      int item = index;
      List<String> ofItem =
          heard.stream()
              .filter(event -> event.details().index() == item)
              .map(ListenerContract::shortly)
              .toList();
      assertEquals(
          item % 5 == 0
              ? List.of("starts 1", "fails with item " + item, "starts 2")
              : List.of("starts 1"),
          ofItem,
          "heard of item " + item);
    }
  }

  private static String shortly(AttemptEvent event) {
    return switch (event) {
      case AttemptEvent.Starting(_, var details) -> "starts " + details.attempts();
      case AttemptEvent.Hedging(_, var details) -> "hedges " + details.attempts();
      case AttemptEvent.Retrying(_, var error, _, _) -> "fails with " + error.getMessage();
      case AttemptEvent.Waiting(_, var limit, _) -> "waits for " + limit;
    };
  }

  @Everywhere
  @DisplayName("L5 A68 an error of the attempt listener ends the run and is thrown as itself")
  default void anErrorOfTheAttemptListener(Way way) {
    AssertionError error = new AssertionError("broken listener");
    var report =
        way.over(Supply.of(20), item -> item)
            .with(
                p ->
                    p.onAttempt(
                        event -> {
                          if (event.details().index() == 7) {
                            throw error;
                          }
                        }))
            .run();
    assertSame(error, report.thrown());
  }

  @Everywhere
  @DisplayName("A62 without a size, the total is what was read so far, and never less than done")
  default void progressOfUnsizedSources(Way way) {
    List<Long> done = Collections.synchronizedList(new ArrayList<>());
    List<Long> totals = Collections.synchronizedList(new ArrayList<>());
    way.over(Supply.of(300), item -> item)
        .with(
            p ->
                p.onProgress(
                    (sofar, total) -> {
                      done.add(sofar);
                      totals.add(total);
                    }))
        .run()
        .complete(300);
    assertEquals(LongStream.rangeClosed(1, 300).boxed().toList(), done, "done");
    for (int i = 0; i < 300; i++) {
      long sofar = done.get(i);
      assertTrue(sofar <= totals.get(i) && totals.get(i) <= 300, () -> "totals " + totals);
    }
    assertEquals(300, totals.getLast(), "last total");
    assertEquals(totals.stream().sorted().toList(), totals, "totals never go back");
  }

  @Everywhere(at = {7, 100})
  @DisplayName("A69 listeners hear outcomes in completion order, whatever the order of delivery")
  default void completionOrderIsHeard(Way way) throws Exception {
    ScriptedAction<Integer, Integer> action = Actions.blocking();
    List<Long> heard = Collections.synchronizedList(new ArrayList<>());
    Tally count = new Tally("outcomes heard");
    try (var live =
        way.over(Way.numbers(5), action)
            .hearing(
                outcome -> {
                  heard.add(outcome.index());
                  count.increment();
                })
            .start()) {
      action.awaitRunning(5);
      for (int index = 4; index >= 0; index--) {
        action.release(index);
        count.await(5 - index);
      }
      live.report().complete(5);
    }
    assertEquals(List.of(4L, 3L, 2L, 1L, 0L), heard, "heard");
  }

  @Everywhere
  @DisplayName("A68 I10 an error of the outcome listener ends the run and is thrown as itself")
  default void anErrorOfTheOutcomeListener(Way way) throws Exception {
    IllegalStateException error = new IllegalStateException("broken listener");
    listenerFails(
        way,
        error,
        trial ->
            trial.hearing(
                outcome -> {
                  if (!(outcome instanceof NotRun)) {
                    throw error;
                  }
                }));
  }

  @Everywhere
  @DisplayName("A68 I10 an error of the progress listener ends the run and is thrown as itself")
  default void anErrorOfTheProgressListener(Way way) throws Exception {
    AssertionError error = new AssertionError("broken listener");
    listenerFails(
        way,
        error,
        trial ->
            trial.with(
                (Parallel p) ->
                    p.onProgress(
                        (done, total) -> {
                          throw error;
                        })));
  }

  private static void listenerFails(
      Way way, Throwable error, java.util.function.Consumer<Trial<Integer, Integer>> listening)
      throws Exception {
    int most = way.concurrency();
    ScriptedAction<Integer, Integer> action = Actions.blocking();
    Trial<Integer, Integer> trial =
        way.over(Supply.of(3 * most), action).with(p -> p.grace(Duration.ofSeconds(10)));
    listening.accept(trial);
    try (var live = trial.start()) {
      action.awaitRunning(most);
      action.release(0);
      var report = live.report();
      assertSame(error, report.thrown());
      assertEquals(0, action.running(), "items that still run");
    }
  }

  @Everywhere
  @DisplayName("A69 items that did not run are heard of, but make no progress")
  default void itemsThatDidNotRun(Way way) throws Exception {
    ScriptedAction<Integer, Integer> action = Actions.blocking();
    StopToken token = new StopToken();
    List<Outcome<?, ?>> heard = Collections.synchronizedList(new ArrayList<>());
    Tally progress = new Tally("calls of the progress listener");
    try (var live =
        way.over(Way.numbers(3 * way.concurrency()), action)
            .with(p -> p.stopToken(token).onProgress((done, total) -> progress.increment()))
            .hearing(heard::add)
            .start()) {
      action.awaitRunning(way.concurrency());
      token.stop();
      var report = live.report().cutShort(RunStatus.CANCELLED);
      assertEquals(Set.copyOf(report.outcomes()), Set.copyOf(heard), "heard");
      assertEquals(report.outcomes().size(), heard.size(), "heard");
      assertEquals(report.outcomes().size(), report.notRun().size(), "not run");
    }
    assertEquals(0, progress.get(), "progress");
  }

  @Everywhere
  @DisplayName("A70 I3 when a listener stops the run, no more is read than was under way")
  default void aListenerStopsTheRun(Way way) {
    StopToken token = new StopToken();
    Supply source = Supply.endless();
    List<Integer> read = Collections.synchronizedList(new ArrayList<>());
    var report =
        way.over(source, item -> item)
            .with(p -> p.stopToken(token))
            .hearing(
                outcome -> {
                  if (!token.stopped()) {
                    token.stop();
                    read.add(source.pulled());
                  }
                })
            .run()
            .cutShort(RunStatus.CANCELLED);
    assertTrue(
        source.pulled() <= read.getFirst() + 1,
        () -> source.pulled() + " items were read, " + read + " of them before the stop");
    assertTrue(!report.outcomes().isEmpty(), "outcomes");
  }
}
