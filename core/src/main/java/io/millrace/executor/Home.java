package io.millrace.executor;

import io.millrace.context.Captured;
import io.millrace.context.Capturing;
import io.millrace.engine.Engine;
import io.millrace.engine.feed.TaskFeed;
import io.millrace.engine.terms.Tuning;
import io.millrace.plan.Context;
import java.lang.ref.WeakReference;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Where the tasks of an executor are: each is in the queue, or the engine's. Thread-safe. */
final class Home {
  /** Bound in the workers of an executor, and in the threads that inherit their bindings. */
  static final ScopedValue<Home> OF_WORKER = ScopedValue.newInstance();

  private final TaskFeed feed;
  private final Capturing capturing;
  private final Tuning forCommands;
  private final OwnWaits ownWaits;
  private final StoredTasks stored;

  /** For futures, which users may keep for longer than the executor. */
  private final WeakReference<Home> reference = new WeakReference<>(this);

  /* Written before the first task is submitted; null in tests of tasks alone. */
  private @Nullable Engine engine;

  /**
   * A home whose engine is not there yet.
   *
   * @param context what of their submitters' context tasks have
   * @param forCommands how to run what has no future
   */
  Home(TaskFeed feed, Context context, Tuning forCommands, StoredTasks stored) {
    this.feed = feed;
    this.capturing = new Capturing(context);
    this.forCommands = forCommands;
    this.stored = stored;
    this.ownWaits = new OwnWaits(() -> engine().surplus(), this::isWorker);
  }

  void open(Engine itsEngine) {
    engine = itsEngine;
  }

  TaskFeed feed() {
    return feed;
  }

  Engine engine() {
    Engine opened = engine;
    if (opened == null) {
      throw new AssertionError("no task comes before the engine");
    }
    return opened;
  }

  OwnWaits ownWaits() {
    return ownWaits;
  }

  StoredTasks stored() {
    return stored;
  }

  WeakReference<Home> reference() {
    return reference;
  }

  /** The calling thread's context, as far as tasks have it. */
  Captured capture() {
    return capturing.now();
  }

  Command command(Runnable runnable, Captured captured) {
    return new Command(this, runnable, captured, forCommands, null);
  }

  /** What belongs to a task that was let in, and so has no place of its own. */
  Command stage(Runnable runnable, Captured captured, @Nullable StageFuture future) {
    return new Command(this, runnable, captured, forCommands, future);
  }

  /** Adds a task; false if the executor takes none any more. */
  boolean add(Submitted task) {
    boolean added = feed.add(task);
    boolean isUnread = added && engine().hasJoined() && feed.remove(task);
    return added && !isUnread;
  }

  /** Nobody wants the task any more. */
  void withdraw(Submitted task) {
    if (feed.remove(task)) {
      task.leave(); // no worker calls it any more, so others may have its place
    } else {
      endWait(task);
    }
  }

  /** The same of one that a worker had: it need not wait any more for its time, or a permit. */
  void endWait(Submitted task) {
    if (engine != null && engine.withdraw(task)) {
      task.leave();
    }
  }

  /** Why the executor has ended; null if it was told to, or has not ended. */
  @Nullable Throwable error() {
    return engine == null ? null : engine.error();
  }

  /** Whether the calling thread is a worker of this executor. */
  boolean isWorker() {
    return OF_WORKER.isBound()
        && equals(OF_WORKER.get())
        && engine().isWorker(Thread.currentThread());
  }

  /** The executor whose worker the calling thread is; else null. */
  static @Nullable Home ofThisWorker() {
    Home home = OF_WORKER.isBound() ? OF_WORKER.get() : null;
    return home != null && home.isWorker() ? home : null;
  }

  /** Whether the future is done, or that of a task of this executor. */
  boolean has(CompletableFuture<?> future) {
    return future.isDone() || (future instanceof ExecutorFuture<?> own && own.isOf(this));
  }

  /** The executor whose worker the calling thread is, if all futures that are not done are of that; else null. */
  static @Nullable Home ofAll(Collection<? extends CompletableFuture<?>> futures) {
    Home home = ofThisWorker();
    return home != null && futures.stream().allMatch(home::has) ? home : null;
  }
}
