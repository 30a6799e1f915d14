package io.millrace.bench.peer;

import java.util.Locale;

/** How results are handed over. */
public enum Delivery {
  /** All together, in the order of the items. */
  COLLECTED,
  /** One by one, in the order of the items. */
  ORDERED,
  /** One by one, as they come; a peer that cannot do that keeps the order of the items. */
  COMPLETION;

  /** A word for names. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Words for titles. */
  public String text() {
    return switch (this) {
      case COLLECTED -> "collected";
      case ORDERED -> "streamed in order";
      case COMPLETION -> "streamed as completed";
    };
  }
}
