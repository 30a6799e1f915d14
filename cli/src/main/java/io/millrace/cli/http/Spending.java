package io.millrace.cli.http;

import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;

/** What requests have cost. Thread-safe. */
final class Spending {
  private final LongAdder tokens = new LongAdder();
  private final LongAdder unsaid = new LongAdder();

  /** A request has cost this. */
  void add(long cost) {
    tokens.add(cost);
  }

  /** An answer does not say what it did cost. */
  void addUnsaid() {
    unsaid.increment();
  }

  @Override
  public String toString() {
    String estimates =
        unsaid.sum() == 0
            ? ""
            : String.format(
                Locale.ROOT,
                " (%,d answers had no whole number at --usage: their estimates count)",
                unsaid.sum());
    return String.format(Locale.ROOT, "%,d tokens", tokens.sum()) + estimates;
  }
}
