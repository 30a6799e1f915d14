package io.millrace.bench.peer;

import java.util.Locale;

/** What a run may have much of while operations go on beside it. */
public enum Crowd {
  /** Slots with items that take long; an operation is an item that does nothing. */
  SLOTS,
  /** Items in backoff; an operation is an item that passes, or joins them. */
  BACKOFF,
  /** Items that wait for a permit; an operation is an item that gets one. */
  PERMITS,
  /** Actions that ignore their interrupt; an operation is an item, each 20th of which becomes one. */
  ABANDONED,
  /** Tasks in backoff; an operation is the cancellation of one, until none is left. */
  CANCELLED;

  /** A word for names. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Words for titles. */
  public String text() {
    return switch (this) {
      case SLOTS -> "An item beside slots that are busy for long";
      case BACKOFF -> "An item beside items in backoff";
      case PERMITS -> "An item that gets its permit while others wait for theirs";
      case ABANDONED -> "An item beside abandoned actions";
      case CANCELLED -> "A task in backoff, cancelled among others";
    };
  }
}
