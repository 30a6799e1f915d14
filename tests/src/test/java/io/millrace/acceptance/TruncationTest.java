package io.millrace.acceptance;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Run;
import io.millrace.call.Call;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.Success;
import io.millrace.outcome.TruncatedRunException;
import io.millrace.plan.Action;
import io.millrace.plan.StopToken;
import io.millrace.plan.Truncation;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.ScriptedAction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A run that was cut short never ends like one that was not. */
@NoLeaks
class TruncationTest {
  private final ManualClock clock = ManualClock.jumping();
  private final IOException failure = new IOException("failure");

  @AfterEach
  void close() {
    clock.close();
  }

  /** How a run over a source without a size and without an end is cut short. */
  enum Cut {
    TIMED_OUT(parallel -> parallel.runTimeout(ofSeconds(3))),
    CANCELLED(parallel -> parallel),
    ABORTED(parallel -> parallel.maxFailures(1));

    private final UnaryOperator<Parallel> by;

    Cut(UnaryOperator<Parallel> by) {
      this.by = by;
    }
  }

  /** Successes of 1 s each, of which one stops the run or fails. */
  private Action<Integer, Integer> action(Cut cut, StopToken token) {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(clock);
    action.anyItem().takes(ofSeconds(1)).computes(item -> item);
    return item -> {
      if (item == 2 && cut == Cut.CANCELLED) {
        token.stop();
      }
      if (item == 2 && cut == Cut.ABORTED) {
        throw failure;
      }
      return action.apply(item);
    };
  }

  /*
   * A gatherer is fed by the thread of its stream, which the clock has to know: no time passes before there is an
   * item.
   */
  private void drive(EntryPoint entry, Parallel parallel, Action<Integer, Integer> action) {
    Runnable driving =
        () -> {
          try {
            entry.drive(parallel, new Counting(), action);
          } catch (RuntimeException unchecked) {
            throw unchecked;
          } catch (Exception broken) {
            throw new AssertionError(broken);
          }
        };
    (entry == EntryPoint.GATHERER ? clock.announced(driving) : driving).run();
  }

  private TruncatedRunException truncation(EntryPoint entry, Cut cut, List<Outcome<?, ?>> heard) {
    StopToken token = new StopToken();
    Parallel parallel =
        cut.by.apply(Parallel.of(1).clock(clock).stopToken(token).onOutcome(heard::add));
    return assertThrows(
        TruncatedRunException.class, () -> drive(entry, parallel, action(cut, token)));
  }

