package io.millrace.executor;

import java.lang.ref.WeakReference;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A future whose asynchronous stages run in the executor of a task, if they name no other one. What is given to an
 * executor does not know the future of its stage, so each method that makes such a stage tells.
 */
abstract class StagedFuture<R extends @Nullable Object> extends CompletableFuture<R> {
  private final WeakReference<Home> home;

  StagedFuture(WeakReference<Home> home) {
    this.home = home;
  }

  final WeakReference<Home> home() {
    return home;
  }

  /** What runs asynchronous stages of other futures. */
  final Executor platformExecutor() {
    return super.defaultExecutor();
  }

  @Override
  public Executor defaultExecutor() {
    return executor(null);
  }

  private Executor executor(@Nullable StageFuture stage) {
    Home known = home.get();
    return known == null
        ? platformExecutor()
        : new HomeExecutor(home, known.capture(), stage, platformExecutor());
  }

  private <U extends @Nullable Object> CompletableFuture<U> stage(
      Function<Executor, CompletableFuture<U>> making) {
    StageFuture stage = new StageFuture();
    CompletableFuture<U> made = making.apply(executor(stage));
    stage.is(made);
    return made;
  }

  @Override
  public CompletableFuture<R> completeAsync(Supplier<? extends R> supplier) {
    return stage(executor -> completeAsync(supplier, executor));
  }

  @Override
  public <U extends @Nullable Object> CompletableFuture<U> thenApplyAsync(
      Function<? super R, ? extends U> function) {
    return stage(executor -> thenApplyAsync(function, executor));
  }

  @Override
  public CompletableFuture<Void> thenAcceptAsync(Consumer<? super R> action) {
    return stage(executor -> thenAcceptAsync(action, executor));
  }

  @Override
  public CompletableFuture<Void> thenRunAsync(Runnable action) {
    return stage(executor -> thenRunAsync(action, executor));
  }

  @Override
  public <U extends @Nullable Object, V extends @Nullable Object>
      CompletableFuture<V> thenCombineAsync(
          CompletionStage<? extends U> other,
          BiFunction<? super R, ? super U, ? extends V> function) {
    return stage(executor -> thenCombineAsync(other, function, executor));
  }

  @Override
  public <U extends @Nullable Object> CompletableFuture<Void> thenAcceptBothAsync(
      CompletionStage<? extends U> other, BiConsumer<? super R, ? super U> action) {
    return stage(executor -> thenAcceptBothAsync(other, action, executor));
  }

  @Override
  public CompletableFuture<Void> runAfterBothAsync(CompletionStage<?> other, Runnable action) {
    return stage(executor -> runAfterBothAsync(other, action, executor));
  }

  @Override
  public <U extends @Nullable Object> CompletableFuture<U> applyToEitherAsync(
      CompletionStage<? extends R> other, Function<? super R, U> function) {
    return stage(executor -> applyToEitherAsync(other, function, executor));
  }

  @Override
  public CompletableFuture<Void> acceptEitherAsync(
      CompletionStage<? extends R> other, Consumer<? super R> action) {
    return stage(executor -> acceptEitherAsync(other, action, executor));
  }

  @Override
  public CompletableFuture<Void> runAfterEitherAsync(CompletionStage<?> other, Runnable action) {
    return stage(executor -> runAfterEitherAsync(other, action, executor));
  }

  @Override
  public <U extends @Nullable Object> CompletableFuture<U> thenComposeAsync(
      Function<? super R, ? extends CompletionStage<U>> function) {
    return stage(executor -> thenComposeAsync(function, executor));
  }

  @Override
  public CompletableFuture<R> whenCompleteAsync(BiConsumer<? super R, ? super Throwable> action) {
    return stage(executor -> whenCompleteAsync(action, executor));
  }

  @Override
  public <U extends @Nullable Object> CompletableFuture<U> handleAsync(
      BiFunction<? super R, Throwable, ? extends U> function) {
    return stage(executor -> handleAsync(function, executor));
  }

  @Override
  public CompletableFuture<R> exceptionallyAsync(Function<Throwable, ? extends R> function) {
    return stage(executor -> exceptionallyAsync(function, executor));
  }

  @Override
  public CompletableFuture<R> exceptionallyComposeAsync(
      Function<Throwable, ? extends CompletionStage<R>> function) {
    return stage(executor -> exceptionallyComposeAsync(function, executor));
  }
}
