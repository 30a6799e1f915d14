package io.millrace.executor;

import io.millrace.base.Closing;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Items that are read by one thread, and closed once when nobody reads them any more, by whichever
 * thread. A read in progress is left alone: the reader then closes.
 */
final class ItemReader<T extends @Nullable Object> {

  private enum State {
    IDLE,
    BUSY,
    /** Closed during a read, which goes on. */
    CLOSING,
    CLOSED
  }

  private final Iterable<? extends T> items;
  private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);

  /* The reader's; handed to whoever closes by the state. */
  private @Nullable Iterator<? extends T> iterator;

  ItemReader(Iterable<? extends T> items) {
    this.items = items;
  }

  /** Hands the next item over; false if there is none, or this was closed. */
  boolean advance(Consumer<? super T> consumer) {
    if (!state.compareAndSet(State.IDLE, State.BUSY)) {
      return false;
    }
    try {
      Iterator<? extends T> from = iterator;
      if (from == null) {
        from = Objects.requireNonNull(items.iterator(), "iterator of the items");
        iterator = from;
      }
      if (from.hasNext()) {
        consumer.accept(from.next());
        return true;
      }
      return false;
    } finally {
      if (!state.compareAndSet(State.BUSY, State.IDLE)) {
        closeAll();
      }
    }
  }

  void close() {
    if (state.compareAndSet(State.IDLE, State.CLOSED)) {
      closeAll();
    } else {
      state.compareAndSet(State.BUSY, State.CLOSING);
    }
  }

  /* Values are worth more than what closing throws, as in a run. */
  private void closeAll() {
    state.set(State.CLOSED);
    Closing.quietly(iterator, items);
  }
}
