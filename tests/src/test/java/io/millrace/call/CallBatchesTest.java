package io.millrace.call;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.outcome.FailedItemsException;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.TruncatedRunException;
import io.millrace.plan.StopToken;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.ScriptedAction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Stored calls in batches. */
@NoLeaks
class CallBatchesTest {
  private static final List<Integer> FIVE = List.of(0, 1, 2, 3, 4);

  private final ManualClock clock = ManualClock.jumping();
  private final ScriptedAction<Integer, Integer> action = ScriptedAction.on(clock);
  private final Call<Integer, Integer> call = Call.of(Parallel.of(2).clock(clock), action);
  private final IOException busy = new IOException("busy");
  private final List<List<Integer>> lists = new ArrayList<>();

  @AfterEach
  void close() {
    clock.close();
  }

  private void drain(Stream<List<Integer>> batches) {
    try (batches) {
      batches.forEach(lists::add);
    }
  }

  @Test
  @DisplayName("LF3, A78: batches of 2 over 5 items are lists of 2, 2 and 1 values in input order")
  void listsInInputOrder() {
    action.item(0).takes(ofSeconds(3)).computes(item -> item);
    action.anyItem().takes(ofSeconds(1)).computes(item -> item);
    drain(call.batches(FIVE, 2));
    assertEquals(List.of(List.of(0, 1), List.of(2, 3), List.of(4)), lists);
    assertEquals(List.of(), call.batches(List.of(), 2).toList());
  }

  @Test
  @DisplayName("LF3, A79: nested lists arrive as they are in batches that are not sanitized")
  void nestedListsArriveAsTheyAre() {
    List<List<@Nullable Integer>> nested = List.of(List.of(1, 2), Arrays.asList(3, null));
    Call<Object, String> text = Call.of(Parallel.of(2), String::valueOf);
    try (var batches = text.batches(nested, 2)) {
      assertEquals(List.of(List.of("[1, 2]", "[3, null]")), batches.toList());
    }
    try (var batches = text.input(Shape.sanitized()).batches(nested, 2)) {
      assertEquals(List.of(List.of("1", "2"), List.of("3")), batches.toList());
    }
  }

  @Test
  @DisplayName("LF3: with a barrier the next batch begins when the one before is done")
  void withABarrier() {
    action.item(0).takes(ofSeconds(9)).returns(0).anyItem().takes(ofSeconds(1)).returns(1);
    drain(call.with(p -> p.barrier(2)).batches(FIVE, 2));
    assertEquals(3, lists.size());
    for (int later = 2; later < 5; later++) { // the consumer does not hold the clock
      assertTrue(action.startsOf(later).getFirst().compareTo(ofSeconds(9)) >= 0);
    }
  }

  @Test
  @DisplayName("LF3, A9: without one it does not wait for a straggler")
  void withoutABarrier() {
    action.item(0).takes(ofSeconds(9)).returns(0).anyItem().takes(ofSeconds(1)).returns(1);
    drain(call.with(p -> p.window(5)).batches(FIVE, 2));
    assertEquals(List.of(ofSeconds(1)), action.startsOf(2));
  }

  @Test
  @DisplayName("LF3: unordered batches are lists as values come")
  void unorderedBatches() {
    action.item(0).takes(ofSeconds(9)).returns(0);
    action.anyItem().takes(ofSeconds(1)).computes(item -> item);
    drain(call.with(p -> p.unordered().window(5)).batches(FIVE, 2));
    assertEquals(List.of(List.of(1, 2), List.of(3, 4), List.of(0)), lists);
  }

  @Test
  @DisplayName(
      "LF3, A35: a failure is thrown as itself after the batches before it; siblings are cancelled")
  void aFailureIsThrownAsItself() {
    action.item(3).takes(ofSeconds(1)).fails(busy, 9);
    action.item(4).takes(ofSeconds(60)).returns(4);
    action.anyItem().computes(item -> item);
    Stream<List<Integer>> batches = call.batches(FIVE, 2);
    assertSame(busy, assertThrows(IOException.class, () -> drain(batches)));
    assertEquals(List.of(List.of(0, 1)), lists);
    assertEquals(0, action.running());
  }

  @Test
  @DisplayName("LF3, A82: default values, times and shapes are those of each batch")
  void shapesOfABatch() {
    action.item(1).fails(busy, 9);
    action.anyItem().takes(ofSeconds(1)).computes(item -> item);
    Call<Integer, Integer> withDefault = call.orElse(0);
    try (var timed = withDefault.timed().batches(List.of(0, 1, 2), 2)) {
      assertEquals(
          List.of(
              List.of(new Timed<>(0, ofSeconds(1)), new Timed<>(0, ZERO)),
              List.of(new Timed<>(2, ofSeconds(1)))),
          timed.toList());
    }
    drain(withDefault.unique().batches(List.of(0, 1, 2, 2), 2));
    assertEquals(List.of(List.of(0), List.of(2)), lists);
    try (var flat = call.flat().batches(List.of(5), 2, item -> List.of(item, item))) {
      assertEquals(List.of(List.of(5, 5)), flat.toList());
    }
  }

  @Test
  @DisplayName("LF3, A6: batches are lazy; closing them starts nothing more and reads nothing more")
  void batchesAreLazy() {
    List<Integer> read = new ArrayList<>();
    Iterable<Integer> source = () -> IntStream.range(0, 100).peek(read::add).iterator();
    action.computes(item -> item);
    try (var batches = call.with(p -> p.barrier(2)).batches(source, 2)) {
      assertEquals(0, read.size());
      Iterator<List<Integer>> each = batches.iterator();
      assertEquals(List.of(0, 1), each.next());
    }
    assertEquals(List.of(0, 1), read);
    assertEquals(2, action.calls().size());
  }

  @Test
  @DisplayName("LF3, A25: a run that was cut short is thrown, never taken for fewer batches")
  void aRunThatWasCutShortIsThrown() {
    Iterable<Integer> unsized = () -> FIVE.iterator();
    action.computes(item -> item);
    StopToken token = new StopToken();
    Call<Integer, Integer> stopped = call.with(p -> p.stopToken(token).concurrency(1).window(1));
    for (Iterable<Integer> items : List.of(FIVE, unsized)) {
      token.stop();
      TruncatedRunException cut =
          assertThrows(TruncatedRunException.class, () -> drain(stopped.batches(items, 2)));
      assertEquals(RunStatus.CANCELLED, cut.status());
    }
  }

  @Test
  @DisplayName("LF3, PY18: with a limit of failures the batch of a failure is an error as well")
  void withALimitOfFailures() {
    action.item(1).fails(busy, 9);
    action.anyItem().computes(item -> item);
    Stream<List<Integer>> batches = call.with(p -> p.maxFailures(9)).batches(FIVE, 2);
    FailedItemsException failed = assertThrows(FailedItemsException.class, () -> drain(batches));
    assertSame(busy, failed.getCause());
  }

  @Test
  @DisplayName("LF3, A88: a size below 1 is refused at the call")
  void aSizeBelowOneIsRefused() {
    var refused = assertThrows(IllegalArgumentException.class, () -> call.batches(FIVE, 0));
    assertTrue(String.valueOf(refused.getMessage()).contains("size"));
  }
}
