package io.millrace.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.ParallelFunction;
import io.millrace.Run;
import io.millrace.executor.ParallelExecutor;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.TruncatedRunException;
import io.millrace.plan.Action;
import io.millrace.plan.Source;
import io.millrace.plan.StopToken;
import io.millrace.plan.Truncation;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.ScriptedAction;
import io.millrace.time.TimeSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Values without their outcomes, and loops. */
@NoLeaks
@Timeout(60)
class ValuesTest {
  private static final IOException BUSY = new IOException("busy");

  private static int failing(int item) throws IOException {
    if (item == 2) {
      throw BUSY;
    }
    return item;
  }

  @Test
  @DisplayName("L10: an outcome has its value and its error")
  void outcomes() {
    StopToken token = new StopToken();
    Parallel parallel = Parallel.of(1).stopToken(token);
    List<Outcome<Integer, Integer>> outcomes =
        parallel
            .map(
                List.of(1, 2, 3, 4),
                item -> {
                  if (item == 3) {
                    token.stop();
                  }
                  return failing(item);
                })
            .outcomes();
    assertEquals(1, outcomes.get(0).value());
    assertNull(outcomes.get(0).error());
    assertSame(BUSY, assertThrows(IOException.class, () -> outcomes.get(1).value()));
    assertSame(BUSY, outcomes.get(1).error());
    Outcome<Integer, Integer> last = outcomes.get(3);
    var notRun = assertThrows(TruncatedRunException.class, last::value);
    assertEquals("item 3 was not run: the run was cut short (CANCELLED)", notRun.getMessage());
    assertEquals(RunStatus.CANCELLED, notRun.status());
    assertEquals(TruncatedRunException.class, last.error().getClass());
  }

  @Test
  @DisplayName("L10: plain values come as they are done, or in input order")
  void inWhichOrder() throws Exception {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    action.item(0).blocks().returns(0).anyItem().computes(item -> item);
    try (Stream<Integer> values = Parallel.of(2).values(List.of(0, 1, 2), action)) {
      Iterator<Integer> each = values.iterator();
      assertEquals(1, each.next());
      assertEquals(2, each.next());
      action.releaseAll();
      assertEquals(0, each.next());
      assertFalse(each.hasNext());
    }
    try (var values = Parallel.of(3).ordered().values(Source.range(0, 50), item -> item)) {
      assertEquals(IntStream.range(0, 50).boxed().toList(), values.toList());
    }
  }

