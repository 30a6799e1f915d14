package io.millrace.executor;

import java.util.HashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
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
    private final Thread thread = Thread.currentThread();
    private final BooleanSupplier isOver;

    /* Guarded by the set's lock: whether its thread looks whether it is the last one. */
    private boolean isJudging;

    Wait(BooleanSupplier isOver) {
      this.isOver = isOver;
    }

    /** Whether the thread has just begun to wait, or was interrupted and has yet to say that it is through. */
    private boolean isOnItsWay() {
      return thread.isInterrupted()
          || switch (thread.getState()) {
            case WAITING, TIMED_WAITING -> false;
            case NEW, RUNNABLE, BLOCKED, TERMINATED -> true; // blocked: about to remove its wait
          };
    }

    @Override
    public void close() {
      remove(this);
    }
  }

  /**
   * The calling thread begins to wait until it is interrupted.
   *
   * @param isOver whether the thread may go on, though it may not know yet; calls nobody's code
   * @return to be closed after the wait; null if the thread is no worker
   * @throws InterruptedException if a worker is interrupted already
   * @throws DeadlockException if the wait would never end
   */
  @Nullable Wait begin(BooleanSupplier isOver) throws InterruptedException {
    if (!isWorkerHere()) {
      return null;
    }
    Wait wait = new Wait(isOver);
    boolean isLast = !Thread.currentThread().isInterrupted() && isTheLast(wait);
    if (Thread.interrupted()) {
      wait.close();
      throw new InterruptedException();
    }
    return isLast ? refuse() : wait;
  }

  /** As {@link #begin}, but for a wait that no interrupt ends. */
  @Nullable Wait beginUninterruptibly(BooleanSupplier isOver) {
    if (!isWorkerHere()) {
      return null;
    }
    Wait wait = new Wait(isOver);
    return isTheLast(wait) ? refuse() : wait;
  }

  private boolean isWorkerHere() {
    return isWorker.getAsBoolean();
  }

  private Wait refuse() {
    throw new DeadlockException(
        "all "
            + workers.getAsInt()
            + " workers of this executor wait for tasks of the same executor, and none is left to run"
            + " those: give it more workers, submit what is waited for to another executor, or"
            + " compose the futures instead of waiting");
  }

  /*
   * Adds a wait; true, and it is not added, if nobody is left who does not wait. Threads that are on their way either
   * wait in a moment, or leave.
   */
  @SuppressWarnings("ThreadPriorityCheck") // waits for particular threads, for a moment
  private boolean isTheLast(Wait wait) {
    int most = workers.getAsInt(); // asks the run, so not under the lock
    Set<Wait> others = add(wait, most);
    while (others != null) {
      if (others.stream().noneMatch(Wait::isOnItsWay) && leaveIfStill(others, wait, most)) {
        return true;
      }
      Thread.yield();
      most = workers.getAsInt();
      others = othersIfStuck(wait, most);
    }
    return false;
  }

  private synchronized @Nullable Set<Wait> add(Wait wait, int most) {
    waits.add(wait);
    return othersIfStuck(wait, most);
  }

  /* The others, without those that look as well; null if there is somebody who may go on. */
  private synchronized @Nullable Set<Wait> othersIfStuck(Wait wait, int most) {
    wait.isJudging =
        waits.size() >= most && waits.stream().noneMatch(each -> each.isOver.getAsBoolean());
    return wait.isJudging
        ? waits.stream().filter(each -> !each.isJudging).collect(Collectors.toSet())
        : null;
  }

  /* In one step, so that of several that look only one leaves. */
  private synchronized boolean leaveIfStill(Set<Wait> others, Wait wait, int most) {
    return others.equals(othersIfStuck(wait, most)) && waits.remove(wait);
  }

  private synchronized void remove(Wait wait) {
    waits.remove(wait);
  }
}
