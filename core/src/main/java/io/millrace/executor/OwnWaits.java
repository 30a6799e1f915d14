package io.millrace.executor;

import io.millrace.engine.Surplus;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The workers of an executor that wait, without a timeout, for what only a worker of the same executor can bring
 * about. If all of them do, nobody is left who could, and the last one is told. Thread-safe.
 *
 * <p>That is so when as many waits as there are slots are <em>hopeless</em>, since no worker may then begin anything. A
 * wait for what is in the hands of a worker who goes on is not: it may be one beyond the slots, since they were lowered,
 * or one whose own wait is not hopeless.
 */
final class OwnWaits {
  private final Supplier<Surplus> workers;
  private final BooleanSupplier isWorker;

  /* Guarded by this. */
  private final Set<Wait> waits = new HashSet<>();

  /**
   * No waits yet.
   *
   * @param workers how many there may be now, and who is at work beyond that
   * @param isWorker whether the calling thread is a worker of the executor
   */
  OwnWaits(Supplier<Surplus> workers, BooleanSupplier isWorker) {
    this.workers = workers;
    this.isWorker = isWorker;
  }

  /** What a thread waits for. Its methods call nobody's code. */
  interface Awaited {
    /** Whether the thread may go on, though it may not know yet. */
    boolean isOver();

    /** Whether that is so when these tasks, which run, have ended. */
    boolean comesOf(Set<Object> running);
  }

  final class Wait implements AutoCloseable {
    private final Thread thread = Thread.currentThread();
    private final Awaited awaited;

    /* Guarded by the set's lock: whether its thread looks whether it is the last one. */
    private boolean isJudging;

    Wait(Awaited awaited) {
      this.awaited = awaited;
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
   * @return to be closed after the wait; null if the thread is no worker
   * @throws InterruptedException if a worker is interrupted already
   * @throws DeadlockException if the wait would never end
   */
  @Nullable Wait begin(Awaited awaited) throws InterruptedException {
    if (!isWorkerHere()) {
      return null;
    }
    Wait wait = new Wait(awaited);
    int all = Thread.currentThread().isInterrupted() ? 0 : allIfLast(wait);
    if (Thread.interrupted()) {
      wait.close();
      throw new InterruptedException();
    }
    return all > 0 ? refuse(all) : wait;
  }

  /** As {@link #begin}, but for a wait that no interrupt ends. */
  @Nullable Wait beginUninterruptibly(Awaited awaited) {
    if (!isWorkerHere()) {
      return null;
    }
    Wait wait = new Wait(awaited);
    int all = allIfLast(wait);
    return all > 0 ? refuse(all) : wait;
  }

  private boolean isWorkerHere() {
    return isWorker.getAsBoolean();
  }

  private static Wait refuse(int all) {
    throw new DeadlockException(
        "all "
            + all
            + " workers of this executor wait for tasks of the same executor, and none is left to run"
            + " those: give it more workers, submit what is waited for to another executor, or"
            + " compose the futures instead of waiting");
  }

  /*
   * Adds a wait; if nobody is left who does not wait it is not added, and this is how many wait, else 0. Threads that are
   * on their way either wait in a moment, or leave.
   */
  @SuppressWarnings("ThreadPriorityCheck") // waits for particular threads, for a moment
  private int allIfLast(Wait wait) {
    add(wait);
    Surplus now = workers.get(); // asks the run, so not under the lock
    Set<Wait> others = othersIfStuck(wait, now);
    while (others != null) {
      int all = others.stream().noneMatch(Wait::isOnItsWay) ? leaveIfStill(others, wait, now) : 0;
      if (all > 0) {
        return all;
      }
      Thread.yield();
      now = workers.get();
      others = othersIfStuck(wait, now);
    }
    return 0;
  }

  private synchronized void add(Wait wait) {
    waits.add(wait);
  }

  /* The others without hope, but for those that look as well; null if there is somebody who may go on. */
  private synchronized @Nullable Set<Wait> othersIfStuck(Wait wait, Surplus now) {
    if (waits.size() < now.slots()) {
      wait.isJudging = false;
      return null; // so each wait costs the same, however many there are
    }
    Set<Wait> hopeless = hopeless(now.atWork());
    wait.isJudging = hopeless.size() >= now.slots() && hopeless.contains(wait);
    if (!wait.isJudging) {
      return null;
    }
    hopeless.removeIf(each -> each.isJudging);
    return hopeless;
  }

  private Set<Wait> hopeless(List<Surplus.Hand> atWork) {
    Set<Wait> hopeless = new HashSet<>(waits);
    hopeless.removeIf(each -> each.awaited.isOver());
    while (!atWork.isEmpty()) {
      Set<Object> running = running(atWork, hopeless);
      if (!hopeless.removeIf(each -> each.awaited.comesOf(running))) {
        break;
      }
    }
    return hopeless;
  }

  /* What those have in hand that go on. */
  private static Set<Object> running(List<Surplus.Hand> atWork, Set<Wait> hopeless) {
    Set<Thread> staying = Collections.newSetFromMap(new IdentityHashMap<>());
    hopeless.forEach(each -> staying.add(each.thread));
    Set<Object> running = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Surplus.Hand each : atWork) {
      if (each.item() != null && !staying.contains(each.thread())) {
        running.add(each.item());
      }
    }
    return running;
  }

  /* In one step, so that of several that look only one leaves; how many waited then, 0 if it does not leave. */
  private synchronized int leaveIfStill(Set<Wait> others, Wait wait, Surplus now) {
    int all = waits.size();
    return others.equals(othersIfStuck(wait, now)) && waits.remove(wait) ? all : 0;
  }

  private synchronized void remove(Wait wait) {
    waits.remove(wait);
  }
}
