package io.millrace.engine;

import io.millrace.base.Suppressing;
import io.millrace.engine.out.Deliveries;
import io.millrace.engine.terms.Config;
import io.millrace.outcome.Failure;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.FailurePolicy;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Tells the user's listeners of outcomes, in the consumer's thread. What they throw ends the run. */
final class Listeners {
  private final Config config;
  private final Schedule schedule;
  private final Failures failures;
  private final LongSupplier total;
  private final AtomicReference<@Nullable Throwable> error = new AtomicReference<>();

  Listeners(Config config, Schedule schedule, Failures failures, LongSupplier total) {
    this.config = config;
    this.schedule = schedule;
    this.failures = failures;
    this.total = total;
  }

  void tell(Outcome<?, ?> outcome, boolean ran, Deliveries deliveries) {
    if (!config.hasListeners()) {
      return;
    }
    try {
      if (config.onOutcome != null) {
        config.onOutcome.accept(outcome);
      }
      if (config.onProgress != null && ran) {
        config.onProgress.onProgress(deliveries.done(), total.getAsLong());
      }
    } catch (Throwable broken) {
      broke(outcome, broken);
    }
  }

  /* The caller gets it, also if all items are done. But a failure that ends the run by itself comes first. */
  private void broke(Outcome<?, ?> outcome, Throwable broken) {
    Throwable first = error.compareAndExchange(null, broken);
    if (first != null) {
      Suppressing.add(first, broken);
    }
    schedule.end(RunStatus.ABORTED, endingError(outcome, broken), false);
    Throwable ending = schedule.error();
    if (ending != null) {
      Suppressing.add(ending, broken);
    }
  }

  private Throwable endingError(Outcome<?, ?> outcome, Throwable broken) {
    Failure<?, ?> failure = outcome instanceof Failure<?, ?> ? failures.first() : null;
    return failure != null && config.failurePolicy instanceof FailurePolicy.FailFast
        ? failure.error()
        : broken;
  }

  /** What a listener threw first; null if none did. */
  @Nullable Throwable error() {
    return error.get();
  }
}
