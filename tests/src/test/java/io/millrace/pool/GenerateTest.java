package io.millrace.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.outcome.Outcome;
import io.millrace.plan.Source;
import io.millrace.testkit.NoLeaks;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Blocking iterators that are read off the caller's thread. */
@NoLeaks
@Timeout(60)
class GenerateTest {
  /** The numbers from 0 to an end, where it does something; watches how it is read, can be closed. */
  private static final class Numbers
      implements Iterable<Integer>, Iterator<Integer>, AutoCloseable {
    final AtomicInteger read = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();
    final AtomicBoolean reading = new AtomicBoolean();
    final AtomicBoolean overlapped = new AtomicBoolean();
    final Set<Thread> readers = ConcurrentHashMap.newKeySet();
    private final int end;
    private final Runnable atEnd;

    Numbers(int end, Runnable atEnd) {
      this.end = end;
      this.atEnd = atEnd;
    }

    @Override
    public Iterator<Integer> iterator() {
      readers.add(Thread.currentThread());
      return this;
    }

    @Override
    public boolean hasNext() {
      readers.add(Thread.currentThread());
      if (read.get() == end) {
        atEnd.run();
      }
      return read.get() < end;
    }

    @Override
    public Integer next() {
      overlapped.compareAndSet(false, !reading.compareAndSet(false, true));
      readers.add(Thread.currentThread());
      try {
        return read.getAndIncrement();
      } finally {
        reading.set(false);
      }
    }

    @Override
    public void close() {
      closed.incrementAndGet();
    }
  }

  private static Numbers upTo(int end) {
    return new Numbers(end, () -> {});
  }

  @ParameterizedTest(name = "{displayName}: {0} ahead")
  @ValueSource(ints = {1, 2, 100})
  @DisplayName("AX7: all elements in order, read in other threads, never two reads at once")
  void allElementsInOrder(int ahead) {
    Numbers numbers = upTo(500);
    List<Integer> expected = IntStream.range(0, 500).boxed().toList();
    try (Stream<Integer> elements = Work.generate(numbers, ahead)) {
      assertEquals(0, numbers.readers.size()); // lazy
      assertEquals(expected, elements.toList());
    }
    assertTrue(!numbers.overlapped.get());
    assertTrue(!numbers.readers.contains(Thread.currentThread()));
    assertTrue(numbers.readers.stream().allMatch(Thread::isVirtual));
    assertEquals(2, numbers.closed.get()); // it is its own iterator
  }

  @ParameterizedTest(name = "{displayName}: {0} ahead")
  @ValueSource(ints = {1, 3, 10})
  @DisplayName("AX7: it never reads further ahead of what was taken than it may")
  void neverFurtherAhead(int ahead) {
    Numbers numbers = upTo(Integer.MAX_VALUE);
    try (Stream<Integer> elements = Work.generate(numbers, ahead)) {
      Iterator<Integer> each = elements.iterator();
      for (int taken = 1; taken <= 100; taken++) {
        assertEquals(taken - 1, each.next());
        int read = numbers.read.get();
        assertTrue(read <= taken + ahead, read + " read, " + taken + " taken");
      }
    }
    assertEquals(2, numbers.closed.get());
  }

  @Test
  @DisplayName("AX7, A6: closing interrupts a read that blocks, and closes what is read")
  void closingInterruptsARead() {
    CountDownLatch blocked = new CountDownLatch(1);
    AtomicBoolean interrupted = new AtomicBoolean();
    Numbers numbers =
        new Numbers(
            3,
            () -> {
              blocked.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException stop) {
                interrupted.set(true);
                throw new IllegalStateException(stop);
              }
            });
    try (Stream<Integer> elements = Work.generate(numbers, 5)) {
      Iterator<Integer> each = elements.iterator();
      assertEquals(List.of(0, 1, 2), List.of(each.next(), each.next(), each.next()));
      blocked.await();
    } catch (InterruptedException unexpected) {
      throw new AssertionError(unexpected);
    }
    assertTrue(interrupted.get());
    assertEquals(2, numbers.closed.get());
  }

  @ParameterizedTest(name = "{displayName}: {0} before it")
  @ValueSource(ints = {0, 1, 7})
  @DisplayName("AX7, A1, BL4: an error of the source comes after all elements before it, as itself")
  void anErrorComesAfterAllElements(int before) {
    var broken = new UncheckedIOException(new java.io.IOException("broken"));
    Numbers numbers =
        new Numbers(
            before,
            () -> {
              throw broken;
            });
    List<Integer> seen = new ArrayList<>();
    try (Stream<Integer> elements = Work.generate(numbers, 4)) {
      assertSame(
          broken, assertThrows(UncheckedIOException.class, () -> elements.forEach(seen::add)));
    }
    assertEquals(IntStream.range(0, before).boxed().toList(), seen);
    assertEquals(2, numbers.closed.get());
  }

  @Test
  @DisplayName("AX7: closed before it is read, nothing is read at all")
  void closedBeforeItIsRead() {
    Numbers numbers = upTo(3);
    Work.generate(numbers, 1).close();
    assertEquals(0, numbers.readers.size());
  }

  @Test
  @DisplayName("AX7: it is a source for a run, which closes it; null is an element like any other")
  void itIsASource() {
    Numbers numbers = upTo(20);
    Stream<Integer> elements = Work.generate(numbers, 2);
    assertEquals(
        IntStream.range(0, 20).boxed().toList(),
        Parallel.of(3).map(Source.of(elements), (Integer item) -> item).values());
    assertEquals(2, numbers.closed.get());
    List<@Nullable String> nulls = Collections.singletonList(null);
    try (Stream<@Nullable String> same = Work.generate(nulls, 1)) {
      assertEquals(nulls, same.toList());
    }
  }

  @Test
  @DisplayName("AX7, BL3: what a publisher sends can be read as well")
  void aPublisherCanBeRead() {
    List<Integer> sent = IntStream.range(0, 30).boxed().toList();
    var publisher = Parallel.of(2).ordered().publisher(sent, (Integer item) -> item);
    try (var elements = Work.generate(Source.of(publisher), 4)) {
      assertEquals(sent, elements.map(Outcome::item).toList());
    }
  }
}
