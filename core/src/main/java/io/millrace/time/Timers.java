package io.millrace.time;

import io.millrace.base.ShortLock;
import io.millrace.base.TimerThread;
import io.millrace.base.Warnings;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Timers that share one daemon platform thread, which exists only while there are timers: a virtual thread would not get
 * to run while actions keep all carriers busy, which is when deadlines matter most. For the same reason their lock is
 * a {@link ShortLock}: a virtual thread can be the next one in the queue of an ordinary lock, and get no carrier; then
 * everybody behind it waits, the thread of the timers as well. Nor does a virtual thread park for it: who starts the thread is
 * waited for, and who sets a timer may do that for others. Thread-safe.
 */
final class Timers {
  private static final long IDLE_NANOS = 1_000_000_000;
  private static final long AGAIN_NANOS = 1_000_000;

  /** Later timers count as that: the difference between two times would overflow. It is some 146 years. */
  private static final long FARTHEST_NANOS = Long.MAX_VALUE / 2;

  private static final int FIRST_SIZE = 16;
  private static final int NOT_QUEUED = -1;

  private final Consumer<Runnable> threads;
  private final long idleNanos;
  private final ShortLock lock = new ShortLock();

  /* Guarded by the lock: a binary heap, the earliest timer first, then that which came first. */
  private @Nullable Entry[] heap = new Entry[FIRST_SIZE];
  private int size;
  private long sequence;

  /* Guarded by the lock: whether a thread rings, or is about to be started for that; and for which timer, until it is certain
   * that it was. */
  private boolean isServed;
  private @Nullable Entry starting;

  /* Written by that thread before it looks; who adds a timer reads it afterwards. So one of them sees the other. */
  private volatile @Nullable Thread thread;

  /* That thread's own: when it ends if there are no timers. */
  private long idleUntil;

  Timers() {
    this(task -> new TimerThread(task).start(), IDLE_NANOS);
  }

  /**
   * With threads of another kind.
   *
   * @param threads starts one for a task, or throws
   * @param idleNanos how long it stays when there are no timers
   */
  Timers(Consumer<Runnable> threads, long idleNanos) {
    this.threads = threads;
    this.idleNanos = idleNanos;
  }

  /** A timer; one that has rung, or was cancelled, keeps nothing. */
  private final class Entry implements TimeSource.Timer {
    final long dueNanos;

    /* Guarded by the lock. */
    long number;
    int index = NOT_QUEUED;
    @Nullable Runnable task;

    Entry(long dueNanos, Runnable task) {
      this.dueNanos = dueNanos;
      this.task = task;
    }

    @Override
    public void cancel() {
      lock.lockInside();
      try {
        take(this);
      } finally {
        lock.unlock();
      }
    }

    /* Times wrap around, so only their difference counts. */
    boolean isBefore(Entry other) {
      long later = dueNanos - other.dueNanos;
      return later < 0 || (later == 0 && number < other.number);
    }
  }

  /** Runs a task in the thread of all timers at this time of {@link System#nanoTime}, or soon after it. */
  TimeSource.Timer schedule(long dueNanos, Runnable task) {
    Entry entry = new Entry(notTooFar(dueNanos), Objects.requireNonNull(task, "task"));
    boolean isFirst;
    boolean isCertain;
    lock.lockInside();
    try {
      add(entry);
      isFirst = entry.index == 0;
      isCertain = isServed && starting == null;
    } finally {
      lock.unlock();
    }
    if (!isCertain && hasToStart(entry)) {
      start(entry);
    } else if (isFirst) {
      LockSupport.unpark(thread);
    }
    return entry;
  }

  private static long notTooFar(long dueNanos) {
    long now = System.nanoTime();
    return now + Math.clamp(dueNanos - now, 0, FARTHEST_NANOS);
  }

