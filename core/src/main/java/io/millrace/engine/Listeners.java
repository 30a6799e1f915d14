package io.millrace.engine;

import io.millrace.base.Suppressing;
import io.millrace.engine.out.Deliveries;
import io.millrace.engine.terms.Config;
import io.millrace.outcome.Failure;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.FailurePolicy;
import io.millrace.plan.ProgressListener;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
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
    Consumer<? super Outcome<?, ?>> onOutcome = config.onOutcome;
    if (onOutcome != null) {
      tell(outcome, () -> onOutcome.accept(outcome));
    }
    ProgressListener onProgress = config.onProgress;
    if (onProgress != null && ran) {
      tell(outcome, () -> onProgress.onProgress(deliveries.done(), total.getAsLong()));
    }
  }

  /* What one of the two throws keeps nothing from the other. */
  private void tell(Outcome<?, ?> outcome, Runnable telling) {
    try {
      telling.run();
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