  @DisplayName("S4, I10: the end of a run that timed out is seen, though its source has no size")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"MAP", "FUNCTION"}) // whose results say it
  void aTimeoutIsSeen(EntryPoint entry) {
    List<Outcome<?, ?>> heard = new ArrayList<>();
    assertEquals(RunStatus.TIMED_OUT, truncation(entry, Cut.TIMED_OUT, heard).status());
    assertTrue(heard.stream().anyMatch(Outcome::isSuccess), "what was done comes first");
  }

  @DisplayName("S4, I10: the end of a run that was stopped is seen")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"MAP", "FUNCTION"})
  void aStopIsSeen(EntryPoint entry) {
    assertEquals(RunStatus.CANCELLED, truncation(entry, Cut.CANCELLED, new ArrayList<>()).status());
  }

  @DisplayName("S4, I10: the end of a run with too many failures is seen, with the first as cause")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"MAP", "FUNCTION"})
  void tooManyFailuresAreSeen(EntryPoint entry) {
    TruncatedRunException thrown = truncation(entry, Cut.ABORTED, new ArrayList<>());
    assertEquals(RunStatus.ABORTED, thrown.status());
    assertSame(failure, thrown.getCause());
    assertEquals("the run was cut short (ABORTED) after 3 items", thrown.getMessage());
    assertEquals(
        "the run was cut short (ABORTED) after 1 item",
        new TruncatedRunException(RunStatus.ABORTED, 1, null).getMessage());
  }

  @DisplayName("S4: who asks for silence hears nothing at the end")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = "FOR_EACH") // which has nothing else to say it
  void silenceIsAnOption(EntryPoint entry) {
    List<Outcome<?, ?>> heard = new ArrayList<>();
    Parallel parallel =
        Parallel.of(1)
            .clock(clock)
            .truncation(Truncation.SILENT)
            .runTimeout(ofSeconds(3))
            .onOutcome(heard::add);
    drive(entry, parallel, action(Cut.TIMED_OUT, new StopToken()));
    assertTrue(heard.stream().anyMatch(Outcome::isSuccess));
  }

  @DisplayName("S4: forEach and calls throw whatever is asked for")
  @Test
  void whoHasNothingElseToSayItThrows() {
    Parallel silent =
        Parallel.of(1).truncation(Truncation.SILENT).runTimeout(java.time.Duration.ZERO);
    assertThrows(TruncatedRunException.class, () -> silent.forEach(List.of(1), item -> {}));
    Call<Integer, Integer> call = Call.of(silent, item -> item);
    assertThrows(TruncatedRunException.class, () -> call.list(List.of(1)));
    try (Stream<List<Integer>> batches = call.batches(new Counting(), 2)) {
      assertThrows(TruncatedRunException.class, batches::toList);
    }
  }

  @DisplayName("S4, I4: the items of a sized source that did not run come first")
  @Test
  void itemsThatDidNotRunComeFirst() {
    List<Integer> items = List.of(0, 1, 2, 3, 4, 5, 6, 7);
    List<Outcome<Integer, Integer>> taken = new ArrayList<>();
    try (var outcomes =
        Parallel.of(1).clock(clock).ordered().runTimeout(ofSeconds(3)).stream(
            items, action(Cut.TIMED_OUT, new StopToken()))) {
      assertThrows(TruncatedRunException.class, () -> outcomes.forEach(taken::add));
    }
    assertEquals(items, taken.stream().map(Outcome::item).toList());
    assertInstanceOf(Success.class, taken.getFirst());
    assertInstanceOf(NotRun.class, taken.getLast());
  }

  @DisplayName("S4, A78: the last batch before the end may be shorter, and is not lost")
  @Test
  void theLastBatchIsNotLost() {
    List<Integer> taken = new ArrayList<>();
    try (var batches =
        Parallel.of(1).maxFailures(1).batches(List.of(0, 1, 2, 3), 3, action(Cut.ABORTED, null))) {
      assertThrows(
          TruncatedRunException.class, () -> batches.forEach(batch -> taken.add(batch.size())));
    }
    assertEquals(List.of(3, 1), taken);
  }

  @DisplayName("S4, A6: a consumer that leaves early hears of nothing")
  @Test
  void leavingEarlyIsNoTruncation() {
    Parallel parallel = Parallel.of(2).ordered();
    Action<Integer, Integer> same = item -> item;
    try (var outcomes = parallel.stream(new Counting(), same)) {
      assertEquals(3, outcomes.limit(3).count());
    }
    try (var batches = parallel.batches(new Counting(), 2, same)) {
      assertEquals(2, batches.limit(2).count());
    }
    assertEquals(
        3, Stream.iterate(0, item -> item + 1).gather(parallel.gatherer(same)).limit(3).count());
    Run<Integer, Integer> run = parallel.start(new Counting(), same);
    run.take().orElseThrow();
    run.close();
    assertTrue(run.take().isEmpty());
    assertTrue(run.poll().isEmpty());
  }

  @DisplayName("S4: a stream that is closed by another thread ends in silence")
  @Test
  void closedByAnotherThread() throws Exception {
    ScriptedAction<Integer, Integer> action =
        ScriptedAction.on(io.millrace.time.TimeSource.system());
    action.blocks().returns(0);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Stream<Outcome<Integer, Integer>> outcomes = Parallel.of(2).stream(new Counting(), action);
    Thread reader =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    outcomes.forEach(outcome -> {});
                  } catch (Throwable error) {
                    thrown.set(error);
                  }
                });
    action.awaitRunning(2);
    outcomes.close();
    reader.join();
    assertNull(thrown.get());
  }

  @DisplayName("S4: a run says again and again how it ended, poll never")
  @Test
  void aRunSaysItAgain() {
    try (Run<Integer, Integer> run =
        Parallel.of(1).runTimeout(java.time.Duration.ZERO).start(new Counting(), item -> item)) {
      assertThrows(TruncatedRunException.class, run::take);
      assertTrue(run.poll().isEmpty());
      assertThrows(TruncatedRunException.class, run::take);
      Iterator<Outcome<Integer, Integer>> each = run.stream().iterator();
      assertThrows(TruncatedRunException.class, each::hasNext);
      assertThrows(TruncatedRunException.class, each::hasNext);
    }
  }
}