  @Test
  @DisplayName(
      "L10: the first failure is thrown as itself, what runs is interrupted and joined, and it never looks like the end")
  void theFirstFailureEndsIt() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    AtomicInteger interrupted = new AtomicInteger();
    Action<Integer, Integer> action =
        item -> {
          if (item == 0) {
            running.countDown();
            try {
              new CountDownLatch(1).await();
            } catch (InterruptedException stop) {
              interrupted.incrementAndGet();
              throw stop;
            }
          }
          if (item == 2) {
            running.await();
          }
          return failing(item);
        };
    try (Stream<Integer> values = Parallel.of(2).values(Source.range(0, 100), action)) {
      Iterator<Integer> each = values.iterator();
      assertEquals(1, each.next());
      assertSame(BUSY, assertThrows(IOException.class, each::next));
      assertEquals(1, interrupted.get());
      assertSame(BUSY, assertThrows(IOException.class, each::hasNext));
    }
  }

  @Test
  @DisplayName("L10, I10: an error of the source is thrown as itself, after the values")
  void errorsOfTheSource() {
    IllegalStateException broken = new IllegalStateException("broken source");
    Iterable<Integer> source =
        () ->
            IntStream.range(0, 5)
                .peek(
                    n -> {
                      if (n == 3) {
                        throw broken;
                      }
                    })
                .boxed()
                .iterator();
    for (Parallel parallel :
        List.of(Parallel.of(2), Parallel.of(2).ordered(), Parallel.of(2).failFast())) {
      List<Integer> seen = new ArrayList<>();
      try (var values = parallel.values(source, item -> item)) {
        assertSame(
            broken, assertThrows(IllegalStateException.class, () -> values.forEach(seen::add)));
      }
      assertTrue(seen.size() <= 3, seen.toString());
    }
  }

  @Test
  @DisplayName(
      "L10, S4: values of a run that was cut short end with that, unless that is to be silent")
  void cutShort() {
    StopToken token = new StopToken();
    token.stop();
    Parallel stopped = Parallel.of(2).stopToken(token);
    try (var values = stopped.values(List.of(1, 2), item -> item)) {
      assertThrows(TruncatedRunException.class, values::toList);
    }
    try (var values = stopped.truncation(Truncation.SILENT).values(List.of(1, 2), item -> item)) {
      assertEquals(List.of(), values.toList());
    }
  }

  @Test
  @DisplayName(
      "L10: failure policies hold: a substitute is a value, a first failure ends the run with it")
  void policies() {
    try (var values =
        Parallel.of(1).function(ValuesTest::failing).orElse(-1).values(List.of(1, 2, 3))) {
      assertEquals(List.of(1, -1, 3), values.toList());
    }
    for (Parallel parallel : List.of(Parallel.of(1).failFast(), Parallel.of(1).maxFailures(1))) {
      try (var values = parallel.values(List.of(1, 2, 3), ValuesTest::failing)) {
        assertSame(BUSY, assertThrows(IOException.class, values::toList));
      }
    }
  }

  @Test
  @DisplayName("L10, S1: a stream of values that is never read closes its source")
  void neverRead() {
    AtomicInteger closed = new AtomicInteger();
    Source<Integer> source = Source.of(Stream.of(1, 2).onClose(closed::incrementAndGet));
    Parallel.of(2).values(source, item -> item).close();
    assertEquals(1, closed.get());
    Source<Integer> other = Source.of(Stream.of(1, 2).onClose(closed::incrementAndGet));
    assertEquals(2, Parallel.of(2).function((Integer item) -> item).values(other).count());
    assertEquals(2, closed.get());
  }

  @Test
  @DisplayName(
      "L10: a run is walked by a for loop, once, and throws at its end if it was cut short")
  void loops() {
    List<Integer> seen = new ArrayList<>();
    try (Run<Integer, Integer> run = Parallel.of(2).start(Source.range(0, 20), item -> item)) {
      for (var outcome : run) {
        seen.add(outcome.value());
        if (seen.size() == 5) {
          break;
        }
      }
      for (var outcome : run) { // goes on where the first one was left
        seen.add(outcome.value());
      }
      assertThrows(NoSuchElementException.class, () -> run.iterator().next());
    }
    assertEquals(IntStream.range(0, 20).boxed().toList(), seen.stream().sorted().toList());
    StopToken token = new StopToken();
    token.stop();
    try (Run<Integer, Integer> run =
        Parallel.of(2).stopToken(token).start(List.of(1, 2), item -> item)) {
      assertThrows(TruncatedRunException.class, () -> run.forEach(outcome -> {}));
    }
  }

  @Test
  @DisplayName("L6: a stream can be given as it is, at every entry point, and is closed")
  void streams() {
    Parallel parallel = Parallel.of(2).ordered();
    ParallelFunction<Integer, Integer> function = parallel.function(n -> n + 1);
    AtomicInteger closed = new AtomicInteger();
    Supplier<Stream<Integer>> items = () -> Stream.of(1, 2).onClose(closed::incrementAndGet);
    List<Integer> values = List.of(2, 3);
    assertEquals(values, parallel.map(items.get(), n -> n + 1).values());
    assertEquals(values, parallel.map(IntStream.of(1, 2), n -> n + 1).values());
    assertEquals(values, function.map(items.get()).values());
    try (var outcomes = parallel.stream(items.get(), n -> n + 1);
        var others = function.stream(items.get())) {
      assertEquals(values, outcomes.map(Outcome::value).toList());
      assertEquals(values, others.map(Outcome::value).toList());
    }
    try (var plain = parallel.values(items.get(), n -> n + 1);
        var others = function.values(items.get())) {
      assertEquals(values, plain.toList());
      assertEquals(values, others.toList());
    }
    try (var batches = parallel.batches(items.get(), 2, n -> n + 1);
        var others = function.batches(items.get(), 2)) {
      assertEquals(2, batches.toList().getFirst().size());
      assertEquals(2, others.toList().getFirst().size());
    }
    List<Integer> seen = Collections.synchronizedList(new ArrayList<>());
    parallel.forEach(items.get(), (Integer n) -> seen.add(n));
    function.forEach(items.get());
    assertEquals(3, seen.stream().mapToInt(n -> n).sum());
    try (var run = parallel.start(items.get(), n -> n + 1);
        var other = function.start(items.get())) {
      run.forEach(outcome -> seen.add(outcome.value()));
      other.forEach(outcome -> seen.add(outcome.value()));
    }
    try (ParallelExecutor executor = ParallelExecutor.of(2)) {
      assertEquals(values, executor.map(items.get(), n -> n + 1));
    }
    assertEquals(13, seen.stream().mapToInt(n -> n).sum());
    assertEquals(13, closed.get());
  }

  @Test
  @DisplayName("L10: ranges and streams of numbers are sources")
  void numbers() {
    Parallel parallel = Parallel.of(2);
    List<Integer> expected = List.of(0, 1, 2);
    assertEquals(expected, parallel.map(Source.range(0, 3), n -> n).values());
    assertEquals(expected, parallel.map(Source.of(IntStream.range(0, 3)), n -> n).values());
    assertEquals(List.of(7L, 8L), parallel.map(Source.of(LongStream.of(7, 8)), n -> n).values());
    assertEquals(List.of(-1, 0), List.copyOf(Source.range(-1, 1)));
    assertEquals(0, Source.range(3, 3).size());
    var refused = assertThrows(IllegalArgumentException.class, () -> Source.range(3, 2));
    assertEquals("end must be at least 3, not 2", refused.getMessage());
    assertThrows(
        IllegalArgumentException.class, () -> Source.range(Integer.MIN_VALUE, Integer.MAX_VALUE));
  }
}
