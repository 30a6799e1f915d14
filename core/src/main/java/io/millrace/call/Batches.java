package io.millrace.call;

import io.millrace.base.Unsplit;
import io.millrace.outcome.FailedItemsException;
import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Success;
import java.util.ArrayList;
import java.util.List;
import java.util.Spliterator;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Reads outcomes in lists of successes, and throws instead of anything else. */
final class Batches extends Unsplit<List<Success<@Nullable Object, @Nullable Object>>> {
  private final Stream<Outcome<@Nullable Object, @Nullable Object>> outcomes;
  private final int size;
  private final boolean failFast;
  private long done;
  private @Nullable RuntimeException broken;
  private @Nullable Spliterator<Outcome<@Nullable Object, @Nullable Object>> reading;

  private Batches(
      Stream<Outcome<@Nullable Object, @Nullable Object>> outcomes, int size, boolean failFast) {
    super(NONNULL);
    this.outcomes = outcomes;
    this.size = size;
    this.failFast = failFast;
  }

  /**
   * Lists of {@code size} successes.
   *
   * @param outcomes throw at their end what cut the run short
   * @param failFast whether they also throw the first failure at their end
   */
  static Stream<List<Success<@Nullable Object, @Nullable Object>>> of(
      Stream<Outcome<@Nullable Object, @Nullable Object>> outcomes, int size, boolean failFast) {
    return StreamSupport.stream(new Batches(outcomes, size, failFast), false)
        .onClose(outcomes::close);
  }

  @Override
  protected boolean advance(
      Consumer<? super List<Success<@Nullable Object, @Nullable Object>>> consumer) {
    if (broken != null) {
      throw broken; // it never looks like the end
    }
    List<Success<@Nullable Object, @Nullable Object>> batch = new ArrayList<>();
    while (batch.size() < size && read(batch)) {
      done++;
    }
    if (batch.isEmpty()) {
      return false;
    }
    consumer.accept(batch);
    return true;
  }

  private boolean read(List<Success<@Nullable Object, @Nullable Object>> batch) {
    Spliterator<Outcome<@Nullable Object, @Nullable Object>> from =
        reading == null ? outcomes.spliterator() : reading;
    reading = from;
    return from.tryAdvance(
        outcome -> {
          switch (outcome) {
            case Success<@Nullable Object, @Nullable Object> success -> batch.add(success);
            case Failure<@Nullable Object, @Nullable Object> failure ->
                throw note(failed(from, failure));
            case NotRun<@Nullable Object, @Nullable Object> _ -> throw note(cutShort(from));
          }
        });
  }

  private RuntimeException note(RuntimeException thrown) {
    broken = thrown;
    return thrown;
  }

  /* A failure that ends the run is seen before its end, and what came first in time may be yet to be read. */
  private RuntimeException failed(Spliterator<?> from, Failure<?, ?> failure) {
    if (failFast) {
      return cutShort(from);
    }
    outcomes.close();
    return new FailedItemsException(List.of(failure), 1, done + 1);
  }

  /** Reads to the end of the run, which throws what ended it, unless somebody has closed it. */
  private static RuntimeException cutShort(Spliterator<?> from) {
    from.forEachRemaining(outcome -> {});
    return new CancellationException("the batches were closed while they were read");
  }
}
