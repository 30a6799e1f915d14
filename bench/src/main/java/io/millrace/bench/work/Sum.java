package io.millrace.bench.work;

import java.util.function.Consumer;

/** Takes the results of a run over {@link Items}, and knows whether all came. */
final class Sum implements Consumer<Integer> {
  private long count;
  private long sum;

  @Override
  public void accept(Integer result) {
    count++;
    sum += result;
  }

  long count() {
    return count;
  }

  /** Checks that each of so many items came, in each of so many runs. */
  void check(long items, long runs) {
    long expected = runs * (items * (items - 1) / 2);
    if (count != runs * items || sum != expected) {
      throw new IllegalStateException(
          "of %d items in each of %d runs came %d, with a sum of %d instead of %d"
              .formatted(items, runs, count, sum, expected));
    }
  }
}
