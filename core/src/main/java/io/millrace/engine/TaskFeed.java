package io.millrace.engine;

import io.millrace.outcome.Details;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.RunStatus;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** A queue of tasks, FIFO and unbounded, until it is closed. */
public final class TaskFeed implements Feed {
  /* Guarded by the queue: adding races with reading, closing and draining. */
  private final Queue<Tuned> queue = new ArrayDeque<>();
  private boolean closed;

  /** A read took the last task, and nobody was told of one since. */
  private volatile boolean hungry = true;

  private Runnable ready = () -> {};
  private volatile boolean exhausted;

  /** A queue that is empty and open. */
  public TaskFeed() {}

  @Override
  public void onReady(Runnable ready) {
    this.ready = ready;
  }

  /** Adds a task at the end; false if the queue is closed. Never blocks. */
  public boolean add(Tuned task) {
    boolean wanted;
    synchronized (queue) {
      if (closed) {
        return false;
      }
      queue.add(task);
      wanted = hungry;
      hungry = false;
    }
    if (wanted) {
      ready.run(); // else whoever reads has not found the end yet
    }
    return true;
  }

  /** Takes no further task. */
  public void shut() {
    synchronized (queue) {
      closed = true;
      exhausted = queue.isEmpty();
    }
    ready.run();
  }

  /** Whether {@link #shut} was called, or the run has ended. */
  public boolean isShut() {
    synchronized (queue) {
      return closed;
    }
  }

  /** Takes all tasks out that nobody has begun. */
  public List<Tuned> drain() {
    List<Tuned> all;
    synchronized (queue) {
      all = new ArrayList<>(queue);
      queue.clear();
      exhausted = closed;
    }
    ready.run();
    return all;
  }

  /** Takes a task out; false if it is not there: it has begun. */
  public boolean remove(Tuned task) {
    synchronized (queue) {
      return queue.remove(task);
    }
  }

  @Override
  public void read(Loader loader, int most) {
    synchronized (queue) {
      for (int count = 0; count < most && !queue.isEmpty(); count++) {
        if (!loader.append(queue.remove())) {
          return;
        }
      }
      hungry = queue.isEmpty();
      exhausted = closed && hungry;
    }
  }

  /* Only a run that broke down leaves tasks behind. */
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
    return hungry;
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
