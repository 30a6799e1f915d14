package io.millrace;

import io.millrace.base.Rethrow;
import io.millrace.base.Unsplit;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import java.util.Spliterator;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** The values of a stream of outcomes, up to the first failure, which is thrown as itself and closes it. */
final class ValueStream<T extends @Nullable Object, R extends @Nullable Object> extends Unsplit<R> {
  private final Stream<Outcome<T, R>> outcomes;

  /* The reader's own. */
  private @Nullable Spliterator<Outcome<T, R>> reading;
  private @Nullable Outcome<T, R> next;
  private @Nullable Throwable broken;

  private ValueStream(Stream<Outcome<T, R>> outcomes) {
    super(0);
    this.outcomes = outcomes;
  }

  static <T extends @Nullable Object, R extends @Nullable Object> Stream<R> of(
      Stream<Outcome<T, R>> outcomes) {
    return StreamSupport.stream(new ValueStream<>(outcomes), false).onClose(outcomes::close);
  }

  @Override
  protected boolean advance(Consumer<? super R> consumer) {
    Outcome<T, R> outcome = next();
    if (outcome == null) {
      return false;
    }
    consumer.accept(value(outcome));
    return true;
  }

  /* Items that did not run have no value and no error: why they did not is thrown at the end. */
  private @Nullable Outcome<T, R> next() {
    if (broken != null) {
      throw Rethrow.asIs(broken); // it never looks like the end
    }
    Spliterator<Outcome<T, R>> from = reading == null ? outcomes.spliterator() : reading;
    reading = from;
    do {
      next = null;
    } while (from.tryAdvance(outcome -> next = outcome) && next instanceof NotRun);
    return next;
  }

  private R value(Outcome<T, R> outcome) {
    try {
      return outcome.value();
    } catch (Throwable failed) {
      broken = failed;
      outcomes.close();
      throw failed;
    }
  }
}
