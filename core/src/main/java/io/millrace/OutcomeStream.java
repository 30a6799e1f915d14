package io.millrace;

import io.millrace.outcome.Outcome;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Reads a run as a stream; starts it at the first outcome that is asked for. */
final class OutcomeStream<T extends @Nullable Object, R extends @Nullable Object>
    extends Spliterators.AbstractSpliterator<Outcome<T, R>> {
  private final Supplier<Run<T, R>> starting;

  /* Guarded by this: closing may come from another thread than reading. */
  private @Nullable Run<T, R> run;
  private boolean closed;

  /* The reader's own copy, so that it needs no lock for each outcome. */
  private @Nullable Run<T, R> reading;

  private OutcomeStream(Supplier<Run<T, R>> starting) {
    super(Long.MAX_VALUE, Spliterator.NONNULL | Spliterator.ORDERED);
    this.starting = starting;
  }

  static <T extends @Nullable Object, R extends @Nullable Object> Stream<Outcome<T, R>> of(
      Supplier<Run<T, R>> starting) {
    OutcomeStream<T, R> outcomes = new OutcomeStream<>(starting);
    return StreamSupport.stream(outcomes, false).onClose(outcomes::close);
  }

  private synchronized @Nullable Run<T, R> run() {
    if (run == null && !closed) {
      run = starting.get();
    }
    return run;
  }

  @Override
  public boolean tryAdvance(Consumer<? super Outcome<T, R>> consumer) {
    if (reading == null) {
      reading = run();
    }
    Outcome<T, R> outcome = reading == null ? null : reading.takeOrNull();
    if (outcome == null) {
      close();
      return false;
    }
    consumer.accept(outcome);
    return true;
  }

  private void close() {
    Run<T, R> started;
    synchronized (this) {
      closed = true;
      started = run;
    }
    if (started != null) {
      started.close();
    }
  }
}