  /* Whether the thread has to be started for this timer. Waits for whoever is about to start it: that may fail, and then
   * nobody would ring. */
  @SuppressWarnings("ThreadPriorityCheck") // waits for one particular thread, for a moment
  private boolean hasToStart(Entry entry) {
    for (; ; ) {
      lock.lockInside();
      try {
        if (!isServed) {
          isServed = true;
          starting = entry;
          return true;
        }
        if (starting == null) {
          return false;
        }
      } finally {
        lock.unlock();
      }
      if (Thread.currentThread().isVirtual()) {
        Thread.onSpinWait(); // and keeps its carrier: it may not get one again for long
      } else {
        Thread.yield();
      }
    }
  }

  private void start(Entry wanted) {
    boolean isStarted = false;
    try {
      threads.accept(this::serve);
      isStarted = true;
    } finally {
      started(wanted, isStarted);
    }
  }

  /* Without a thread, the next timer tries again. */
  private void started(Entry wanted, boolean isStarted) {
    lock.lockInside();
    try {
      if (starting == wanted) { // else that thread has ended by now
        starting = null;
      }
      if (!isStarted) {
        isServed = false;
        take(wanted);
      }
    } finally {
      lock.unlock();
    }
  }

  private void serve() {
    thread = Thread.currentThread();
    idleUntil = System.nanoTime() + idleNanos;
    boolean goesOn = true;
    while (goesOn) {
      // left by a timer, or sent by a stranger, who may have the thread's group: it would not park
      Thread.interrupted();
      try {
        goesOn = serveOnce();
      } catch (Throwable broken) { // there is no memory, perhaps, and soon there is
        LockSupport.parkNanos(this, AGAIN_NANOS);
      }
    }
  }

  /* Rings, or waits; false if there is nothing to wait for. */
  private boolean serveOnce() {
    Runnable due = null;
    long waitNanos = 0;
    lock.lockInside();
    try {
      long now = System.nanoTime();
      Entry first = heap[0];
      if (first != null && first.dueNanos - now <= 0) {
        due = take(first);
      } else if (first != null) {
        waitNanos = first.dueNanos - now;
      } else if (idleUntil - now > 0) {
        waitNanos = idleUntil - now;
      } else {
        heap = new Entry[FIRST_SIZE]; // there may have been a million
        isServed = false;
        return false;
      }
    } finally {
      lock.unlock();
    }
    if (due == null) {
      LockSupport.parkNanos(this, waitNanos);
    } else {
      ring(due);
      idleUntil = System.nanoTime() + idleNanos;
    }
    return true;
  }

  private static void ring(Runnable task) {
    try {
      task.run();
    } catch (Throwable broken) {
      Warnings.log(Timers.class, "what a timer ran has failed", broken);
    }
  }

  // Under the lock

  private void add(Entry entry) {
    entry.number = sequence++;
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, 2 * size);
    }
    up(size++, entry);
  }

  /* Takes it out, if it is there; returns its task. */
  private @Nullable Runnable take(Entry entry) {
    int index = entry.index;
    Runnable task = entry.task;
    entry.task = null;
    if (index == NOT_QUEUED) {
      return null;
    }
    entry.index = NOT_QUEUED;
    Entry last = at(--size);
    heap[size] = null;
    if (last != entry) {
      down(index, last);
      if (last.index == index) {
        up(index, last);
      }
    }
    return task;
  }

  private Entry at(int index) {
    Entry entry = heap[index];
    if (entry == null) {
      throw new AssertionError("no timer at " + index + " of " + size);
    }
    return entry;
  }

  private void up(int from, Entry entry) {
    int index = from;
    while (index > 0 && entry.isBefore(at((index - 1) >>> 1))) {
      put(index, at((index - 1) >>> 1));
      index = (index - 1) >>> 1;
    }
    put(index, entry);
  }

  private void down(int from, Entry entry) {
    int index = from;
    while (2 * index + 1 < size) {
      int child = 2 * index + 1;
      if (child + 1 < size && at(child + 1).isBefore(at(child))) {
        child++;
      }
      if (!at(child).isBefore(entry)) {
        break;
      }
      put(index, at(child));
      index = child;
    }
    put(index, entry);
  }

  private void put(int index, Entry entry) {
    heap[index] = entry;
    entry.index = index;
  }
}
