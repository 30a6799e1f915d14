package io.millrace.engine.feed;

import io.millrace.base.ShortLock;
import io.millrace.engine.terms.Tuned;
import io.millrace.outcome.Details;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.RunStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A queue of tasks, FIFO and unbounded, until it is closed. */
public final class TaskFeed implements Feed {
  /*
   * Adding races with reading, closing and draining. No monitor: a virtual thread that waits for one gives its carrier
   * away, and a reader has the run's lock, which everybody would wait for until it gets another one.
   */
  private final ShortLock lock = new ShortLock();

  /* Guarded by the lock. */
  private TaskQueue queue = new TaskQueue();
  private boolean closed;

  /** A read took the last task, and nobody was told of one since. */
  private volatile boolean isDrained = true;

  private Runnable ready = () -> {};

  /* Written once, by whoever makes the feed's executor; the run may have ended by then. */
  private volatile Runnable whenShut = () -> {};

  private volatile boolean exhausted;

  /** A queue that is empty and open. */
  public TaskFeed() {}

  @Override
  public void onReady(Runnable ready) {
    this.ready = ready;
  }

  /** Runs this when no further task is taken, by {@link #shut} or because the run has ended: at once if that is so already. */
  public void whenShut(Runnable action) {
    whenShut = action;
    if (isShut()) {
      action.run();
    }
  }

  /** Adds a task at the end; false if the queue is closed. Never blocks. */
  public boolean add(Tuned task) {
    boolean wanted;
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      queue.add(task);
      wanted = isDrained;
      if (wanted) {
        isDrained = false;
      }
    } finally {
      lock.unlock();
    }
    if (wanted) {
      ready.run(); // else whoever reads has not found the end yet
    }
    return true;
  }

  /** Takes no further task. */
  public void shut() {
    lock.lock();
    try {
      closed = true;
      exhausted = queue.isEmpty();
    } finally {
      lock.unlock();
    }
    try {
      ready.run();
    } finally {
      whenShut.run();
    }
  }

  /** Whether {@link #shut} was called, or the run has ended. */
  public boolean isShut() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** Takes all tasks out that nobody has begun. */
  public List<Tuned> drain() {
    TaskQueue all;
    lock.lock();
    try {
      all = queue; // which is nobody else's from now on
      queue = new TaskQueue();
      exhausted = closed;
    } finally {
      lock.unlock();
    }
    ready.run();
    return all.drain();
  }

  /**
   * Takes a task out; false if it is not there: it was read, or taken out before. Nobody is told: if it was
   * the last one, a read that was announced finds nothing.
   */
  public boolean remove(Tuned task) {
    lock.lock();
    try {
      return queue.remove(task);
    } finally {
      lock.unlock();
    }
  }

  /** Takes the first task out that may be replaced; null if there is none. Nobody is told, as of {@link #remove}. */
  public @Nullable Tuned pollReplaceable() {
    lock.lock();
    try {
      return queue.pollReplaceable();
    } finally {
      lock.unlock();
    }
  }

  /* Under the run's lock. */
  @Override
  public void read(Loader loader, int most) {
    lock.lockInside();
    try {
      for (int count = 0; count < most; count++) {
        Tuned next = queue.poll();
        if (next == null) {
          break;
        }
        if (!loader.append(next)) {
          return;
        }
      }
      if (queue.isEmpty()) {
        isDrained = true;
        exhausted = closed;
      }
    } finally {
      lock.unlock();
    }
  }

  /* Only a run that broke down leaves tasks in it. */
  @Override
  public void close() {
    for (Tuned task : drain()) {
      task.deliver(new NotRun<>(task, RunStatus.ABORTED, new Details(0, null, 0, 0, false)));
    }
  }

  @Override
  public boolean prompt() {
    return true;
  }

  @Override
  public boolean startsDry() {
    return true;
  }

  @Override
  public boolean isDrained() {
    return isDrained;
  }

  @Override
  public boolean isListable() {
    return true;
  }

  @Override
  public boolean exhausted() {
    return exhausted;
  }

  @Override
  public void runEnded() {
    shut();
  }
}
