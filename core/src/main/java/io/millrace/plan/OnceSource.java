package io.millrace.plan;

import java.util.Iterator;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Something that can be read once. */
final class OnceSource<T extends @Nullable Object> implements Source<T>, AutoCloseable {
  private final Supplier<? extends Iterator<? extends T>> reading;
  private final Runnable onClose;
  private final AtomicBoolean taken = new AtomicBoolean();
  private final AtomicBoolean closed = new AtomicBoolean();

  OnceSource(Supplier<? extends Iterator<? extends T>> reading, Runnable onClose) {
    this.reading = reading;
    this.onClose = onClose;
  }

  @Override
  @SuppressWarnings("unchecked")
  public Iterator<T> iterator() {
    if (taken.getAndSet(true)) {
      throw new IllegalStateException(
          "this source can be read once, and has been: make a new one for each run");
    }
    return (Iterator<T>) reading.get();
  }

  /** Closes what this reads from; further calls do nothing. */
  @Override
  public void close() {
    if (!closed.getAndSet(true)) {
      onClose.run();
    }
  }
}
