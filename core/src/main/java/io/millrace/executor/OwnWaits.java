package io.millrace.executor;

import java.util.HashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The workers of an executor that wait, without a timeout, for what only a worker of the same executor can bring
 * about. If all of them do, nobody is left who could, and the last one is told. Thread-safe.
 */
final class OwnWaits {
  private final IntSupplier workers;
  private final BooleanSupplier isWorker;

  /* Guarded by this. */
  private final Set<Wait> waits = new HashSet<>();

  /**
   * No waits yet.
   *
   * @param workers how many there are now, at most
   * @param isWorker whether the calling thread is a worker of the executor
   */
  OwnWaits(IntSupplier workers, BooleanSupplier isWorker) {
    this.workers = workers;
    this.isWorker = isWorker;
  }

  final class Wait implements AutoCloseable {
    private final BooleanSupplier isOver;

    Wait(BooleanSupplier isOver) {
      this.isOver = isOver;
    }

    @Override
    public void close() {
      synchronized (OwnWaits.this) {
        waits.remove(this);
      }
    }
  }

  /**
   * The calling thread begins to wait.
   *
   * @param isOver whether the thread may go on, though it may not know yet; calls nobody's code
   * @return to be closed after the wait; null if the thread is no worker
   * @throws DeadlockException if the wait would never end
   */
  @Nullable Wait begin(BooleanSupplier isOver) {
    if (!isWorker.getAsBoolean()) {
      return null;
    }
    int most = workers.getAsInt();
    Wait wait = new Wait(isOver);
    if (addsTheLast(wait, most)) {
      wait.close();
      throw new DeadlockException(
          "all "
              + most
              + " workers of this executor wait for tasks of the same executor, and none is left to run"
              + " those: give it more workers, submit what is waited for to another executor, or"
              + " compose the futures instead of waiting");
    }
    return wait;
  }

  private synchronized boolean addsTheLast(Wait wait, int most) {
    waits.add(wait);
    return waits.size() >= most && waits.stream().noneMatch(each -> each.isOver.getAsBoolean());
  }
}
