package io.millrace.executor;

import io.millrace.base.Quietly;
import io.millrace.base.ShortLock;
import io.millrace.time.TimeSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The places in an executor whose queue is limited: one for each task that runs or waits. Those who wait for a
 * place get one in the order in which they came. Thread-safe.
 */
final class Room {
  enum Answer {
    TAKEN,
    LATE,
    CLOSED
  }

  private final TimeSource clock;
  private final OwnWaits ownWaits;

  private final ShortLock lock = new ShortLock();

  /* Guarded by the lock: those who take race with those who give back and with the shutdown. */
  private final LinkedHashSet<Waiter> waiters = new LinkedHashSet<>();
  private long free; // below 0 if there are fewer places than are taken
  private boolean closed;

  private final class Waiter implements OwnWaits.Awaited {
    final TimeSource.Wait wait;

    /* Written under the room's monitor; also read without it by whoever looks for a deadlock. */
    volatile boolean over;

    /* Guarded by the room. */
    boolean granted;

    Waiter(TimeSource.Wait wait) {
      this.wait = wait;
    }

    @Override
    public boolean isOver() {
      return over;
    }

    @Override
    public boolean comesOf(Set<Object> running) {
      return isAnyFreeAfter(running.size());
    }
  }

  Room(long places, TimeSource clock, OwnWaits ownWaits) {
    this.free = places;
    this.clock = clock;
    this.ownWaits = ownWaits;
  }

  /** Whether there is a place that nobody waits for; it may be gone at once. */
  boolean hasFree() {
    lock.lock();
    try {
      return free > 0 && waiters.isEmpty() && !closed;
    } finally {
      lock.unlock();
    }
  }

  /* Whether somebody gets a place when so many tasks have given theirs back. */
  private boolean isAnyFreeAfter(int tasks) {
    lock.lockInside(); // the waits of the executor are locked
    try {
      return free + tasks > 0;
    } finally {
      lock.unlock();
    }
  }

  boolean tryTake() {
    lock.lock();
    try {
      if (closed || free <= 0 || !waiters.isEmpty()) {
        return false;
      }
      free--;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for a place. It is too late for one also when there is something better to do.
   *
   * @param whenBetter gets what to run then, by any thread, however often and late
   */
  Answer take(TimeLimit limit, Consumer<Runnable> whenBetter) throws InterruptedException {
    if (tryTake()) {
      return Answer.TAKEN;
    }
    if (limit.isOver()) {
      return Answer.LATE;
    }
    Waiter waiter = new Waiter(clock.newWait());
    if (!enqueue(waiter)) {
      return answer(waiter);
    }
    OwnWaits.Wait ownWait = null;
    TimeSource.Timer timer = null;
    try {
      whenBetter.accept(waiter.wait::end);
      if (limit.isNone()) {
        ownWait = ownWaits.begin(waiter);
      } else {
        timer = clock.schedule(clock.nanoTime() + limit.left(), waiter.wait::end);
      }
      waiter.wait.await();
    } catch (Throwable thrown) {
      if (!withdraw(waiter)) {
        giveBack(); // it came too late
      }
      throw thrown;
    } finally {
      if (timer != null) {
        Quietly.cancel(timer::cancel);
      }
      if (ownWait != null) {
        ownWait.close();
      }
    }
    return answer(waiter);
  }

  /* False if there is an answer without waiting. */
  private boolean enqueue(Waiter waiter) {
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      if (free > 0 && waiters.isEmpty()) {
        free--;
        waiter.granted = true;
        return false;
      }
      return waiters.add(waiter);
    } finally {
      lock.unlock();
    }
  }

  private Answer answer(Waiter waiter) {
    lock.lock();
    try {
      if (waiter.granted) {
        return Answer.TAKEN;
      }
      waiters.remove(waiter);
      return closed ? Answer.CLOSED : Answer.LATE;
    } finally {
      lock.unlock();
    }
  }

  /* False if the waiter has got a place. */
  private boolean withdraw(Waiter waiter) {
    lock.lock();
    try {
      waiters.remove(waiter);
      return !waiter.granted;
    } finally {
      lock.unlock();
    }
  }

  void giveBack() {
    change(1);
  }

  /** There are more or fewer places from now on: those that are taken stay so. */
  void change(int difference) {
    for (Waiter next = grant(difference); next != null; next = grant(0)) {
      Quietly.end(next.wait::end);
    }
  }

  /* The first of those who wait, if there is a place for it now. */
  private @Nullable Waiter grant(int more) {
    lock.lock();
    try {
      free += more;
      if (free <= 0 || waiters.isEmpty()) {
        return null;
      }
      free--;
      Waiter next = waiters.removeFirst();
      next.granted = true;
      next.over = true;
      return next;
    } finally {
      lock.unlock();
    }
  }

  /** Lets all go who wait for a place: there are none any more. */
  void close() {
    for (Waiter waiter : closeAndTake()) {
      Quietly.end(waiter.wait::end);
    }
  }

  private List<Waiter> closeAndTake() {
    lock.lock();
    try {
      closed = true;
      List<Waiter> all = List.copyOf(waiters);
      all.forEach(waiter -> waiter.over = true);
      waiters.clear();
      return all;
    } finally {
      lock.unlock();
    }
  }
}
