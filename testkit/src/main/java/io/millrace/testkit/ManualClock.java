package io.millrace.testkit;

import io.millrace.time.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/**
 * Virtual time: hours pass in no time, and only when the test lets them. Thread-safe.
 *
 * <p>A clock that is moved <b>by hand</b> ({@link #ManualClock()}) stands still until {@link #advance}. A
 * <b>jumping</b> clock ({@link #jumping}) moves by itself: as soon as no announced thread is busy, it jumps to the
 * next sleeper or timer, if there is one, and fires all that is due then. A thread is announced from {@link #enter}
 * to {@link #exit}; it is busy except while it sleeps on this clock, or waits for a limit that goes by it. A timer's
 * task counts as busy while it runs, and a thread from the moment at which it is woken or interrupted. Threads that
 * nobody announced, such as the test's own, may sleep on the clock, but they never keep time from going on.
 *
 * <p>The time on the scale of {@link #nanoTime} starts 1 ms before it overflows, so that code which compares
 * times instead of their difference, or takes one of them for a sign, fails at once. {@link #elapsed} is the
 * one to look at.
 *
 * <p>What a thread did before it slept, scheduled a timer, entered, exited or advanced the clock,
 * happens-before whatever is fired afterwards.
 */
public final class ManualClock implements TimeSource, AutoCloseable {
  private static final long ORIGIN = Long.MAX_VALUE - 1_000_000;
  private static final Instant START = Instant.parse("2024-02-29T23:59:00Z");

  private final Timeline timeline;

  /**
   * Makes a clock that is moved by hand. Timers run in the thread that calls {@link #advance}; one
   * that is due when it is scheduled runs soon, in the clock's own thread.
   */
  public ManualClock() {
    this(false, Monitor.PATIENCE);
  }

  ManualClock(boolean jumping, Duration patience) {
    timeline = new Timeline(jumping, patience);
    Watched.add(this);
  }

  /** Makes a clock that jumps as soon as all announced threads wait. Timers run in its own thread. */
  public static ManualClock jumping() {
    return new ManualClock(true, Monitor.PATIENCE);
  }

  /** The virtual time since the clock was made. */
  public Duration elapsed() {
    return Duration.ofNanos(timeline.elapsed());
  }

  @Override
  public long nanoTime() {
    return ORIGIN + timeline.elapsed();
  }

  /** The wall-clock time: 2024-02-29T23:59:00Z and what has elapsed since. */
  @Override
  public Instant now() {
    return START.plusNanos(timeline.elapsed());
  }

