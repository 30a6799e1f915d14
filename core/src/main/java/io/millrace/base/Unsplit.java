package io.millrace.base;

import java.util.Objects;
import java.util.Spliterator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Elements that come one after the other, so that a parallel stream reads them no further ahead than a
 * sequential one. How many there are is not known, or not without waiting for them.
 *
 * @param <T> the elements
 */
public abstract class Unsplit<T extends @Nullable Object> implements Spliterator<T> {
  private final int characteristics;

  /** Elements in an order, with more characteristics. */
  protected Unsplit(int characteristics) {
    this.characteristics = ORDERED | characteristics;
  }

  @Override
  public final boolean tryAdvance(Consumer<? super T> action) {
    Objects.requireNonNull(action, "action"); // before an element is taken that would be lost
    return advance(action);
  }

  /** Hands the next element over; false if there is none. */
  protected abstract boolean advance(Consumer<? super T> action);

  @Override
  public final @Nullable Spliterator<T> trySplit() {
    return null;
  }

  @Override
  public long estimateSize() {
    return Long.MAX_VALUE;
  }

  @Override
  public final int characteristics() {
    return characteristics;
  }
}
