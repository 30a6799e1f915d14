package io.millrace.testkit.hostile;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A source that is watched while it is read. */
final class Watch<T extends @Nullable Object> implements Iterable<T> {
  private final Iterable<? extends T> source;
  private final AtomicBoolean reading = new AtomicBoolean();
  private final AtomicInteger read = new AtomicInteger();
  private volatile @Nullable String violation;

  Watch(Iterable<? extends T> source) {
    this.source = source;
  }

  int read() {
    return read.get();
  }

  void check() {
    String wrong = violation;
    if (wrong != null) {
      throw new AssertionError(wrong);
    }
  }

  @Override
  public Iterator<T> iterator() {
    Iterator<? extends T> iterator = source.iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        begin();
        try {
          boolean more = iterator.hasNext();
          if (more != iterator.hasNext()) {
            violation = "hasNext answers otherwise when it is asked again";
          }
          if (!more) {
            end(iterator);
          }
          return more;
        } finally {
          reading.set(false);
        }
      }

      @Override
      public T next() {
        begin();
        try {
          T item = iterator.next();
          read.incrementAndGet();
          return item;
        } finally {
          reading.set(false);
        }
      }
    };
  }

  private void begin() {
    if (reading.getAndSet(true)) {
      violation = "two threads read at once";
    }
  }

  private void end(Iterator<? extends T> iterator) {
    try {
      iterator.next();
      violation = "there is an item after the end";
    } catch (NoSuchElementException right) {
      // as Iterator says
    }
  }
}
