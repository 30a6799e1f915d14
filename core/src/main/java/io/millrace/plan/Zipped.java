package io.millrace.plan;

import java.util.AbstractCollection;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Reads several iterators in step. */
final class Zipped<T> implements Iterator<T> {
  private final BooleanSupplier more;
  private final Supplier<T> next;

  Zipped(BooleanSupplier more, Supplier<T> next) {
    this.more = more;
    this.next = next;
  }

  @Override
  public boolean hasNext() {
    return more.getAsBoolean();
  }

  @Override
  public T next() {
    return next.get();
  }

  /* A stream closes all it was told to, whatever they throw. */
  private static Runnable closing(Iterable<?>... sources) {
    Stream<?> all = Stream.empty();
    for (Iterable<?> source : sources) {
      all = source instanceof Source.Once<?> once ? all.onClose(once::close) : all;
    }
    return all::close;
  }

  static <T> Iterable<T> sizedLike(Iterable<T> zipped, Iterable<?>... sources) {
    for (Iterable<?> source : sources) {
      Objects.requireNonNull(source, "source");
    }
    if (Arrays.stream(sources).anyMatch(Source.Once.class::isInstance)) {
      return new Source.Once<>(zipped::iterator, closing(sources));
    }
    if (!Arrays.stream(sources).allMatch(Collection.class::isInstance)) {
      return zipped;
    }
    return new AbstractCollection<>() {
      @Override
      public Iterator<T> iterator() {
        return zipped.iterator();
      }

      @Override
      public int size() {
        return Arrays.stream(sources)
            .mapToInt(source -> ((Collection<?>) source).size())
            .min()
            .orElse(0);
      }
    };
  }
}
