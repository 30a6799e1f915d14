package io.millrace.testkit;

import io.millrace.time.TimeSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A gate for each item: a release lets one caller pass, now or when it comes. Thread-safe. */
final class Gates<T extends @Nullable Object> {
  private final TimeSource clock;
  private final ReentrantLock lock = new ReentrantLock();

  /* Guarded by lock, so that a caller that comes while a release goes on is not missed. */
  private final Map<T, Deque<Hold>> waiting = new HashMap<>();
  private final Map<T, Integer> releases = new HashMap<>();
  private boolean open;

  Gates(TimeSource clock) {
    this.clock = clock;
  }

  void pass(T item, boolean ignoresInterrupts) throws InterruptedException {
    Hold hold;
    lock.lock();
    try {
      if (open || takeRelease(item)) {
        return;
      }
      hold = Hold.on(clock, ignoresInterrupts);
      waiting.computeIfAbsent(item, none -> new ArrayDeque<>()).add(hold);
    } finally {
      lock.unlock();
    }
    try {
      hold.await();
    } catch (InterruptedException interrupted) {
      giveUp(item, hold);
      throw interrupted;
    }
  }

  private boolean takeRelease(T item) {
    int left = releases.getOrDefault(item, 0);
    if (left > 0) {
      releases.put(item, left - 1);
    }
    return left > 0;
  }

  /** A release that came together with the interrupt goes to the next one. */
  private void giveUp(T item, Hold hold) {
    lock.lock();
    try {
      if (!waiting.getOrDefault(item, new ArrayDeque<>()).remove(hold)) {
        release(item);
      }
    } finally {
      lock.unlock();
    }
  }

  void release(T item) {
    lock.lock();
    try {
      Hold first = waiting.getOrDefault(item, new ArrayDeque<>()).poll();
      if (first == null) {
        releases.merge(item, 1, Integer::sum);
      } else {
        first.release();
      }
    } finally {
      lock.unlock();
    }
  }

  void releaseAll() {
    lock.lock();
    try {
      open = true;
      waiting.values().forEach(holds -> holds.forEach(Hold::release));
      waiting.clear();
    } finally {
      lock.unlock();
    }
  }
}
