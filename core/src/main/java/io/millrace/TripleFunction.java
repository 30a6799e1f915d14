package io.millrace;

import io.millrace.plan.Action;
import io.millrace.plan.Source;
import io.millrace.plan.Triple;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A function of three arguments bound to the way to run it: as {@link PairFunction}, with triples for
 * items.
 *
 * @param <A> the first arguments
 * @param <B> the second arguments
 * @param <C> the third arguments
 * @param <R> the values
 */
public final class TripleFunction<
        A extends @Nullable Object,
        B extends @Nullable Object,
        C extends @Nullable Object,
        R extends @Nullable Object>
    extends ParallelFunction<Triple<A, B, C>, R> implements Action.Three<A, B, C, R> {
  private final Action.Three<? super A, ? super B, ? super C, ? extends R> function;

  TripleFunction(
      Parallel parallel,
      Action.Three<? super A, ? super B, ? super C, ? extends R> function,
      @Nullable Function<? super Exception, ? extends R> fallback) {
    super(parallel, Action.<A, B, C, R>spread(function), fallback);
    this.function = function;
  }

  /** {@link #call(Object)} with three arguments. */
  public R call(A first, B second, C third) throws Exception {
    return call(new Triple<>(first, second, third));
  }

  /** Calls the function as it is, in the calling thread, without any option. */
  @Override
  public R apply(A first, B second, C third) throws Exception {
    return function.apply(first, second, third);
  }

  @Override
  public TripleFunction<A, B, C, R> with(UnaryOperator<Parallel> change) {
    Objects.requireNonNull(change, "change");
    return new TripleFunction<>(change.apply(parallel()), function, fallback());
  }

  @Override
  public TripleFunction<A, B, C, R> orElse(R value) {
    return orElseGet(_ -> value);
  }

  @Override
  public TripleFunction<A, B, C, R> orElseGet(Function<? super Exception, ? extends R> fallback) {
    Objects.requireNonNull(fallback, "fallback");
    return new TripleFunction<>(parallel(), function, fallback);
  }

  /** {@link #map(Iterable)} over the elements of three sources, up to the shortest one. */
  public Results<Triple<A, B, C>, R> map(
      Iterable<? extends A> first, Iterable<? extends B> second, Iterable<? extends C> third) {
    return map(Source.<A, B, C>zip(first, second, third));
  }
}
