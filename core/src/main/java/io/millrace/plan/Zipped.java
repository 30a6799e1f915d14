package io.millrace.plan;

import io.millrace.base.Closing;
import io.millrace.base.Derived;
import java.util.AbstractCollection;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads several iterators in step, and closes those that can be closed. */
final class Zipped<T extends @Nullable Object> implements Iterator<T>, AutoCloseable {
  private final BooleanSupplier more;
  private final Supplier<? extends T> next;
  private final Iterator<?>[] parts;

  Zipped(BooleanSupplier more, Supplier<? extends T> next, Iterator<?>... parts) {
    this.more = more;
    this.next = next;
    this.parts = parts;
  }

  @Override
  public boolean hasNext() {
    return more.getAsBoolean();
  }

  /* Asks first, so that the longer one loses no element when the shorter one has none. */
  @Override
  public T next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return next.get();
  }

  @Override
  public void close() {
    Closing.all((Object[]) parts);
  }

  /** The iterators of all sources; if one cannot be made, those before it are closed. */
  static Iterator<?>[] iterators(Iterable<?>... sources) {
    Iterator<?>[] iterators = new Iterator<?>[sources.length];
    try {
      for (int source = 0; source < sources.length; source++) {
        iterators[source] = sources[source].iterator();
      }
      return iterators;
    } catch (Throwable broken) {
      Closing.after(broken, (Object[]) iterators);
      throw broken;
    }
  }

  /** The same as a collection if all sources are collections; to be closed if one of them is. */
  static <T extends @Nullable Object> Iterable<T> sizedLike(
      Iterable<T> zipped, Iterable<?>... sources) {
    boolean sized = Arrays.stream(sources).allMatch(Collection.class::isInstance);
    if (!sized || Closing.isNeeded((Object[]) sources)) {
      return Derived.from(zipped, (Object[]) sources);
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
