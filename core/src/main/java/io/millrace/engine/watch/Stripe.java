package io.millrace.engine.watch;

import io.millrace.outcome.Latencies;
import java.util.concurrent.atomic.AtomicLongArray;

/** Times of attempts, of some of the workers: the others count elsewhere, so that they rarely meet. Thread-safe. */
public final class Stripe {
  private final AtomicLongArray counts = new AtomicLongArray(Latencies.places());

  /** An attempt took so long. */
  public void count(long nanos) {
    counts.getAndIncrement(Latencies.place(nanos));
  }

  void addTo(long[] sum) {
    for (int place = 0; place < sum.length; place++) {
      sum[place] += counts.getPlain(place);
    }
  }
}
