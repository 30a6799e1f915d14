package io.millrace;

import io.millrace.outcome.Outcome;
import io.millrace.plan.Action;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.function.UnaryOperator;
import java.util.stream.Gatherer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An action bound to the way to run it. {@link #call} calls it once, with all options; {@link #apply} is a
 * plain call of the action, without any; the other methods are those of {@link Parallel}. Immutable; as
 * thread-safe as the action.
 *
 * {@snippet file="io/millrace/examples/FunctionExampleTest.java" region="function"}
 *
 * @param <T> the items
 * @param <R> the values
 */
public sealed class ParallelFunction<T extends @Nullable Object, R extends @Nullable Object>
    implements Action<T, R> permits PairFunction, TripleFunction {
  private final Parallel parallel;
  private final Action<? super T, ? extends R> action;

  /** For single calls, which share a limiter. */
  private final Parallel calling;

  ParallelFunction(Parallel parallel, Action<? super T, ? extends R> action) {
    this.parallel = parallel;
    this.action = action;
    this.calling = parallel.forSingleCalls();
  }

  /** Calls the action as it is, in the calling thread, without any option. */
  @Override
  public R apply(T item) throws Exception {
    return action.apply(item);
  }

  /**
   * Calls the action for one item, with all options: rate limit, retries, timeouts, failure policy, listeners,
   * context. All calls of this function share one limiter, whatever thread they come from; each counts by itself for the
   * concurrency, which {@code Limits.maxConcurrent} can bound. Interrupts: see {@link Parallel}.
   *
   * @throws IllegalArgumentException with a {@link Parallel#checkpoint}: calls would shut each other out
   * @throws Exception what the last attempt threw, itself; a {@link
   *     io.millrace.outcome.TruncatedRunException} if the call was stopped, or timed out by {@link
   *     Parallel#runTimeout}
   */
  public R call(T item) throws Exception {
    calling.refuseCheckpoint();
    return calling.<T, R>map(Collections.singletonList(item), action).outcomes().getFirst().value();
  }

  /** How this runs. */
  public Parallel parallel() {
    return parallel;
  }

  /** The same action with other options, for example {@code with(p -> p.concurrency(20))}. */
  public ParallelFunction<T, R> with(UnaryOperator<Parallel> change) {
    Objects.requireNonNull(change, "change");
    return new ParallelFunction<>(change.apply(parallel), action);
  }

  /** See {@link Parallel#map}. */
  public Results<T, R> map(Iterable<? extends T> items) {
    return parallel.map(items, action);
  }

  /** See {@link Parallel#stream}. */
  public Stream<Outcome<T, R>> stream(Iterable<? extends T> items) {
    return parallel.stream(items, action);
  }

  /** See {@link Parallel#values}. */
  public Stream<R> values(Iterable<? extends T> items) {
    return parallel.values(items, action);
  }

  /** See {@link Parallel#batches}. */
  public Stream<List<Outcome<T, R>>> batches(Iterable<? extends T> items, int size) {
    return parallel.batches(items, size, action);
  }

  /** See {@link Parallel#forEach}; values are dropped. */
  public void forEach(Iterable<? extends T> items) {
    parallel.drain(items, action);
  }

  /** See {@link Parallel#start}. */
  public Run<T, R> start(Iterable<? extends T> items) {
    return parallel.start(items, action);
  }

  /** See {@link Parallel#gatherer}. */
  public Gatherer<T, ?, Outcome<T, R>> gatherer() {
    return parallel.gatherer(action);
  }

  /** See {@link Parallel#publisher}. */
  public Flow.Publisher<Outcome<T, R>> publisher(Iterable<? extends T> items) {
    return parallel.publisher(items, action);
  }

  @Override
  public String toString() {
    return getClass().getSimpleName() + "[" + parallel + "]";
  }
}
