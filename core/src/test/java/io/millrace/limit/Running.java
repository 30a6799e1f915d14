package io.millrace.limit;

import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/** A task in a thread of its own. */
record Running<T>(Thread thread, FutureTask<T> result) {

  static <T> Running<T> start(Callable<T> task) {
    FutureTask<T> result = new FutureTask<>(task);
    return new Running<>(Thread.startVirtualThread(result), result);
  }

  /** Starts a task that queues up at the semaphore, and returns when it has. */
  static <T> Running<T> queueUp(WeightedSemaphore semaphore, Callable<T> task) {
    int before = semaphore.waiters();
    Running<T> running = start(task);
    while (semaphore.waiters() == before) {
      Thread.onSpinWait();
    }
    return running;
  }

  T join() throws Exception {
    thread.join();
    return result.get();
  }
}
