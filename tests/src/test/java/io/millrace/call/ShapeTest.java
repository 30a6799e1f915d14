package io.millrace.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.Parallel;
import io.millrace.plan.Source;
import io.millrace.plan.Triple;
import io.millrace.testkit.NoLeaks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How sequences are flattened, and rid of nulls and duplicates. */
@NoLeaks
class ShapeTest {
  private static List<@Nullable Object> listed(Iterable<?> elements) {
    List<@Nullable Object> all = new ArrayList<>();
    elements.forEach(all::add);
    return all;
  }

  @Test
  @DisplayName("A80, LF2: sanitized and unique, [1,[2,null],3,2] is 1,2,3; without unique 1,2,3,2")
  void sanitizedAndUnique() {
    List<?> nested = List.of(1, Arrays.asList(2, null), 3, 2);
    assertEquals(List.of(1, 2, 3), listed(Shape.sanitized().unique().of(nested)));
    assertEquals(List.of(1, 2, 3, 2), listed(Shape.sanitized().of(nested)));
    List<?> other = List.of(1, Arrays.asList(2, null), 2, 3);
    assertEquals(List.of(1, 2, 2, 3), listed(Shape.sanitized().of(other)));
  }

  @Test
  @DisplayName("LF2: collections and arrays are flattened at any depth, empty ones are nothing")
  void collectionsAndArraysAreFlattened() {
    List<?> nested =
        List.of(
            List.of(List.of(), List.of(List.of(1))),
            new int[] {2, 3},
            new Object[] {4, new String[] {"5", "6"}, new long[0]},
            new double[][] {{7}, {8, 9}});
    assertEquals(
        List.of(1, 2, 3, 4, "5", "6", 7.0, 8.0, 9.0), listed(Shape.asIs().flat().of(nested)));
  }

  @Test
  @DisplayName(
      "LF2: strings, maps, bytes, paths are values; sets, entries and triples too, unless wanted")
  void valuesAreNotFlattened() {
    Object bytes = new byte[] {1};
    Object set = new LinkedHashSet<>(List.of(1, List.of(2)));
    Object entry = Map.entry("k", List.of(3));
    Object triple = new Triple<>(4, null, List.of(5));
    List<Object> values =
        List.of(
            "text", Map.of("a", 1), bytes, new char[] {'c'}, Path.of("a", "b"), set, entry, triple);
    assertEquals(values, listed(Shape.asIs().flat().of(values)));
    assertEquals(
        Arrays.asList(1, 2, "k", 3, 4, null, 5),
        listed(Shape.asIs().flatWithSets().of(List.of(set, entry, triple))));
  }

  @Test
  @DisplayName(
      "LF2: elements are unique by equals, not by their hash; the first one stays, in input order")
  void uniqueByEquals() {
    assertEquals("Aa".hashCode(), "BB".hashCode());
    List<@Nullable String> items = Arrays.asList("BB", null, "Aa", "BB", null, "Aa", "c");
    assertEquals(Arrays.asList("BB", null, "Aa", "c"), listed(Shape.asIs().unique().of(items)));
    record Same(int id) {
      @Override
      public int hashCode() {
        return 1;
      }
    }
    List<Same> all = IntStream.range(0, 50).mapToObj(Same::new).toList();
    assertEquals(all, listed(Shape.asIs().unique().of(all)));
  }

  @Test
  @DisplayName("LF2, I3: shaping is lazy: an endless source is read as far as it is asked for")
  void shapingIsLazy() {
    AtomicInteger read = new AtomicInteger();
    Iterable<List<Integer>> endless =
        () -> Stream.generate(() -> List.of(read.get(), read.getAndIncrement())).iterator();
    Iterator<@Nullable Object> shaped = Shape.sanitized().unique().of(endless).iterator();
    assertEquals(0, read.get());
    assertEquals(0, shaped.next());
    assertEquals(1, read.get());
    assertEquals(1, shaped.next());
    assertEquals(2, read.get());
    try (var outcomes =
        Parallel.of(2).window(3).ordered().stream(
            Shape.sanitized().unique().of(endless), (Object item) -> item)) {
      assertEquals(5, outcomes.limit(5).count());
    }
  }

  @Test
  @DisplayName("LF2: a shape that changes nothing leaves a sized source sized")
  void asIsIsTheSameSource() {
    List<Integer> items = List.of(1, 2);
    assertSame(items, Shape.asIs().of(items));
  }

  @Test
  @DisplayName("LF2, I6: a source that is to be closed still is, when its shape was run")
  void aShapedSourceIsClosed() {
    List<String> closed = new ArrayList<>();
    Source<List<Integer>> source =
        Source.of(Stream.of(List.of(1, 2), List.of(3)).onClose(() -> closed.add("closed")));
    Iterable<@Nullable Object> shaped = Shape.sanitized().of(source);
    assertEquals(
        List.of(1, 2, 3), Parallel.of(2).map(shaped, (@Nullable Object item) -> item).values());
    assertEquals(List.of("closed"), closed);
  }

  @Test
  @DisplayName("LF2: a publisher cannot be shaped, and is refused at the call")
  void aPublisherIsRefused() {
    try (SubmissionPublisher<Integer> publisher = new SubmissionPublisher<>()) {
      Source<Integer> source = Source.of(publisher);
      assertThrows(IllegalArgumentException.class, () -> Shape.sanitized().of(source));
      assertSame(source, Shape.asIs().of(source));
    }
  }

  @Test
  @DisplayName("LF2: at its end, the shaped iterator says so")
  void theEnd() {
    Iterator<@Nullable Object> shaped = Shape.sanitized().of(List.of(List.of())).iterator();
    assertThrows(NoSuchElementException.class, shaped::next);
  }
}
