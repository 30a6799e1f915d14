package io.millrace.cli.http;

import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A bound on the bodies and large headers of all lines together, from their first byte until their line is written.
 * Thread-safe.
 *
 * <p>A body that finds no room waits. The oldest line of those that have a body never does, so that somebody
 * always goes on: the bound can be exceeded by one body.
 */
final class BodyMemory {
  private final long most;

  /* Guards the counts: one line takes while another one gives back. */
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final TreeMap<Long, Long> held = new TreeMap<>();
  private long used;

  BodyMemory(long most) {
    this.most = most;
  }

  /** Takes room for a line, if there is some. */
  boolean tryTake(long line, long bytes) {
    lock.lock();
    try {
      held.putIfAbsent(line, 0L);
      if (used + bytes > most && held.firstKey() != line) {
        return false;
      }
      add(line, bytes);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Takes room for a line, and waits for it. */
  void take(long line, long bytes) throws InterruptedException {
    lock.lock();
    try {
      held.putIfAbsent(line, 0L);
      while (used + bytes > most && held.firstKey() != line) {
        room.await();
      }
      add(line, bytes);
    } finally {
      lock.unlock();
    }
  }

  private void add(long line, long bytes) {
    held.merge(line, bytes, Long::sum);
    used += bytes;
  }

  /** Gives back what a line has beyond this. */
  void shrink(long line, long bytes) {
    lock.lock();
    try {
      Long before = held.get(line);
      if (before != null && before > bytes) {
        held.put(line, bytes);
        used -= before - bytes;
        room.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Gives back all that a line has. */
  void free(long line) {
    lock.lock();
    try {
      Long bytes = held.remove(line);
      if (bytes != null) {
        used -= bytes;
        room.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The bytes that are taken. */
  long used() {
    lock.lock();
    try {
      return used;
    } finally {
      lock.unlock();
    }
  }
}
