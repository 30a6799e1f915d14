package io.millrace;

import io.millrace.outcome.Outcome;
import io.millrace.plan.Action;
import io.millrace.plan.Source;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.BaseStream;
import java.util.stream.Gatherer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An action bound to the way to run it. {@link #call} calls it once, with all options; {@link #apply} calls it
 * without any option; the other methods are those of {@link Parallel}. Immutable; as thread-safe as the
 * action.
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
  private final @Nullable Function<? super Exception, ? extends R> fallback;

  /** With the fallback, so never handed out: it would give its values to actions of other types. */
  private final Parallel running;

  /* For single calls, which share a limiter. Made at the first one: most functions are for many items. */
  private final AtomicReference<@Nullable Parallel> calling = new AtomicReference<>();

  ParallelFunction(
      Parallel parallel,
      Action<? super T, ? extends R> action,
      @Nullable Function<? super Exception, ? extends R> fallback) {
    this.parallel = parallel;
    this.action = action;
    this.fallback = fallback;
    this.running = parallel.withFallback(fallback);
  }

  /** Calls the action as it is, in the calling thread, without any option. */
  @Override
  public R apply(T item) throws Exception {
    return action.apply(item);
  }

  /**
   * Calls the action for one item, with all options: rate limit, retries, timeouts, failure policy, listeners,
   * context. All calls of this function share one limiter, whatever thread they come from. They do not share
   * the concurrency: to bound how many calls run at once, use {@code Limits.maxConcurrent}. Interrupts: see
   * {@link Parallel}.
   *
   * @throws IllegalArgumentException with a {@link Parallel#checkpoint}: calls would shut each other out
   * @throws Exception what the last attempt threw, itself; a {@link io.millrace.outcome.TruncatedRunException}
   *     if the call was stopped, or timed out by {@link Parallel#runTimeout}
   */
  public R call(T item) throws Exception {
    running.refuseCheckpoint();
    return calling()
        .<T, R>map(Collections.singletonList(item), action)
        .outcomes()
        .getFirst()
        .value();
  }

  private Parallel calling() {
    Parallel known = calling.get();
    if (known == null) {
      calling.compareAndSet(null, running.forSingleCalls());
      known = Objects.requireNonNull(calling.get());
    }
    return known;
  }

  /** How this runs. */
  public Parallel parallel() {
    return parallel;
  }

  /** The same action with other options, for example {@code with(p -> p.concurrency(20))}. */
  public ParallelFunction<T, R> with(UnaryOperator<Parallel> change) {
    Objects.requireNonNull(change, "change");
    return new ParallelFunction<>(change.apply(parallel), action, fallback);
  }

  /**
   * The same action, for which an item that failed with an {@link Exception} counts as a success with this
   * value, after all its retries. An {@link Error} says that the process or the program is broken, so there is
   * no value for it: the item stays a failure.
   *
   * @param value may be null
   */
  public ParallelFunction<T, R> orElse(R value) {
    return orElseGet(_ -> value);
  }

  /**
   * As {@link #orElse}, with a value that is made from what the last attempt threw.
   *
   * @param fallback runs under the item's and the run's timeouts; if it throws, the item fails with that
   */
  public ParallelFunction<T, R> orElseGet(Function<? super Exception, ? extends R> fallback) {
    Objects.requireNonNull(fallback, "fallback");
    return new ParallelFunction<>(parallel, action, fallback);
  }

  final @Nullable Function<? super Exception, ? extends R> fallback() {
    return fallback;
  }

  /** See {@link Parallel#map}. */
  public Results<T, R> map(Iterable<? extends T> items) {
    return running.map(items, action);
  }

  /** {@link #map} over a stream: see {@link Source#of(BaseStream)}. */
  public Results<T, R> map(BaseStream<? extends T, ?> items) {
    return map(Source.<T>of(items));
  }

  /** See {@link Parallel#stream}. */
  public Stream<Outcome<T, R>> stream(Iterable<? extends T> items) {
    return running.stream(items, action);
  }

  /** {@link #stream} over a stream: see {@link Source#of(BaseStream)}. */
  public Stream<Outcome<T, R>> stream(BaseStream<? extends T, ?> items) {
    return stream(Source.<T>of(items));
  }

  /** See {@link Parallel#values}. */
  public Stream<R> values(Iterable<? extends T> items) {
    return running.values(items, action);
  }

  /** {@link #values} over a stream: see {@link Source#of(BaseStream)}. */
  public Stream<R> values(BaseStream<? extends T, ?> items) {
    return values(Source.<T>of(items));
  }

  /** See {@link Parallel#batches}. */
  public Stream<List<Outcome<T, R>>> batches(Iterable<? extends T> items, int size) {
    return running.batches(items, size, action);
  }

  /** {@link #batches} over a stream: see {@link Source#of(BaseStream)}. */
  public Stream<List<Outcome<T, R>>> batches(BaseStream<? extends T, ?> items, int size) {
    return batches(Source.<T>of(items), size);
  }

  /** See {@link Parallel#forEach}; values are dropped. */
  public void forEach(Iterable<? extends T> items) {
    running.drain(items, action);
  }

  /** {@link #forEach} over a stream: see {@link Source#of(BaseStream)}. */
  public void forEach(BaseStream<? extends T, ?> items) {
    forEach(Source.<T>of(items));
  }

  /** See {@link Parallel#start}. */
  public Run<T, R> start(Iterable<? extends T> items) {
    return running.start(items, action);
  }

  /** {@link #start} over a stream: see {@link Source#of(BaseStream)}. */
  public Run<T, R> start(BaseStream<? extends T, ?> items) {
    return start(Source.<T>of(items));
  }

  /** See {@link Parallel#gatherer}. */
  public Gatherer<T, ?, Outcome<T, R>> gatherer() {
    return running.gatherer(action);
  }

  /** See {@link Parallel#publisher}. */
  public Flow.Publisher<Outcome<T, R>> publisher(Iterable<? extends T> items) {
    return running.publisher(items, action);
  }

  @Override
  public String toString() {
    return getClass().getSimpleName() + "[" + running + "]";
  }
}
