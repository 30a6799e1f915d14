package io.millrace.plan;

import io.millrace.base.Closing;
import io.millrace.base.Derived;
import io.millrace.base.Require;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.Flow;
import java.util.stream.BaseStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes sources of items from what is neither a {@link Collection} nor another {@link Iterable}.
 *
 * <p>Items are read lazily, by one thread at a time (not always the same one), and only as far ahead as the
 * window allows. A collection or an array is sized: its total is known, and if the run ends early, each item that
 * is left is reported as not run. The run reads them for no longer than the grace period and 30 µs an item, because
 * a collection may block. Every other source is never read after a stop.
 *
 * <p><b>Closing.</b> A source that is {@link AutoCloseable}, whether it was made here or is an iterable such
 * as a {@link java.nio.file.DirectoryStream}, belongs to the call that gets it. The call closes it once, when
 * nobody reads it any more: at its end, after a stop or an error, when a stream of outcomes is closed before
 * it has begun, or when the call is refused because of another argument. An iterator that is {@code
 * AutoCloseable} is closed first. If the call can go on, an error of closing is logged. To keep an iterable
 * open, pass {@code iterable::iterator}.
 *
 * @param <T> the items
 */
public sealed interface Source<T extends @Nullable Object> extends Iterable<T>
    permits OnceSource, PublishedSource {

  /** The elements of an array; sized. */
  static <T extends @Nullable Object> Collection<T> of(T[] array) {
    return Arrays.asList(array);
  }

  /**
   * The rest of an iterator, once; {@code next} may block, and an interrupt ends the wait. It is closed
   * with the source if it is {@link AutoCloseable}.
   */
  static <T extends @Nullable Object> Source<T> of(Iterator<? extends T> iterator) {
    Objects.requireNonNull(iterator, "iterator");
    if (!(iterator instanceof AutoCloseable)) {
      return new OnceSource<>(() -> iterator, () -> {});
    }
    Iterator<T> kept = new Zipped<>(iterator::hasNext, iterator::next); // closed by the source only
    return new OnceSource<>(() -> kept, () -> Closing.all(iterator));
  }

  /**
   * The elements of a stream, also of an {@code IntStream} and its like, once; the run closes it. A parallel
   * stream is read sequentially.
   */
  static <T extends @Nullable Object> Source<T> of(BaseStream<? extends T, ?> stream) {
    Objects.requireNonNull(stream, "stream");
    Iterator<? extends T> iterator = stream.sequential().iterator();
    return new OnceSource<>(() -> iterator, stream::close);
  }

  /**
   * The numbers from {@code first} up to {@code end}, which is not included; sized, and readable as often as wanted.
   *
   * @param end not below {@code first}
   */
  static Collection<Integer> range(int first, int end) {
    return new Range(first, end);
  }

  /**
   * What a publisher sends, once; it is asked for no more than the window has room for. A worker
   * subscribes, soon after the run has started: what a publisher sends before that is missed. Only a run can
   * read it; {@code iterator} is not supported.
   *
   * @param publisher its error is the run's error
   */
  static <T> Source<T> of(Flow.Publisher<? extends T> publisher) {
    return new PublishedSource<>(publisher);
  }

  /** The elements of a queue, once, up to the first that equals {@code end}. */
  static <T> Source<T> of(BlockingQueue<? extends T> queue, T end) {
    Objects.requireNonNull(queue, "queue");
    Objects.requireNonNull(end, "end");
    return supplying(() -> Optional.<T>of(queue.take()).filter(item -> !item.equals(end)));
  }

  /**
   * What a supplier returns, once, until it returns empty.
   *
   * @param supplier may block, and should end the wait when interrupted; what it throws is the run's error
   */
  static <T> Source<T> supplying(Callable<Optional<T>> supplier) {
    return of(new Supplied<>(supplier));
  }

  /**
   * Pairs of the elements of two sources, up to the shorter one; sized if both are and neither has to be
   * closed. They are closed with the pairs.
   */
  @SuppressWarnings("unchecked")
  static <A extends @Nullable Object, B extends @Nullable Object> Iterable<Map.Entry<A, B>> zip(
      Iterable<? extends A> first, Iterable<? extends B> second) {
    requireAll(first, second);
    Iterable<Map.Entry<A, B>> pairs =
        () -> {
          Iterator<?>[] all = Zipped.iterators(first, second);
          Iterator<? extends A> a = (Iterator<? extends A>) all[0];
          Iterator<? extends B> b = (Iterator<? extends B>) all[1];
          return new Zipped<>(
              () -> a.hasNext() && b.hasNext(),
              () -> new SimpleImmutableEntry<A, B>(a.next(), b.next()),
              all);
        };
    return Zipped.sizedLike(pairs, first, second);
  }

  /**
   * Triples of the elements of three sources, up to the shortest one; sized if all are and none has to be
   * closed. They are closed with the triples.
   */
  @SuppressWarnings("unchecked")
  static <A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object>
      Iterable<Triple<A, B, C>> zip(
          Iterable<? extends A> first, Iterable<? extends B> second, Iterable<? extends C> third) {
    requireAll(first, second, third);
    Iterable<Triple<A, B, C>> triples =
        () -> {
          Iterator<?>[] all = Zipped.iterators(first, second, third);
          Iterator<? extends A> a = (Iterator<? extends A>) all[0];
          Iterator<? extends B> b = (Iterator<? extends B>) all[1];
          Iterator<? extends C> c = (Iterator<? extends C>) all[2];
          return new Zipped<>(
              () -> a.hasNext() && b.hasNext() && c.hasNext(),
              () -> new Triple<A, B, C>(a.next(), b.next(), c.next()),
              all);
        };
    return Zipped.sizedLike(triples, first, second, third);
  }

  /**
   * The elements in lists of {@code size}, the last one perhaps shorter, for actions that take several
   * at once; read lazily. The items are closed with the chunks.
   *
   * @param size at least 1
   */
  static <T extends @Nullable Object> Iterable<List<T>> chunks(
      Iterable<? extends T> items, int size) {
    Objects.requireNonNull(items, "items");
    try {
      Require.atLeast("size", size, 1);
    } catch (IllegalArgumentException refused) {
      throw Closing.after(refused, items);
    }
    Iterable<List<T>> chunks =
        () -> {
          Iterator<? extends T> iterator = items.iterator();
          return new Zipped<>(iterator::hasNext, () -> chunk(iterator, size), iterator);
        };
    return Derived.from(chunks, items);
  }

  private static <T extends @Nullable Object> List<T> chunk(
      Iterator<? extends T> iterator, int size) {
    List<T> chunk = new ArrayList<>();
    while (chunk.size() < size && iterator.hasNext()) {
      chunk.add(iterator.next());
    }
    return chunk;
  }

  private static void requireAll(@Nullable Iterable<?>... sources) {
    for (Iterable<?> source : sources) {
      if (source == null) {
        throw Closing.after(new NullPointerException("source"), (Object[]) sources);
      }
    }
  }
}