  /**
   * Moves a clock by hand. Runs the timers that come due, in order of their times (and of their
   * scheduling, where those are equal), in the calling thread, each at its own time; wakes the
   * sleepers likewise, without waiting for what they do next.
   *
   * @param duration not negative; zero runs what is due already
   * @throws IllegalArgumentException if the duration is negative, or the clock would pass 292 years
   * @throws IllegalStateException if the clock is closed or jumps by itself, or from a timer's task
   * @throws AssertionError if tasks failed; thrown after all of them ran
   */
  public void advance(Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException("time does not go back: " + duration);
    }
    long nanos = nanos(duration);
    if (nanos == Timeline.NEVER) {
      throw new IllegalArgumentException(
          "cannot advance by " + duration + ": a virtual clock counts no more than 292 years");
    }
    timeline.advance(nanos);
  }

  /**
   * Runs a task once, when its time comes: see the constructors for the thread. Tasks never overlap;
   * after {@link #close}, they do not run at all.
   *
   * @param atNanos on the scale of {@link #nanoTime}; if it has passed, the task runs soon
   * @param task short, and never blocking; if it throws, {@link #advance} or {@link #close} tells
   * @return cancels the task
   */
  @Override
  public Timer schedule(long atNanos, Runnable task) {
    Objects.requireNonNull(task, "task");
    long elapsed = timeline.elapsed();
    Alarm alarm = new Alarm(Timeline.after(elapsed, atNanos - (ORIGIN + elapsed)), task);
    timeline.add(alarm);
    return () -> timeline.cancel(alarm);
  }

  /**
   * Blocks the calling thread until this much virtual time has passed.
   *
   * @param duration returns at once if it is not above zero; beyond 292 years, only an interrupt ends it
   * @throws InterruptedException if the thread is or gets interrupted
   * @throws IllegalStateException if the clock is closed, also while the thread sleeps; or from a timer's task
   */
  @Override
  public void sleep(Duration duration) throws InterruptedException {
    Objects.requireNonNull(duration, "duration");
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    if (duration.isPositive()) {
      long due = Timeline.after(timeline.elapsed(), nanos(duration));
      timeline.await(new Sleeper(due, Sleeper.Kind.SLEEP));
    }
  }

  /**
   * Announces a thread that is about to start. If no thread starts, a jumping clock stands still until {@link #exit}.
   *
   * <p>The clock cannot know which thread is meant: it takes a sleeping thread for an announced one while
   * there are more announced than asleep. Only the thread that made the clock, which is the test's own, never
   * counts. {@link #announced(Runnable)} says which thread is meant, and also lets the test's own thread
   * count.
   */
  @Override
  public void enter() {
    timeline.enter();
  }

  /**
   * A thread that was announced ends.
   *
   * @throws IllegalStateException if there were not as many calls of {@link #enter}
   */
  @Override
  public void exit() {
    timeline.exit();
  }

  /**
   * Announces a thread at once, and returns what the thread has to run: {@link #enter} and {@link #exit} in one. It
   * also tells the clock which thread is meant.
   *
   * @param task what the thread is for
   * @return to be run once, in any thread, the calling one included; it exits when the task ends. If
   *     it never gets to run, call {@link #exit} instead
   */
  @Override
  public Runnable announced(Runnable task) {
    Objects.requireNonNull(task, "task");
    enter();
    return () -> {
      timeline.begin();
      try {
        task.run();
      } finally {
        timeline.end();
      }
    };
  }

  /**
   * A wait for something else than a time: time goes on meanwhile, if the thread runs an {@link
   * #announced(Runnable) announced} task.
   */
  @Override
  public TimeSource.Wait newWait() {
    Sleeper sleeper = new Sleeper(Timeline.NEVER, Sleeper.Kind.WAIT);
    return new TimeSource.Wait() {
      @Override
      public void await() throws InterruptedException {
        timeline.await(sleeper);
      }

      @Override
      public void end() {
        timeline.release(sleeper);
      }
    };
  }

  /** How many threads sleep on the clock. */
  public int sleepers() {
    return timeline.sleepers();
  }

  /** How many timers are pending: neither run nor cancelled. */
  public int timers() {
    return timeline.timers();
  }

  /**
   * Blocks, in real time, until at least so many threads sleep on the clock.
   *
   * @throws AssertionError if that does not happen within 10 s; the message says which threads are announced,
   *     busy and asleep
   * @throws InterruptedException if the thread is interrupted
   */
  public void awaitSleepers(int count) throws InterruptedException {
    timeline.awaitSleepers(count);
  }

  /**
   * Blocks, in real time, until at least so many timers are pending.
   *
   * @throws AssertionError if that does not happen within 10 s; the message says which threads are announced,
   *     busy and asleep
   * @throws InterruptedException if the thread is interrupted
   */
  public void awaitTimers(int count) throws InterruptedException {
    timeline.awaitTimers(count);
  }

  /**
   * Ends the clock and its thread. Time stands still from then on, pending timers never run, and sleeping
   * threads get an {@link IllegalStateException}.
   *
   * @throws AssertionError if timers' tasks failed that no {@link #advance} has reported, or if one does not
   *     end
   */
  @Override
  public void close() {
    timeline.close();
  }

  /** The time, and who waits for what: for messages. */
  @Override
  public String toString() {
    return timeline.toString();
  }

  /** A hold during which the thread counts as waiting, so that time can go on. */
  Hold hold(boolean ignoresInterrupts) {
    Sleeper sleeper =
        new Sleeper(
            Timeline.NEVER,
            ignoresInterrupts ? Sleeper.Kind.UNINTERRUPTIBLE_HOLD : Sleeper.Kind.HOLD);
    return new Hold() {
      @Override
      public void await() throws InterruptedException {
        timeline.await(sleeper);
      }

      @Override
      public void release() {
        timeline.release(sleeper);
      }
    };
  }

  /** How many threads are announced. */
  int announced() {
    return timeline.announced();
  }

  private static long nanos(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException tooLong) {
      return Timeline.NEVER;
    }
  }
}
