package io.millrace.cli.http;

import io.millrace.plan.RetryBudget;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * How many retries each host may get in vain, so that one that is down is not called much more often than there are
 * lines, and takes no retries away from others. Thread-safe.
 */
final class HostRetries {
  private static final int MOST_HOSTS = 1_000;
  private final Supplier<RetryBudget> budget;
  private final AtomicLong sent = new AtomicLong();

  /* Guarded by itself; those that were asked for last. A host that comes back after long begins anew. */
  private final Map<String, RetryBudget> ofHosts =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, RetryBudget> eldest) {
          return size() > MOST_HOSTS;
        }
      };

  /** Each host gets such a budget. */
  HostRetries(Supplier<RetryBudget> budget) {
    this.budget = budget;
  }

  /** A request is sent that is not a retry. */
  void count(String host) {
    of(host).count(System.nanoTime());
  }

  /** A retry is sent. */
  void countRetry() {
    sent.incrementAndGet();
  }

  /** How many retries were sent, to all hosts. */
  long sent() {
    return sent.get();
  }

  /** Takes a retry if there may be one more. */
  boolean tryTake(String host) {
    return of(host).tryTake(System.nanoTime());
  }

  /** A request has succeeded at last: then its retries were worth it, and do not count. */
  void giveBack(String host, int taken) {
    for (int each = 0; each < taken; each++) {
      of(host).giveBack(System.nanoTime());
    }
  }

  private RetryBudget of(String host) {
    synchronized (ofHosts) {
      RetryBudget known = ofHosts.get(host);
      if (known == null) {
        known = budget.get();
        ofHosts.put(host, known);
      }
      return known;
    }
  }
}
