package io.millrace.matrix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.contract.CoreEntryPoints;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Success;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.contract.EntryPoint;
import java.util.AbstractCollection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Sources that are not what they say. */
@NoLeaks
class LyingSourcesTest {
  private static final int ITEMS = 12;

  /** What a collection says of itself. */
  private enum Lie {
    TOO_SMALL(5),
    EMPTY(0),
    TOO_LARGE(20),
    HUGE(Integer.MAX_VALUE),
    NEGATIVE(-1);

    private final int size;

    Lie(int size) {
      this.size = size;
    }
  }

  private record Liar(Lie lie) {
    Iterable<Integer> source() {
      Iterator<Integer> items = IntStream.range(0, ITEMS).iterator();
      return new AbstractCollection<>() {
        @Override
        public Iterator<Integer> iterator() {
          return items;
        }

        @Override
        public int size() {
          return lie.size;
        }
      };
    }
  }

  static Stream<Arguments> liars() {
    return CoreEntryPoints.all().stream()
        .flatMap(
            entry ->
                Arrays.stream(Lie.values())
                    .map(
                        lie ->
                            Arguments.argumentSet(
                                entry.name() + ", " + lie, entry, new Liar(lie))));
  }

  @ParameterizedTest(name = "{displayName}: {argumentSetName}")
  @MethodSource("liars")
  @DisplayName("I4: a collection whose size is not true gives no item two outcomes, and ends")
  void aWrongSize(EntryPoint entry, Liar liar) throws Exception {
    List<Outcome<Integer, Integer>> outcomes = Collections.synchronizedList(new ArrayList<>());
    EntryPoint.Taker<Integer, Integer> taker = outcomes::add;
    Parallel parallel = entry.prepare(Parallel.of(3));
    Throwable error =
        InTime.thrownBy(
            () -> entry.<Integer, Integer>run(parallel, liar.source(), item -> item, taker));
    assertTrue(!(error instanceof Error), () -> "thrown: " + error);
    assertTrue(outcomes.stream().allMatch(Success.class::isInstance), outcomes::toString);
    assertEquals(
        IntStream.range(0, outcomes.size()).boxed().toList(),
        outcomes.stream().map(outcome -> (int) outcome.index()).sorted().toList());
  }

  static Stream<Arguments> endless() {
    return CoreEntryPoints.all().stream().map(entry -> Arguments.argumentSet(entry.name(), entry));
  }

  @ParameterizedTest(name = "{displayName}: {argumentSetName}")
  @MethodSource("endless")
  @DisplayName("I10: an iterator that promises more than it has is an error, not an end")
  void aBrokenPromise(EntryPoint entry) throws Exception {
    Iterable<Integer> source =
        () ->
            new Iterator<>() {
              private int next;

              @Override
              public boolean hasNext() {
                return true;
              }

              @Override
              public Integer next() {
                if (next == ITEMS) {
                  throw new NoSuchElementException("no more");
                }
                return next++;
              }
            };
    Throwable error =
        InTime.thrownBy(
            () ->
                entry.<Integer, Integer>run(
                    entry.prepare(Parallel.of(3)), source, item -> item, outcome -> true));
    assertNotNull(error, "nothing is thrown");
    assertEquals(NoSuchElementException.class, error.getClass());
  }
}
