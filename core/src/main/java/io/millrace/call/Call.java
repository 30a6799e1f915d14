package io.millrace.call;

import io.millrace.Parallel;
import io.millrace.base.Closing;
import io.millrace.base.Require;
import io.millrace.base.Shown;
import io.millrace.engine.terms.ConfigAccess;
import io.millrace.outcome.Success;
import io.millrace.plan.Action;
import io.millrace.plan.FailurePolicy;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A stored call of a function over lists of items: how to run it, how to shape what goes in and what comes
 * out, and perhaps the function. Its results are plain lists of values. Immutable, reusable and as thread-safe
 * as the function; each option makes a changed copy.
 *
 * {@snippet file="io/millrace/examples/CallExampleTest.java" region="call"}
 *
 * <p><b>Failures.</b> A list of values has no place for a failure, so a call throws the first failure in time,
 * after its retries, as itself. Before that, whatever else runs is interrupted and joined. {@link #orElse}
 * puts a value in its place. {@link Parallel#maxFailures} is obeyed: then an {@link
 * io.millrace.outcome.TruncatedRunException} or {@link io.millrace.outcome.FailedItemsException} is thrown, as
 * by {@link io.millrace.Results#values}. A run that was stopped or timed out is a {@code
 * TruncatedRunException} as well, never a shorter list. Interrupts: see {@link Parallel}.
 *
 * <p>Contradictory options are refused with an {@link IllegalArgumentException} before any work: values with
 * times of which some are dropped, and whatever {@link Parallel#map} refuses. Null arguments are refused with
 * a {@link NullPointerException}.
 *
 * @param <T> the items of the stored function
 * @param <R> its values
 */
public final class Call<T extends @Nullable Object, R extends @Nullable Object> {
  private final Parallel parallel;
  private final Shape input;
  private final Shape output;
  private final @Nullable Integer batchSize;
  private final @Nullable Action<? super T, ? extends R> function;
  private final @Nullable Function<? super Exception, ? extends R> fallback;

  private Call(
      Parallel parallel,
      Shape input,
      Shape output,
      @Nullable Integer batchSize,
      @Nullable Action<? super T, ? extends R> function,
      @Nullable Function<? super Exception, ? extends R> fallback) {
    this.parallel = parallel;
    this.input = input;
    this.output = output;
    this.batchSize = batchSize;
    this.function = function;
    this.fallback = fallback;
  }

  /** Stores how to run; the function is given to each call. */
  public static Call<@Nullable Object, @Nullable Object> of(Parallel parallel) {
    Objects.requireNonNull(parallel, "parallel");
    return new Call<>(parallel, Shape.asIs(), Shape.asIs(), null, null, null);
  }

  /** Stores how to run, and a function. A function that is given to a call takes its place for that call. */
  public static <T extends @Nullable Object, R extends @Nullable Object> Call<T, R> of(
      Parallel parallel, Action<? super T, ? extends R> function) {
    Objects.requireNonNull(parallel, "parallel");
    Objects.requireNonNull(function, "function");
    return new Call<>(parallel, Shape.asIs(), Shape.asIs(), null, function, null);
  }

  /** The same call run in another way, for example {@code with(p -> p.concurrency(20))}. */
  public Call<T, R> with(UnaryOperator<Parallel> change) {
    Objects.requireNonNull(change, "change");
    return new Call<>(change.apply(parallel), input, output, batchSize, function, fallback);
  }

  /**
   * How the items are changed before they are run. If they are flattened, the function gets their elements, so
   * {@code T} has to be the type of the elements. A shape leaves a lazy source lazy.
   *
   * @param shape the default is {@link Shape#asIs}
   */
  public Call<T, R> input(Shape shape) {
    Objects.requireNonNull(shape, "shape");
    return new Call<>(parallel, shape, output, batchSize, function, fallback);
  }

  /**
   * How many items make a batch: see {@link #batches(Iterable)}.
   *
   * @param items at least 1; there is no default
   */
  public Call<T, R> batchSize(int items) {
    Require.atLeast("batchSize", items, 1);
    return new Call<>(parallel, input, output, items, function, fallback);
  }

  /**
   * The stored function has this value for an item that failed with an {@link Exception}, after all its
   * retries: see {@link io.millrace.ParallelFunction#orElse}. A function that is given to a call has none.
   *
   * @param value may be null
   * @throws IllegalStateException if no function is stored
   */
  public Call<T, R> orElse(R value) {
    return orElseGet(_ -> value);
  }

  /**
   * As {@link #orElse}, with a value that is made from what the last attempt threw; if that throws, the item
   * fails with it.
   *
   * @throws IllegalStateException if no function is stored
   */
  public Call<T, R> orElseGet(Function<? super Exception, ? extends R> fallback) {
    Objects.requireNonNull(fallback, "fallback");
    if (function == null) {
      throw withoutFunction("store one by Call.of(parallel, function), to which the value belongs");
    }
    return new Call<>(parallel, input, output, batchSize, function, fallback);
  }

  /** Leaves null values out of each list. */
  public Call<T, R> withoutNulls() {
    return new Call<>(parallel, input, output.withoutNulls(), batchSize, function, fallback);
  }

  /** Keeps only the first of equal values in each list; with or without flattening them. */
  public Call<T, R> unique() {
    return new Call<>(parallel, input, output.unique(), batchSize, function, fallback);
  }

  /**
   * The same call with lists of values and times.
   *
   * @throws IllegalArgumentException if values are dropped, because their times would have no value
   */
  public TimedCall<T, R> timed() {
    if (output.changes()) {
      throw new IllegalArgumentException(
          "timed() pairs each value with its time, so withoutNulls() and unique() cannot drop any");
    }
    return new TimedCall<>(this);
  }

  /** The same call with flat lists: collections and arrays among the values are replaced by what is in them. */
  public FlatCall<T> flat() {
    return new FlatCall<>(this, output.flat());
  }

  /**
   * Calls the stored function for all items.
   *
   * @return the values in input order; the caller's own
   * @throws IllegalStateException if no function is stored
   */
  public List<R> list(Iterable<? extends T> items) {
    return this.<R>storedValues(output).list(items, stored(items));
  }

  /** Calls a function for all items, as {@link #list(Iterable)} does with the stored one. */
  public <U extends @Nullable Object, V extends @Nullable Object> List<V> list(
      Iterable<? extends U> items, Action<? super U, ? extends V> function) {
    return this.<V>givenValues(output).list(items, function);
  }

  /**
   * Calls the stored function for all items, lazily: a stream of lists of the values of {@code size} items, in
   * input order, unless {@link Parallel#unordered}. There is no barrier between them, unless {@link
   * Parallel#barrier} makes one. The run starts with the terminal operation. Errors are thrown there, after
   * the lists that come before them. Close the stream, best by try-with-resources.
   *
   * @param size at least 1; a list may be shorter if values are dropped, the last one also if no more items
   *     are left
   * @throws IllegalStateException if no function is stored
   */
  public Stream<List<R>> batches(Iterable<? extends T> items, int size) {
    return this.<R>storedValues(output).batches(items, size, stored(items));
  }

  /**
   * As {@link #batches(Iterable, int)}, with the stored size.
   *
   * @throws IllegalStateException if no function, or no {@link #batchSize}, is stored
   */
  public Stream<List<R>> batches(Iterable<? extends T> items) {
    return batches(items, storedSize(items));
  }

  /** Calls a function for all items, as {@link #batches(Iterable)} does with the stored one. */
  public <U extends @Nullable Object, V extends @Nullable Object> Stream<List<V>> batches(
      Iterable<? extends U> items, Action<? super U, ? extends V> function) {
    return batches(items, storedSize(items), function);
  }

  /** Calls a function for all items, as {@link #batches(Iterable, int)} does with the stored one. */
  public <U extends @Nullable Object, V extends @Nullable Object> Stream<List<V>> batches(
      Iterable<? extends U> items, int size, Action<? super U, ? extends V> function) {
    return this.<V>givenValues(output).batches(items, size, function);
  }

  /** The function; if there is none, the items are closed, as nobody else will. */
  Action<? super T, ? extends R> stored(Iterable<? extends T> items) {
    if (function == null) {
      throw Closing.after(
          withoutFunction("store one by Call.of(parallel, function), or pass one"), items);
    }
    return function;
  }

  private static IllegalStateException withoutFunction(String remedy) {
    return new IllegalStateException("this call has no function: " + remedy);
  }

  /** The size of batches; if there is none, the items are closed, as nobody else will. */
  int storedSize(Iterable<?> items) {
    Objects.requireNonNull(items, "items");
    if (batchSize == null) {
      throw Closing.after(
          new IllegalStateException(
              "this call has no batch size: store one by batchSize(n), or pass one"),
          items);
    }
    return batchSize;
  }

  /** The values of the stored function, in another shape. */
  <V extends @Nullable Object> Listing<V> storedValues(Shape shape) {
    return values(shape, fallback);
  }

  /** The values of a function that is given to a call. */
  <V extends @Nullable Object> Listing<V> givenValues(Shape shape) {
    return values(shape, null);
  }

  Listing<Timed<R>> storedTiming() {
    return timing(fallback);
  }

  <V extends @Nullable Object> Listing<Timed<V>> givenTiming() {
    return timing(null);
  }

  private <V extends @Nullable Object> Listing<V> values(
      Shape shape, @Nullable Function<? super Exception, ?> fallback) {
    return new Listing<>(failing(fallback), input, shape, Success::value);
  }

  private <V extends @Nullable Object> Listing<Timed<V>> timing(
      @Nullable Function<? super Exception, ?> fallback) {
    return new Listing<>(failing(fallback), input, output, Call::timed);
  }

  @SuppressWarnings("unchecked")
  private static <V extends @Nullable Object> Timed<V> timed(Success<?, ?> success) {
    return new Timed<>((V) success.value(), success.elapsed());
  }

  private Parallel failing(@Nullable Function<? super Exception, ?> fallback) {
    Parallel typed =
        fallback == null
            ? parallel
            : ConfigAccess.changed(parallel, copy -> copy.fallback = fallback);
    return ConfigAccess.configOf(parallel).failurePolicy instanceof FailurePolicy.CollectAll
        ? typed.failFast()
        : typed;
  }

  @Override
  public String toString() {
    return new Shown("Call")
        .part(parallel)
        .option("input", input.changes() ? input : null, null)
        .option("output", output.changes() ? output : null, null)
        .option("batchSize", batchSize, null)
        .given("function", function != null)
        .given("orElse", fallback != null)
        .toString();
  }
}
