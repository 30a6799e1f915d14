package io.millrace.cli.http;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A bound on the bodies and large headers of all lines together, from their first byte until their line is written.
 * Thread-safe.
 *
 * <p>A body that finds no room waits. The oldest line of those that have a body never does, so that somebody
 * always goes on: the bound can be exceeded by one body.
 *
 * <p>Where answers are written in order, those that have room keep it until the oldest line of all is written. That one can be
 * between two requests, or not begun, while lines that wait for room have all slots that it could take. Then one of these goes on
 * as well, so that there is a slot.
 */
final class BodyMemory {
  private final long most;

  /* Guards the counts: one line takes while another one gives back. */
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final TreeMap<Long, Long> held = new TreeMap<>();
  private long used;

  /* Lines that wait for room, and those that have no slot, before a request; each with the host where it is, or goes. */
  private final TreeMap<Long, String> waiting = new TreeMap<>();
  private final TreeMap<Long, String> aside = new TreeMap<>();

  private final int slots;
  private final int slotsPerHost;

  private BodyMemory(long most, int slots, int slotsPerHost) {
    this.most = most;
    this.slots = slots;
    this.slotsPerHost = slotsPerHost;
  }

  /** Of answers that are written as they come. */
  BodyMemory(long most) {
    this(most, Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  /** Of answers that are written in order. */
  static BodyMemory ordered(long most, int slots, int slotsPerHost) {
    return new BodyMemory(most, slots, slotsPerHost);
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

  /** Takes room for a line at this host, and waits for it. */
  void take(long line, String host, long bytes) throws InterruptedException {
    lock.lock();
    try {
      held.putIfAbsent(line, 0L);
      waiting.put(line, host);
      if (slotsPerHost < Integer.MAX_VALUE || waiting.size() >= slots) {
        room.signalAll(); // now there may be one too many
      }
      while (used + bytes > most && held.firstKey() != line && !hasToGoOn(line)) {
        room.await();
      }
      add(line, bytes);
    } finally {
      waiting.remove(line);
      lock.unlock();
    }
  }

  /* The oldest one of those that wait, if they have all slots, or all of a host to which an older line goes. */
  private boolean hasToGoOn(long line) {
    if (waiting.size() >= slots && waiting.firstKey() == line) {
      return true;
    }
    if (slotsPerHost == Integer.MAX_VALUE) {
      return false;
    }
    String host = waiting.get(line);
    if (!aside.headMap(line).containsValue(host)) {
      return false;
    }
    List<Long> there =
        waiting.entrySet().stream()
            .filter(each -> each.getValue().equals(host))
            .map(Map.Entry::getKey)
            .toList();
    return there.size() >= slotsPerHost && there.getFirst() == line;
  }

  private boolean isOrdered() {
    return slots < Integer.MAX_VALUE;
  }

  /** A line has no slot, until its next request, which goes to this host. */
  void stepsAside(long line, String host) {
    if (!isOrdered()) {
      return;
    }
    lock.lock();
    try {
      aside.put(line, host);
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** A line has a slot, or needs none any more. */
  void waitsForNoSlot(long line) {
    if (!isOrdered()) {
      return;
    }
    lock.lock();
    try {
      aside.remove(line);
    } finally {
      lock.unlock();
    }
  }

  /** Whether lines that come later have some room, if they would keep it for long. */
  boolean hasRoomForMore() {
    lock.lock();
    try {
      return !isOrdered() || used < most;
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
      aside.remove(line);
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
