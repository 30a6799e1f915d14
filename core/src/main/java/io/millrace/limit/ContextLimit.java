package io.millrace.limit;

import io.millrace.plan.Action;
import io.millrace.plan.Context;
import io.millrace.plan.Triple;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A limit around functions that answer with a stage, which see the chosen context of their
 * callers, whether or not they have to wait. Made by {@link Limit#context}. Thread-safe.
 */
public final class ContextLimit {
  private final Limit limit;
  private final Context context;

  ContextLimit(Limit limit, Context context) {
    this.limit = limit;
    this.context = Objects.requireNonNull(context, "context");
  }

  /** As {@link Limit#async(Supplier)}. */
  public <R extends @Nullable Object> Supplier<CompletableFuture<R>> async(
      Supplier<? extends CompletionStage<? extends R>> function) {
    Objects.requireNonNull(function, "function");
    return () -> AsyncCall.start(limit, context, null, function::get);
  }

  /** As {@link Limit#async(Function)}. */
  public <T extends @Nullable Object, R extends @Nullable Object>
      Function<T, CompletableFuture<R>> async(
          Function<? super T, ? extends CompletionStage<? extends R>> function) {
    Objects.requireNonNull(function, "function");
    return item -> AsyncCall.start(limit, context, item, () -> function.apply(item));
  }

  /** As {@link Limit#async(BiFunction)}. */
  public <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
      BiFunction<A, B, CompletableFuture<R>> async(
          BiFunction<? super A, ? super B, ? extends CompletionStage<? extends R>> function) {
    Objects.requireNonNull(function, "function");
    return (a, b) ->
        AsyncCall.start(
            limit, context, new SimpleImmutableEntry<>(a, b), () -> function.apply(a, b));
  }

  /** As {@link Limit#async(Action.Three)}. */
  public <
          A extends @Nullable Object,
          B extends @Nullable Object,
          C extends @Nullable Object,
          R extends @Nullable Object>
      Action.Three<A, B, C, CompletableFuture<R>> async(
          Action.Three<? super A, ? super B, ? super C, ? extends CompletionStage<? extends R>>
              function) {
    Objects.requireNonNull(function, "function");
    return (a, b, c) ->
        AsyncCall.start(limit, context, new Triple<>(a, b, c), () -> function.apply(a, b, c));
  }
}
