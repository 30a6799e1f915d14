package io.millrace.limit;

import io.millrace.plan.Action;
import io.millrace.plan.Context;
import io.millrace.plan.Triple;
import io.millrace.time.TimeSource;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A limit that calls have to pass. A wrapped function waits for it before each call. All functions
 * that are wrapped by one limit share it, from whatever thread they are called. Thread-safe.
 *
 * {@snippet file="io/millrace/examples/LimitExampleTest.java" region="wrap"}
 *
 * <p>What the function throws is thrown as it is. If the calling thread is interrupted before or
 * while it waits, the function is not called, and nothing is taken from the limit: the checked
 * shapes throw {@link InterruptedException}, the others {@link
 * java.util.concurrent.CancellationException}, with the thread's interrupt flag set.
 *
 * <p>Lambdas are told apart by their number of arguments, so {@code wrap(x -> fetch(x))} needs no type. A
 * reference to an overloaded method may need one: {@code Action<URI, Page> fetch = client::fetch}.
 *
 * <p>A {@link RateLimiter} passes the argument of the call to its key and cost functions: null if
 * there is none, an entry for two arguments, and a {@link Triple} for three, as in {@link
 * Action#spread}. A call that succeeds settles its cost, where the limit has a function for that, by what it has returned: null
 * for one without a value. What that function throws comes out of the call.
 */
public abstract sealed class Limit permits RateLimiter, WeightedSemaphore, Throttle {

  Limit() {}

  /** The clock that the limit goes by. */
  public abstract TimeSource clock();

  /** What a call with this argument asks for. */
  abstract Pass pass(@Nullable Object item);

  /** A function without arguments, within this limit. */
  public final <R extends @Nullable Object> Callable<R> wrap(Callable<? extends R> function) {
    Objects.requireNonNull(function, "function");
    return () -> pass(null).call(clock(), function);
  }

  /** A function without arguments and value, within this limit. */
  public final Runnable wrap(Runnable function) {
    Objects.requireNonNull(function, "function");
    return () ->
        pass(null)
            .<@Nullable Void>get(
                clock(),
                () -> {
                  function.run();
                  return null;
                });
  }

  /** A function of one argument, within this limit. */
  public final <T extends @Nullable Object, R extends @Nullable Object> Action<T, R> wrap(
      Action<? super T, ? extends R> function) {
    Objects.requireNonNull(function, "function");
    return item -> pass(item).call(clock(), () -> function.apply(item));
  }

  /** A function of two arguments, within this limit. */
  public final <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
      Action.Two<A, B, R> wrap(Action.Two<? super A, ? super B, ? extends R> function) {
    Objects.requireNonNull(function, "function");
    return (a, b) -> pass(entry(a, b)).call(clock(), () -> function.apply(a, b));
  }

  /** A function of three arguments, within this limit. */
  public final <
          A extends @Nullable Object,
          B extends @Nullable Object,
          C extends @Nullable Object,
          R extends @Nullable Object>
      Action.Three<A, B, C, R> wrap(
          Action.Three<? super A, ? super B, ? super C, ? extends R> function) {
    Objects.requireNonNull(function, "function");
    return (a, b, c) -> pass(new Triple<>(a, b, c)).call(clock(), () -> function.apply(a, b, c));
  }

  /** A function of one argument without a value, within this limit. */
  public final <T extends @Nullable Object> Action.Each<T> each(Action.Each<? super T> function) {
    Objects.requireNonNull(function, "function");
    return item ->
        pass(item)
            .<@Nullable Void>call(
                clock(),
                () -> {
                  function.accept(item);
                  return null;
                });
  }

  /** As {@link #wrap(Callable)}, without checked exceptions. */
  public final <R extends @Nullable Object> Supplier<R> supplier(Supplier<? extends R> function) {
    Objects.requireNonNull(function, "function");
    return () -> pass(null).get(clock(), function);
  }

  /** As {@link #wrap(Action)}, without checked exceptions. */
  public final <T extends @Nullable Object, R extends @Nullable Object> Function<T, R> function(
      Function<? super T, ? extends R> function) {
    Objects.requireNonNull(function, "function");
    return item -> pass(item).get(clock(), () -> function.apply(item));
  }

  /** As {@link #wrap(Action.Two)}, without checked exceptions. */
  public final <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
      BiFunction<A, B, R> biFunction(BiFunction<? super A, ? super B, ? extends R> function) {
    Objects.requireNonNull(function, "function");
    return (a, b) -> pass(entry(a, b)).get(clock(), () -> function.apply(a, b));
  }

  /**
   * For functions that answer with a stage, and need chosen context of their callers also if they have to wait:
   * {@code limit.context(Context.of(carrier)).async(client::fetch)}.
   */
  public final ContextLimit context(Context context) {
    return new ContextLimit(this, context);
  }

  /**
   * A function that answers with a stage, within this limit: its call goes on until the stage is
   * complete. The wrapped function never blocks. If it has to wait, it is called later, in a virtual
   * thread of its own, with the caller's context class loader. For more of the caller's context, see {@link
   * #context}.
   *
   * @return the function; its futures fail with what the function throws. Completing or cancelling
   *     a future before the stage is complete cancels the stage, or ends the wait. Limits that learn hear what the
   *     stage itself failed with, without a wrapper; where it was only cancelled, what its future was completed with, such as the
   *     timeout of {@code orTimeout}; and nothing of a failure after its future was cancelled
   */
  public final <R extends @Nullable Object> Supplier<CompletableFuture<R>> async(
      Supplier<? extends CompletionStage<? extends R>> function) {
    return context(Context.none()).async(function);
  }

  /** As {@link #async(Supplier)}, for one argument. */
  public final <T extends @Nullable Object, R extends @Nullable Object>
      Function<T, CompletableFuture<R>> async(
          Function<? super T, ? extends CompletionStage<? extends R>> function) {
    return context(Context.none()).async(function);
  }

  /** As {@link #async(Supplier)}, for two arguments. */
  public final <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
      BiFunction<A, B, CompletableFuture<R>> async(
          BiFunction<? super A, ? super B, ? extends CompletionStage<? extends R>> function) {
    return context(Context.none()).async(function);
  }

  /** As {@link #async(Supplier)}, for three arguments. */
  public final <
          A extends @Nullable Object,
          B extends @Nullable Object,
          C extends @Nullable Object,
          R extends @Nullable Object>
      Action.Three<A, B, C, CompletableFuture<R>> async(
          Action.Three<? super A, ? super B, ? super C, ? extends CompletionStage<? extends R>>
              function) {
    return context(Context.none()).async(function);
  }

  private static <A extends @Nullable Object, B extends @Nullable Object>
      SimpleImmutableEntry<A, B> entry(A first, B second) {
    return new SimpleImmutableEntry<>(first, second);
  }
}
