package io.millrace.bench.driver;

import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.bench.peer.CallStack;
import io.millrace.bench.peer.CallStacks;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import java.util.Collections;

/** Millrace runs calls as items, so many at once as there are threads. */
record MillraceStack(String name) implements CallStack {

  @Override
  public void call(int threads, int calls, boolean stacked) {
    Parallel parallel = Parallel.of(threads);
    if (stacked) {
      parallel =
          parallel
              .retry(Retry.ofAttempts(CallStacks.ATTEMPTS))
              .rateLimit(RateLimit.perSecond(CallStacks.RATE).burst(CallStacks.RATE))
              .attemptTimeout(CallStacks.TIMEOUT);
    }
    Results<Integer, Integer> results = parallel.map(Collections.nCopies(calls, 1), item -> item);
    if (results.size() != calls || !results.ok()) {
      throw new IllegalStateException(results.toString());
    }
  }
}
