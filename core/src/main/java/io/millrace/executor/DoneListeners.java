package io.millrace.executor;

import io.millrace.base.WhenCollected;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Hears that futures are done, until it is closed, or the owner is collected: nothing of it stays at those
 * that are not done.
 *
 * <p>A future has no way to take a dependent off, but {@code anyOf} leaves those of its futures that are
 * not done when another one is. So each listener hears of its future or of a leave of its own. One leave for all
 * of them would have each future that is done look through the others.
 *
 * <p>Filled by one thread before anybody else sees it; then any thread may close it.
 */
final class DoneListeners extends WhenCollected<Object> implements AutoCloseable {
  private final List<CompletableFuture<@Nullable Void>> leaves = new ArrayList<>();

  DoneListeners(Object owner) {
    super(owner);
  }

  /**
   * Runs the task once when the future is done, at once if it is.
   *
   * @param task must not throw, as nobody would hear of it, nor reach the owner
   */
  @SuppressWarnings("FutureReturnValueIgnored")
  void add(CompletableFuture<?> future, Runnable task) {
    if (future.isDone()) {
      task.run();
      return;
    }
    CompletableFuture<@Nullable Void> leave = new CompletableFuture<>();
    leaves.add(leave);
    CompletableFuture.anyOf(future, leave).whenComplete((value, error) -> this.told(future, task));
  }

  /* Not static: so the futures keep this, as what undoes something has to be kept. */
  private void told(CompletableFuture<?> future, Runnable task) {
    if (future.isDone()) {
      task.run();
    }
  }

  /** The last ones first: they are on top of a future that is listened to more than once. */
  @Override
  public void close() {
    for (CompletableFuture<@Nullable Void> leave : leaves.reversed()) {
      leave.complete(null);
    }
  }

  @Override
  protected void undo() {
    close();
  }
}
