package io.millrace.call;

import io.millrace.Parallel;
import io.millrace.base.Closing;
import io.millrace.engine.terms.Config;
import io.millrace.engine.terms.ConfigAccess;
import io.millrace.outcome.Success;
import io.millrace.plan.Action;
import io.millrace.plan.FailurePolicy;
import io.millrace.plan.Order;
import io.millrace.plan.Truncation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs a call, and makes its lists. It is untyped where shapes are, and its three users are typed.
 *
 * @param parallel fails rather than collect failures
 * @param input of the items
 * @param output of each list
 * @param value what a list has of a success
 */
record Listing<V extends @Nullable Object>(
    Parallel parallel,
    Shape input,
    Shape output,
    Function<Success<?, ?>, ? extends @Nullable Object> value) {

  List<V> list(Iterable<?> items, @Nullable Action<?, ?> function) {
    Action<@Nullable Object, @Nullable Object> checked = untyped(function, items);
    return values(parallel.map(input.of(items), checked).throwIfFailed().successes());
  }

  Stream<List<V>> batches(Iterable<?> items, int size, @Nullable Action<?, ?> function) {
    Action<@Nullable Object, @Nullable Object> checked = untyped(function, items);
    if (size < 1) {
      throw Closing.after(
          new IllegalArgumentException("size must be at least 1, not " + size), items);
    }
    Config config = ConfigAccess.configOf(parallel);
    Parallel ordered = config.order == Order.NATURAL ? parallel.ordered() : parallel;
    Parallel throwing = ordered.truncation(Truncation.THROWN);
    Parallel running = ConfigAccess.changed(throwing, copy -> copy.dropsNotRun = true);
    boolean failFast = config.failurePolicy instanceof FailurePolicy.FailFast;
    return Batches.of(running.stream(input.of(items), checked), size, failFast).map(this::values);
  }

  /** The function; if there is none, the items are closed, as nobody else will. */
  @SuppressWarnings("unchecked")
  private static Action<@Nullable Object, @Nullable Object> untyped(
      @Nullable Action<?, ?> function, Iterable<?> items) {
    if (function == null) {
      throw Closing.after(new NullPointerException("function"), items);
    }
    return (Action<@Nullable Object, @Nullable Object>) function;
  }

  @SuppressWarnings("unchecked")
  private List<V> values(List<? extends Success<?, ?>> successes) {
    List<@Nullable Object> values = new ArrayList<>(successes.size());
    successes.forEach(success -> values.add(value.apply(success)));
    if (!output.changes()) {
      return (List<V>) values;
    }
    List<@Nullable Object> shaped = new ArrayList<>(successes.size());
    output.of(values).forEach(shaped::add);
    return (List<V>) shaped;
  }
}
