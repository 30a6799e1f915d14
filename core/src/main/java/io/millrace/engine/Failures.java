package io.millrace.engine;

import io.millrace.base.Suppressing;
import io.millrace.engine.terms.Config;
import io.millrace.outcome.Failure;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Success;
import io.millrace.plan.FailurePolicy;
import io.millrace.plan.FailureRate;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What failed in a run, and what that means for it. A failure is noted before its item is settled, so
 * whoever sees the outcome sees here that it was the first. Thread-safe.
 */
final class Failures {
  private final FailurePolicy policy;
  private final @Nullable Function<? super Exception, ?> fallback;
  private final AtomicLong count = new AtomicLong();
  private final AtomicReference<@Nullable Failure<?, ?>> first = new AtomicReference<>();
  private final AtomicReference<@Nullable Failure<?, ?>> fatal = new AtomicReference<>();

  private final @Nullable RecentItems recent;

  Failures(Config config) {
    this.policy = config.failurePolicy;
    this.fallback = config.fallback;
    FailureRate rate = config.failureRate;
    this.recent = rate == null ? null : new RecentItems(rate);
  }

  /** Notes a success; true if too many of the last items have failed. */
  boolean note(Success<?, ?> success) {
    return areTooMany(success);
  }

  /* What was restored is of an earlier run. */
  private boolean areTooMany(Outcome<?, ?> last) {
    return recent != null && !last.details().restored() && recent.note(last instanceof Failure);
  }

  /** Notes a failure; true if the failure policy ends the run with it. */
  boolean note(Failure<?, ?> failure) {
    first.compareAndSet(null, failure);
    long failed = count.incrementAndGet();
    boolean areTooMany = areTooMany(failure);
    return switch (policy) {
      case FailurePolicy.FailFast _ -> true;
      case FailurePolicy.StopAfter limit -> areTooMany || failed >= limit.failures();
      case FailurePolicy.CollectAll _ -> areTooMany;
    };
  }

  /** As {@link #note(Failure)}, for the failure that the run ends with, whatever the policy is. */
  boolean noteFatal(Failure<?, ?> failure) {
    fatal.compareAndSet(null, failure);
    return note(failure);
  }

  /** The failure that the run ended with, or else that which came first in time; null if there was none. */
  @Nullable Failure<?, ?> first() {
    Failure<?, ?> ending = fatal.get();
    return ending == null ? first.get() : ending;
  }

  long count() {
    return count.get();
  }

  /** What makes a value of this error; null if nothing does. An `Error` is never replaced by a value. */
  @Nullable Supplier<@Nullable Object> fallbackFor(Throwable error) {
    return fallback != null && error instanceof Exception exception
        ? () -> fallback.apply(exception)
        : null;
  }

  /** What to throw if this failure ends the run; null to return what came of it. */
  @Nullable Throwable endingError(Failure<?, ?> failure) {
    return policy instanceof FailurePolicy.FailFast ? failure.error() : null;
  }

  /** When failing fast, an error that comes after the one that ended the run is attached to that. */
  void suppress(@Nullable Throwable ending, Throwable later) {
    if (policy instanceof FailurePolicy.FailFast && ending != null) {
      Suppressing.add(ending, later);
    }
  }
}
