package io.millrace;

import io.millrace.plan.Action;
import io.millrace.plan.Source;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A function of two arguments bound to the way to run it. {@link #call(Object, Object)} calls it with all
 * options, {@link #apply(Object, Object)} without any; at the entry points the items are entries, of a map or of {@link Source#zip}. Immutable; as
 * thread-safe as the function.
 *
 * {@snippet file="io/millrace/examples/FunctionExampleTest.java" region="spread"}
 *
 * @param <A> the first arguments
 * @param <B> the second arguments
 * @param <R> the values
 */
public final class PairFunction<
        A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
    extends ParallelFunction<Map.Entry<A, B>, R> implements Action.Two<A, B, R> {
  private final Action.Two<? super A, ? super B, ? extends R> function;

  PairFunction(
      Parallel parallel,
      Action.Two<? super A, ? super B, ? extends R> function,
      @Nullable Function<? super Exception, ? extends R> fallback) {
    super(parallel, Action.<A, B, R>spread(function), fallback);
    this.function = function;
  }

  /** Calls the function as it is, in the calling thread, without any option. */
  @Override
  public R apply(A first, B second) throws Exception {
    return function.apply(first, second);
  }

  /** {@link #call(Object)} with two arguments. */
  @SuppressWarnings("NullAway") // an entry takes nulls
  public R call(A first, B second) throws Exception {
    return call(new SimpleImmutableEntry<>(first, second));
  }

  @Override
  public PairFunction<A, B, R> with(UnaryOperator<Parallel> change) {
    Objects.requireNonNull(change, "change");
    return new PairFunction<>(change.apply(parallel()), function, fallback());
  }

  @Override
  public PairFunction<A, B, R> orElse(R value) {
    return orElseGet(_ -> value);
  }

  @Override
  public PairFunction<A, B, R> orElseGet(Function<? super Exception, ? extends R> fallback) {
    Objects.requireNonNull(fallback, "fallback");
    return new PairFunction<>(parallel(), function, fallback);
  }

  /** {@link #map(Iterable)} over the elements of two sources, up to the shorter one. */
  public Results<Map.Entry<A, B>, R> map(
      Iterable<? extends A> first, Iterable<? extends B> second) {
    return map(Source.<A, B>zip(first, second));
  }
}
