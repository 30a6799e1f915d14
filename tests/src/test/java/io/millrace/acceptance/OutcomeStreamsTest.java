package io.millrace.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.testing.IteratorFeature;
import com.google.common.collect.testing.IteratorTester;
import com.google.common.collect.testing.SpliteratorTester;
import io.millrace.Parallel;
import io.millrace.call.Call;
import io.millrace.call.Shape;
import io.millrace.executor.ExecutorFuture;
import io.millrace.executor.ParallelExecutor;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Success;
import io.millrace.plan.Action;
import io.millrace.plan.Source;
import io.millrace.pool.Work;
import io.millrace.testkit.NoLeaks;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Spliterator;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Streams, spliterators and iterators do what the platform says of them, to the letter. */
@NoLeaks
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OutcomeStreamsTest {
  private static final int WINDOW = 8;
  private static final List<Integer> FIVE = List.of(0, 1, 2, 3, 4);
  private static final Action<Integer, Integer> SAME = item -> item;

  private final ParallelExecutor executor = ParallelExecutor.of(WINDOW / 2);

  @AfterAll
  void shutDown() {
    executor.close();
  }

  /** Each stream over a source; its elements are as many as the items, or every second one's. */
  private Stream<Arguments> streams() {
    return Stream.of(
        stream("stream", items -> parallel().stream(items, SAME)),
        stream("ordered stream", items -> parallel().ordered().stream(items, SAME)),
        stream("stream of a run", items -> parallel().start(items, SAME).stream()),
        stream("batches of 1", items -> parallel().batches(items, 1, SAME)),
        stream("batches of a call", items -> Call.of(parallel(), SAME).batches(items, 1)),
        stream("mapIter", items -> executor.mapIter(items, SAME)),
        stream("resolve", items -> Work.resolve(tasks(items), WINDOW / 2, WINDOW / 2)),
        stream("generate", items -> Work.generate(items, WINDOW)));
  }

  private static Parallel parallel() {
    return Parallel.of(2).window(WINDOW);
  }

  private static Arguments stream(String name, Function<Iterable<Integer>, Stream<?>> making) {
    return Arguments.argumentSet(name, making);
  }

  private static Iterable<Callable<Integer>> tasks(Iterable<Integer> items) {
    return () -> {
      Iterator<Integer> each = items.iterator();
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return each.hasNext();
        }

        @Override
        public Callable<Integer> next() {
          Integer item = each.next();
          return () -> item;
        }
      };
    };
  }

  /** Elements that know where they come from, in one word. */
  private static Object plain(Object element) {
    return switch (element) {
      case Success<?, ?> success -> success.value();
      case List<?> list -> list.stream().map(OutcomeStreamsTest::plain).toList();
      default -> element;
    };
  }

  @DisplayName("S2: a parallel stream reads no further ahead than the window")
  @ParameterizedTest(name = "{displayName}: {argumentSetName}")
  @MethodSource("streams")
  void aParallelStreamKeepsTheWindow(Function<Iterable<Integer>, Stream<?>> making) {
    AtomicInteger pulled = new AtomicInteger();
    AtomicInteger taken = new AtomicInteger();
    AtomicInteger ahead = new AtomicInteger();
    Iterable<Integer> items =
        () ->
            Stream.generate(pulled::getAndIncrement)
                .limit(3_000)
                .peek(item -> ahead.accumulateAndGet(item + 1 - taken.get(), Math::max))
                .iterator();
    try (Stream<?> stream = making.apply(items)) {
      stream.parallel().forEach(element -> taken.incrementAndGet());
    }
    assertEquals(3_000, taken.get());
    // the one that is being taken counts as taken a little later than in truth
    assertTrue(ahead.get() <= WINDOW + 1, () -> ahead + " ahead of what was taken");
  }

  @DisplayName("S2: a parallel stream that is cut off early reads no further ahead either")
  @ParameterizedTest(name = "{displayName}: {argumentSetName}")
  @MethodSource("streams")
  void aShortParallelStreamKeepsTheWindow(Function<Iterable<Integer>, Stream<?>> making) {
    Counting items = new Counting();
    try (Stream<?> stream = making.apply(items)) {
      assertEquals(10, stream.parallel().limit(10).count());
    }
    assertTrue(items.pulled() <= 10 + WINDOW + 1, () -> items.pulled() + " pulled");
  }

  @DisplayName("S3: the spliterator of each stream does what Spliterator says")
  @ParameterizedTest(name = "{displayName}: {argumentSetName}")
  @MethodSource("streams")
  void spliteratorsConform(Function<Iterable<Integer>, Stream<?>> making) {
    boolean batched =
        making.apply(FIVE).map(OutcomeStreamsTest::plain).toList().contains(List.of(0));
    List<Object> expected = new ArrayList<>();
    FIVE.forEach(item -> expected.add(batched ? List.of(item) : item));
    SpliteratorTester.of(() -> making.apply(FIVE).map(OutcomeStreamsTest::plain).spliterator())
        .expect(expected);
    Spliterator<?> spliterator = making.apply(FIVE).spliterator();
    assertTrue(spliterator.hasCharacteristics(Spliterator.ORDERED));
    assertFalse(spliterator.hasCharacteristics(Spliterator.SIZED));
    assertNull(spliterator.trySplit());
    AtomicInteger rest = new AtomicInteger();
    spliterator.forEachRemaining(element -> rest.incrementAndGet());
    assertEquals(5, rest.get());
    assertFalse(spliterator.tryAdvance(element -> rest.incrementAndGet()));
  }

  @DisplayName("S3: tryAdvance(null) throws before it takes anything")
  @ParameterizedTest(name = "{displayName}: {argumentSetName}")
  @MethodSource("streams")
  void tryAdvanceRefusesNull(Function<Iterable<Integer>, Stream<?>> making) {
    try (Stream<?> stream = making.apply(FIVE)) {
      Spliterator<?> spliterator = stream.spliterator();
      assertThrows(NullPointerException.class, () -> spliterator.tryAdvance(null));
      assertThrows(NullPointerException.class, () -> spliterator.forEachRemaining(null));
      AtomicInteger taken = new AtomicInteger();
      assertTrue(spliterator.tryAdvance(element -> taken.incrementAndGet()));
      assertThrows(NullPointerException.class, () -> spliterator.tryAdvance(null));
      spliterator.forEachRemaining(element -> taken.incrementAndGet());
      assertEquals(5, taken.get());
    }
  }

  @DisplayName("S3: the iterator of each stream does what Iterator says")
  @ParameterizedTest(name = "{displayName}: {argumentSetName}")
  @MethodSource("streams")
  void iteratorsOfStreamsConform(Function<Iterable<Integer>, Stream<?>> making) {
    Iterator<?> each = making.apply(FIVE).iterator();
    for (int count = 0; count < 5; count++) {
      assertTrue(each.hasNext());
      assertTrue(each.hasNext()); // looking is not taking
      each.next();
    }
    assertFalse(each.hasNext());
    assertThrows(NoSuchElementException.class, each::next);
    assertFalse(each.hasNext());
  }

  /** Each iterator that is handed out, and what is in it. */
  private static Stream<Arguments> iterators() {
    return Stream.of(
        iterator("iterator", List.of(1, 2, 3), () -> Source.of(List.of(1, 2, 3).iterator())),
        iterator("stream", List.of(1, 2, 3), () -> Source.of(Stream.of(1, 2, 3))),
        iterator(
            "queue",
            List.of(1, 2, 3),
            () -> Source.of(new LinkedBlockingQueue<>(List.of(1, 2, 3, 0, 0, 0, 0, 0)), 0)),
        iterator(
            "supplier",
            List.of(1, 2, 3),
            () -> {
              Iterator<Integer> each = List.of(1, 2, 3).iterator();
              return Source.supplying(
                  () -> each.hasNext() ? Optional.of(each.next()) : Optional.empty());
            }),
        iterator(
            "chunks", List.of(List.of(1, 2), List.of(3)), () -> Source.chunks(List.of(1, 2, 3), 2)),
        iterator(
            "chunks of the largest size",
            List.of(List.of(1, 2, 3)),
            () -> Source.chunks(List.of(1, 2, 3), Integer.MAX_VALUE)),
        iterator(
            "pairs",
            List.of(new SimpleImmutableEntry<>(1, 4), new SimpleImmutableEntry<>(2, 5)),
            () -> Source.zip(List.of(1, 2, 3), List.of(4, 5))),
        iterator(
            "triples",
            List.of(new io.millrace.plan.Triple<>(1, 4, 6)),
            () -> Source.zip(List.of(1, 2, 3), List.of(4, 5), List.of(6))),
        iterator(
            "shape",
            List.of(1, 2, 3),
            () -> Shape.sanitized().unique().of(List.of(1, List.of(2, 1), 3))),
        iterator("results", List.of(1, 2, 3), () -> Parallel.of().map(List.of(1, 2, 3), SAME)));
  }

  private static Arguments iterator(
      String name, List<?> expected, Supplier<? extends Iterable<?>> making) {
    return Arguments.argumentSet(name, expected, making);
  }

  @DisplayName("S3: the iterator of each source does what Iterator says")
  @ParameterizedTest(name = "{displayName}: {argumentSetName}")
  @MethodSource("iterators")
  void iteratorsOfSourcesConform(List<Object> expected, Supplier<Iterable<Object>> making) {
    new IteratorTester<Object>(
        4, IteratorFeature.UNMODIFIABLE, expected, IteratorTester.KnownOrder.KNOWN_ORDER) {
      @Override
      protected Iterator<Object> newTargetIterator() {
        Iterator<Object> target = making.get().iterator();
        return new Iterator<>() { // their removing is none of what is promised
          @Override
          public boolean hasNext() {
            return target.hasNext();
          }

          @Override
          public Object next() {
            return target.next();
          }
        };
      }
    }.test();
  }

  @Test
  @DisplayName("S3: the shorter of two sources costs the longer one no element")
  void theShorterSourceCostsTheLongerOneNothing() {
    Iterator<Integer> longer = List.of(1, 2, 3).iterator();
    var pairs = Source.zip(Source.of(longer), List.of("a")).iterator();
    pairs.next();
    assertThrows(NoSuchElementException.class, pairs::next);
    assertEquals(2, longer.next());
  }

  @Test
  @DisplayName("S3: count() of futures as they complete waits for them")
  void countOfCompletedFuturesWaits() throws Exception {
    CountDownLatch latch = new CountDownLatch(1);
    List<ExecutorFuture<Integer>> futures =
        FIVE.stream()
            .map(
                item ->
                    executor.submit(
                        () -> {
                          latch.await();
                          return item;
                        }))
            .toList();
    assertThrows(
        TimeoutException.class,
        () -> {
          var _ = ParallelExecutor.asCompleted(futures, java.time.Duration.ZERO).count();
        });
    Thread counting =
        Thread.ofVirtual()
            .start(() -> assertEquals(5, ParallelExecutor.asCompleted(futures).count()));
    latch.countDown();
    counting.join();
    assertTrue(futures.stream().allMatch(ExecutorFuture::isDone));
    assertEquals(5, ParallelExecutor.asCompleted(futures).count());
    Spliterator<?> spliterator = ParallelExecutor.asCompleted(futures).spliterator();
    assertEquals(5, spliterator.estimateSize());
    assertThrows(NullPointerException.class, () -> spliterator.tryAdvance(null));
    SpliteratorTester.of(() -> ParallelExecutor.asCompleted(futures).spliterator())
        .expect(futures.toArray());
  }

  @Test
  @DisplayName("S3: batches of the largest size take no more memory than what is in them")
  void batchesOfTheLargestSizeAreSmall() {
    try (Stream<List<Outcome<Integer, Integer>>> batches =
        Parallel.of(2).batches(FIVE, Integer.MAX_VALUE, SAME)) {
      assertEquals(List.of(5), batches.map(List::size).toList());
    }
    try (Stream<List<Integer>> batches =
        Call.of(Parallel.of(2), SAME).batches(FIVE, Integer.MAX_VALUE)) {
      assertEquals(List.of(FIVE), batches.toList());
    }
  }

  @Test
  @DisplayName("S3: the lists of batches cannot be changed")
  void batchesCannotBeChanged() {
    try (Stream<List<Outcome<Integer, Integer>>> batches = Parallel.of(2).batches(FIVE, 5, SAME)) {
      List<?> batch = batches.findFirst().orElseThrow();
      assertThrows(UnsupportedOperationException.class, batch::clear);
    }
  }
}
