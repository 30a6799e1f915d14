package io.millrace.limit;

import io.millrace.time.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.PriorityQueue;
import java.util.function.LongSupplier;

/**
 * A clock that stands still until a test moves it; timers run in the thread that does. It starts half a
 * second before its nanoseconds wrap around.
 */
final class FakeClock implements TimeSource {
  private static final long START = Long.MAX_VALUE - 500_000_000;

  private final LongSupplier lateness;
  private final PriorityQueue<Task> tasks = new PriorityQueue<>();
  private long now = START;
  private long scheduled;
  private long fired;

  FakeClock() {
    this(() -> 0);
  }

  /** A clock whose timers come late, each by so many nanoseconds. */
  FakeClock(LongSupplier lateness) {
    this.lateness = lateness;
  }

  private final class Task implements TimeSource.Timer, Comparable<Task> {
    private final long at;
    private final Runnable action;

    Task(long at, Runnable action) {
      this.at = at;
      this.action = action;
    }

    @Override
    public void cancel() {
      synchronized (FakeClock.this) {
        tasks.remove(this);
      }
    }

    @Override
    public int compareTo(Task other) {
      return Long.compare(at - other.at, 0);
    }
  }

  @Override
  public synchronized long nanoTime() {
    return now;
  }

  @Override
  public Instant now() {
    return Instant.EPOCH.plusNanos(elapsed());
  }

  @Override
  public synchronized TimeSource.Timer schedule(long atNanos, Runnable action) {
    Task task = new Task(Bucket.later(atNanos, now) + lateness.getAsLong(), action);
    tasks.add(task);
    scheduled++;
    notifyAll();
    return task;
  }

  @Override
  public void sleep(Duration duration) {
    throw new UnsupportedOperationException("a limiter does not sleep");
  }

  /** Nanoseconds since the start. */
  synchronized long elapsed() {
    return now - START;
  }

  /** Timers that wait. */
  synchronized int pending() {
    return tasks.size();
  }

  /** Timers that were ever set. */
  synchronized long scheduled() {
    return scheduled;
  }

  /** Timers that have run. */
  synchronized long fired() {
    return fired;
  }

  /** Blocks until at least so many timers wait. */
  synchronized void awaitPending(int count) throws InterruptedException {
    while (tasks.size() < count) {
      wait();
    }
  }

  void advance(Duration duration) {
    advance(duration.toNanos());
  }

  void advance(long nanos) {
    long end = nanoTime() + nanos;
    for (Task due = poll(end); due != null; due = poll(end)) {
      due.action.run();
    }
    synchronized (this) {
      now = end;
    }
  }

  private synchronized Task poll(long end) {
    Task next = tasks.peek();
    if (next == null || next.at - end > 0) {
      return null;
    }
    tasks.poll();
    fired++;
    now = Bucket.later(now, next.at);
    return next;
  }
}
