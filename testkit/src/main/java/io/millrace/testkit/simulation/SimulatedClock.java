package io.millrace.testkit.simulation;

import io.millrace.time.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * The events of a simulation, in the order of their times; all of them run in one thread. Timers that are not
 * the simulation's own are up to 1 ms late, as real ones are.
 */
final class SimulatedClock implements TimeSource {
  private static final long ORIGIN = Long.MAX_VALUE - 1_000_000;
  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final int LATENESS = 1_000_000;

  private record Event(long at, long number, Runnable task) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(at, other.at);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final SplittableRandom random;
  private long elapsed;
  private long numbers;

  SimulatedClock(SplittableRandom random) {
    this.random = random;
  }

  long elapsed() {
    return elapsed;
  }

  @Override
  public long nanoTime() {
    return ORIGIN + elapsed;
  }

  @Override
  public Instant now() {
    return START.plusNanos(elapsed);
  }

  @Override
  public Timer schedule(long atNanos, Runnable task) {
    long at = Math.max(elapsed, atNanos - ORIGIN) + random.nextInt(LATENESS);
    Event event = new Event(at, numbers++, task);
    events.add(event);
    return () -> events.remove(event);
  }

  /** Runs a task exactly so many nanoseconds from now. */
  void after(long nanos, Runnable task) {
    events.add(new Event(elapsed + nanos, numbers++, task));
  }

  /** Runs what is due until then. */
  void runUntil(long end) {
    while (!events.isEmpty() && events.peek().at <= end) {
      Event next = events.remove();
      elapsed = next.at;
      next.task.run();
    }
    elapsed = end;
  }

  @Override
  public void sleep(Duration duration) {
    throw new UnsupportedOperationException("a simulation has one thread, which never sleeps");
  }
}
