package io.millrace.base;

import java.util.Iterator;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * An iterable that is made from others, and closes them when it is closed.
 *
 * @param <T> the elements
 */
public final class Derived<T extends @Nullable Object> implements Iterable<T>, AutoCloseable {
  private final Iterable<T> elements;
  private final @Nullable Object[] parts;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Reads {@code elements}, and closes those of the parts that can be closed. */
  public Derived(Iterable<T> elements, @Nullable Object... parts) {
    this.elements = elements;
    this.parts = parts.clone();
  }

  /** The elements, as an iterable that is to be closed if one of the parts is. */
  public static <T extends @Nullable Object> Iterable<T> from(
      Iterable<T> elements, @Nullable Object... parts) {
    return Closing.isNeeded(parts) ? new Derived<>(elements, parts) : elements;
  }

  @Override
  public Iterator<T> iterator() {
    return elements.iterator();
  }

  @Override
  public void close() {
    if (!closed.getAndSet(true)) {
      Closing.all(parts);
    }
  }
}
