package io.millrace.call;

import io.millrace.Parallel;
import io.millrace.base.Require;
import io.millrace.engine.Config;
import io.millrace.engine.Reader;
import io.millrace.outcome.Success;
import io.millrace.plan.Action;
import io.millrace.plan.FailurePolicy;
import io.millrace.plan.Order;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
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

  List<V> list(Iterable<?> items, Action<?, ?> function) {
    return values(parallel.map(input.of(items), untyped(function)).throwIfFailed().successes());
  }

  Stream<List<V>> batches(Iterable<?> items, int size, Action<?, ?> function) {
    Require.atLeast("size", size, 1);
    Objects.requireNonNull(function, "function");
    Iterable<@Nullable Object> shaped = input.of(items);
    Config config = Reader.configOf(parallel);
    Parallel running = config.order == Order.NATURAL ? parallel.ordered() : parallel;
    boolean failFast = config.failurePolicy instanceof FailurePolicy.FailFast;
    Batches batches = new Batches(() -> running.start(shaped, untyped(function)), size, failFast);
    return StreamSupport.stream(batches, false).onClose(batches::close).map(this::values);
  }

  @SuppressWarnings("unchecked")
  private static Action<@Nullable Object, @Nullable Object> untyped(Action<?, ?> function) {
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
