package io.millrace.engine;

import io.millrace.limit.Demand;
import org.jspecify.annotations.Nullable;

/**
 * An item that had to wait, or that is past its first attempt: what a claim's cell cannot hold. One
 * thread at a time has a ticket; the run's lock hands it on.
 */
final class Ticket {
  /** Stands in the cell of an item whose outcome will come by its ticket. */
  static final Object WAITING = new Object();

  final long index;
  final @Nullable Object item;

  @Nullable Object key;
  int attempts;

  /** When the first attempt started; meaningless before it. */
  long firstStartNanos;

  /** When the last attempt ended; meaningless before that. */
  long lastEndNanos;

  /** What the last attempt threw, or a rejection of what it returned; null before. */
  @Nullable Throwable lastError;

  /** When the item may go on, and its place among others of that time. */
  long dueNanos;

  long sequence;

  @Nullable Demand demand;

  /** Whether a permit for the next attempt was taken, and the key's slot. */
  boolean permitted;

  @Nullable Object slotKey;
  boolean hasSlot;

  /* Guarded by this: its worker and whoever gives that up both free what it holds. */
  private int held;

  /** It has permits of its item's semaphore. */
  synchronized void hold(int permits) {
    held = permits;
  }

  synchronized boolean holds() {
    return held > 0;
  }

  /** How many permits of its item's semaphore to give back: once. */
  synchronized int letGo() {
    int permits = held;
    held = 0;
    return permits;
  }

  Object slotKey() {
    return java.util.Objects.requireNonNull(slotKey, "slotKey");
  }

  /** Ends the wait when the item's time is up; written before the wait, read at its end. */
  volatile io.millrace.time.Clock.@Nullable Timer expiry;

  void stopExpiry() {
    io.millrace.time.Clock.Timer timer = expiry;
    if (timer != null) {
      expiry = null;
      timer.cancel();
    }
  }

  Ticket(long index, @Nullable Object item) {
    this.index = index;
    this.item = item;
  }
}
