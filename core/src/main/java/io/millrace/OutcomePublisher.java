package io.millrace;

import io.millrace.outcome.Outcome;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Publishes the outcomes of a run of its own to each subscriber. */
final class OutcomePublisher<T extends @Nullable Object, R extends @Nullable Object>
    implements Flow.Publisher<Outcome<T, R>> {
  private final Supplier<Run<T, R>> starting;

  OutcomePublisher(Supplier<Run<T, R>> starting) {
    this.starting = starting;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super Outcome<T, R>> subscriber) {
    Objects.requireNonNull(subscriber, "subscriber");
    new OutcomeSubscription<>(starting, subscriber).begin();
  }
}
