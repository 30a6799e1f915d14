package io.millrace.pool;

import io.millrace.base.Rethrow;
import io.millrace.plan.Source;
import java.util.Iterator;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Something to be read once, and closed afterwards, with its iterator, where they can be. */
final class Closing<T extends @Nullable Object> {
  private final Iterable<? extends T> items;

  /* Written by the reader, read by whoever closes: a reader that ignores its interrupt may be late. */
  private volatile @Nullable Iterator<? extends T> reading;

  Closing(Iterable<? extends T> items) {
    this.items = items;
  }

  Source<T> source() {
    int ordered = Spliterator.ORDERED;
    Stream<? extends T> elements =
        StreamSupport.stream(
            () -> Spliterators.spliteratorUnknownSize(read(), ordered), ordered, false);
    return Source.of(elements.onClose(() -> close(reading)).onClose(() -> close(items)));
  }

  private Iterator<? extends T> read() {
    Iterator<? extends T> iterator =
        Objects.requireNonNull(items.iterator(), "iterator of the items");
    reading = iterator;
    return iterator;
  }

  private static void close(@Nullable Object part) {
    if (part instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception broken) {
        throw Rethrow.asIs(broken);
      }
    }
  }
}
