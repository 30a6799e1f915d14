package io.millrace.cli.http;

import java.util.Locale;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/** What requests have cost. Thread-safe. */
final class CostTotal {
  private static final long MOST = Long.MAX_VALUE;

  /* Servers say what it was, so it may be any number. */
  private final LongAccumulator tokens = new LongAccumulator(CostTotal::sum, 0);
  private final LongAdder unsaid = new LongAdder();

  /** A request has cost this. */
  void add(long cost) {
    tokens.accumulate(cost);
  }

  private static long sum(long one, long other) {
    return one > MOST - other ? MOST : one + other;
  }

  /** An answer does not say what it did cost. */
  void addUnsaid() {
    unsaid.increment();
  }

  @Override
  public String toString() {
    long missing = unsaid.sum();
    String estimates =
        missing == 0
            ? ""
            : missing == 1
                ? " (1 answer had no whole number at --usage: its estimate counts)"
                : String.format(
                    Locale.ROOT,
                    " (%,d answers had no whole number at --usage: their estimates count)",
                    missing);
    String all = tokens.get() == MOST ? "over %,d tokens" : "%,d tokens";
    return String.format(Locale.ROOT, all, tokens.get()) + estimates;
  }
}
