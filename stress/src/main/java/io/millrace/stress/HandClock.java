package io.millrace.stress;

import io.millrace.time.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A clock that a test moves by hand; timers run in the thread that fires them. Thread-safe. */
public final class HandClock implements TimeSource {
  /* Guarded by this: scheduling races with firing. */
  private final List<Pending> timers = new ArrayList<>(2);
  private volatile long now;

  private record Pending(long at, Runnable task) {}

  /** Moves the time, and fires nothing. */
  public void set(long nanos) {
    now = nanos;
  }

  /** Runs the timers that are due, one by one, until none is. */
  public void fire() {
    for (Pending due = due(); due != null; due = due()) {
      due.task.run();
    }
  }

  private synchronized Pending due() {
    for (Pending timer : timers) {
      if (timer.at <= now) {
        timers.remove(timer);
        return timer;
      }
    }
    return null;
  }

  @Override
  public synchronized Timer schedule(long atNanos, Runnable task) {
    Pending timer = new Pending(atNanos, task);
    timers.add(timer);
    return () -> cancel(timer);
  }

  private synchronized void cancel(Pending timer) {
    timers.removeIf(other -> other == timer);
  }

  /** How many timers have neither run nor been cancelled. */
  public synchronized int pending() {
    return timers.size();
  }

  @Override
  public long nanoTime() {
    return now;
  }

  @Override
  public Instant now() {
    return Instant.EPOCH;
  }

  @Override
  public void sleep(Duration duration) {
    throw new UnsupportedOperationException("nobody sleeps here");
  }
}
