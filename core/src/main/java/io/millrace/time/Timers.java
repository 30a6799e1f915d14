package io.millrace.time;

import io.millrace.base.ShortLock;
import io.millrace.base.Warnings;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Timers that share one daemon platform thread, which exists only while there are timers: a virtual thread would not get
 * to run while actions keep all carriers busy, which is when deadlines matter most. For the same reason their lock is
 * a {@link ShortLock}: a virtual thread can be the next one in the queue of an ordinary lock, and get no carrier; then
 * everybody behind it waits, the thread of the timers as well. Thread-safe.
 */
final class Timers {
  private static final long IDLE_NANOS = 1_000_000_000;
  private static final long AGAIN_NANOS = 1_000_000;
  private static final int FIRST_SIZE = 16;
  private static final int NOT_QUEUED = -1;

  private final ShortLock lock = new ShortLock();

  /* Guarded by the lock: a binary heap, the earliest timer first, then that which came first. */
  private @Nullable Entry[] heap = new Entry[FIRST_SIZE];
  private int size;
  private long sequence;

  /* Guarded by the lock: whether a thread rings, or is about to be started for that. */
  private boolean isServed;

  /* Written by that thread before it looks; who adds a timer reads it afterwards. So one of them sees the other. */
  private volatile @Nullable Thread thread;

  /* That thread's own: when it ends if there are no timers. */
  private long idleUntil;

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
      lock.lock();
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
    Entry entry = new Entry(dueNanos, task);
    boolean isFirst;
    boolean hasToStart;
    lock.lock();
    try {
      add(entry);
      isFirst = entry.index == 0;
      hasToStart = !isServed;
      isServed = true;
    } finally {
      lock.unlock();
    }
    if (hasToStart) {
      start(entry);
    } else if (isFirst) {
      LockSupport.unpark(thread);
    }
    return entry;
  }

  private void start(Entry wanted) {
    try {
      Thread.ofPlatform()
          .daemon()
          .name("millrace-timer")
          .inheritInheritableThreadLocals(false)
          .start(this::serve);
    } catch (Throwable noThread) { // the next timer tries again
      lock.lock();
      try {
        isServed = false;
        take(wanted);
      } finally {
        lock.unlock();
      }
      throw noThread;
    }
  }

  private void serve() {
    thread = Thread.currentThread();
    idleUntil = System.nanoTime() + IDLE_NANOS;
    boolean goesOn = true;
    while (goesOn) {
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
    lock.lock();
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
      idleUntil = System.nanoTime() + IDLE_NANOS;
    }
    return true;
  }

  private static void ring(Runnable task) {
    try {
      task.run();
    } catch (Throwable broken) {
      Warnings.log(Timers.class, "what a timer ran has failed", broken);
    }
    Thread.interrupted(); // left by that task: the thread would not park
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
