package io.millrace;

import io.millrace.base.Rethrow;
import io.millrace.base.Unsplit;
import io.millrace.outcome.Outcome;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Reads a run as a stream; starts it at the first outcome that is asked for. */
final class OutcomeStream<T extends @Nullable Object, R extends @Nullable Object>
    extends Unsplit<Outcome<T, R>> {

  /* Only forward. Closing may come from another thread than reading: whoever of the two comes second
   * closes the run. */
  private enum Phase {
    NEW,
    STARTING,
    STARTED,
    CLOSED
  }

  private final Supplier<Run<T, R>> starting;
  private final Runnable unused;
  private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.NEW);

  /* Written by the reader, read by whoever closes. */
  private volatile @Nullable Run<T, R> run;

  /* The reader's own. */
  private @Nullable Run<T, R> reading;
  private @Nullable Throwable broken;

  private OutcomeStream(Supplier<Run<T, R>> starting, Runnable unused) {
    super(NONNULL);
    this.starting = starting;
    this.unused = unused;
  }

  /**
   * A stream of the outcomes of a run.
   *
   * @param unused what to do if the stream is closed before it has started the run
   */
  static <T extends @Nullable Object, R extends @Nullable Object> Stream<Outcome<T, R>> of(
      Supplier<Run<T, R>> starting, Runnable unused) {
    OutcomeStream<T, R> outcomes = new OutcomeStream<>(starting, unused);
    return StreamSupport.stream(outcomes, false).onClose(outcomes::close);
  }

  @Override
  protected boolean advance(Consumer<? super Outcome<T, R>> consumer) {
    Run<T, R> from = reading == null ? start() : reading;
    Outcome<T, R> outcome = from == null ? null : from.takeOrNull();
    if (outcome == null) {
      close();
      return false;
    }
    consumer.accept(outcome);
    return true;
  }

  private @Nullable Run<T, R> start() {
    if (broken != null) {
      throw Rethrow.asIs(broken);
    }
    if (!phase.compareAndSet(Phase.NEW, Phase.STARTING)) {
      return null;
    }
    try {
      reading = starting.get();
    } catch (Throwable thrown) {
      broken = thrown;
      phase.set(Phase.CLOSED);
      throw thrown;
    }
    run = reading;
    if (!phase.compareAndSet(Phase.STARTING, Phase.STARTED)) {
      close();
    }
    return reading;
  }

  private void close() {
    if (phase.getAndSet(Phase.CLOSED) == Phase.NEW) {
      unused.run();
    }
    Run<T, R> started = run;
    if (started != null) {
      started.close();
    }
  }
}
