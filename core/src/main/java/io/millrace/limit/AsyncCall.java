package io.millrace.limit;

import io.millrace.base.Suppressing;
import io.millrace.context.Captured;
import io.millrace.limit.spi.Waiter;
import io.millrace.limit.spi.Waiting;
import io.millrace.plan.Context;
import io.millrace.time.TimeSource;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** A call that answers with a stage, and is over when that is complete. */
final class AsyncCall<R extends @Nullable Object> implements Waiter {
  private final Pass pass;
  private final TimeSource clock;
  private final Callable<? extends @Nullable CompletionStage<? extends R>> body;
  private final CompletableFuture<R> result = new CompletableFuture<>();

  private AsyncCall(
      Pass pass,
      TimeSource clock,
      Callable<? extends @Nullable CompletionStage<? extends R>> body) {
    this.pass = pass;
    this.clock = clock;
    this.body = body;
  }

  /**
   * Makes the call in the calling thread if it need not wait, else later in one of its own; with the chosen
   * context of the calling thread either way.
   */
  static <R extends @Nullable Object> CompletableFuture<R> start(
      Limit limit,
      Context context,
      @Nullable Object item,
      Callable<? extends @Nullable CompletionStage<? extends R>> body) {
    Captured captured;
    Pass pass;
    boolean entered;
    try {
      captured = Captured.of(context);
      pass = limit.pass(item);
      entered = pass.tryEnter();
    } catch (Throwable broken) { // a carrier, a key or cost function
      return CompletableFuture.failedFuture(broken);
    }
    AsyncCall<R> call =
        new AsyncCall<>(
            pass, limit.clock(), () -> captured.<@Nullable CompletionStage<? extends R>>call(body));
    if (entered) {
      call.run();
    } else {
      call.enqueue();
    }
    return call.result;
  }

  private void enqueue() {
    Waiting place;
    try {
      place = pass.enqueue(this);
    } catch (Throwable broken) { // a clock, or a key
      result.completeExceptionally(broken);
      return;
    }
    var _ = result.whenComplete((_, _) -> place.cancel());
  }

  @Override
  public Answer claim() {
    return result.isDone() ? Answer.LEAVE : Answer.TAKE;
  }

  @Override
  public void declined() {}

  /* In a thread of its own, so that it neither holds up the thread that lets it through nor
   * recurses there. */
  @Override
  public void granted() {
    boolean isAnnounced = false;
    try {
      Runnable task = clock.announced(this::run);
      isAnnounced = true;
      Thread.ofVirtual().name("millrace-limit").inheritInheritableThreadLocals(false).start(task);
    } catch (Throwable noThread) {
      try {
        pass.giveBack();
      } finally {
        result.completeExceptionally(noThread);
        if (isAnnounced) {
          clock.exit();
        }
      }
    }
  }

  private void run() {
    if (result.isDone()) { // the caller has cancelled it
      pass.giveBack();
      return;
    }
    try {
      pass.beginOrGiveBack();
    } catch (Throwable broken) {
      result.completeExceptionally(broken);
      return;
    }
    try {
      CompletionStage<? extends R> stage =
          Objects.requireNonNull(body.call(), "the function answered with null, not with a stage");
      stage.whenComplete(this::end);
      var _ = result.whenComplete((_, _) -> cancel(stage));
    } catch (Throwable failed) {
      fail(failed);
    }
  }

  private void end(R value, @Nullable Throwable failed) {
    if (failed != null) {
      fail(failed);
      return;
    }
    try {
      pass.answered(value, null);
    } catch (Throwable broken) { // what tells the true cost
      result.completeExceptionally(broken);
    }
    try {
      pass.end();
    } finally {
      result.complete(value);
    }
  }

  private void fail(Throwable failed) {
    try {
      if (!result.isCancelled()) { // else nobody knows what would have come of it
        pass.answered(null, heard(failed));
      }
    } catch (Throwable broken) { // what the failure says of its cause
      Suppressing.add(failed, broken);
    }
    try {
      pass.end();
    } finally {
      result.completeExceptionally(failed);
    }
  }

  /* A caller that completes its future has the stage cancelled: what it completes that with says why, as the timeout of orTimeout.
   * It may cancel it just now, which says nothing. */
  private Throwable heard(Throwable failed) {
    Throwable own = unwrapped(failed);
    return own instanceof CancellationException && result.state() == Future.State.FAILED
        ? result.exceptionNow()
        : own;
  }

  /* One wrapper only, as futures put it around: what is in it is the stage's own failure. */
  private static Throwable unwrapped(Throwable failed) {
    return failed instanceof CompletionException && failed.getCause() != null
        ? failed.getCause()
        : failed;
  }

  /* Cancels the stage of a result that the caller has completed or cancelled. */
  private static void cancel(CompletionStage<?> stage) {
    try {
      stage.toCompletableFuture().cancel(true);
    } catch (UnsupportedOperationException goesOn) {
      // such a stage cannot be cancelled
    }
  }
}
