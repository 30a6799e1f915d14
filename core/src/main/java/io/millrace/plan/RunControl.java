package io.millrace.plan;

import io.millrace.base.Require;
import io.millrace.base.ShortLock;
import io.millrace.base.Warnings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Pauses and resumes runs, and changes their concurrency, while they go on: from any thread, and for any number of
 * runs, those that start later included. Each call takes effect at once, and never blocks. Thread-safe.
 *
 * {@snippet file="io/millrace/examples/documentation/LiveTest.java" region="control"}
 *
 * <p>While a run is <b>paused</b>, nothing new starts in it, retries included, and its source is not read. What runs goes
 * on; an item that a worker has taken at that moment may still begin. No permit of a rate limit is taken meanwhile. Time
 * goes on: the run's timeout ends a paused run, and backoffs, pauses of limits and the timeouts of items end during a
 * pause as they do at other times. A stop, a drain, a close or an interrupt ends a paused run at once.
 *
 * <p>A higher <b>concurrency</b> starts more at once, a lower one lets what runs finish. A window that was not given
 * follows the concurrency; a limit on the concurrency per key stays as it is. Runs in their caller's thread keep a
 * concurrency of 1.
 *
 * <p>What is given here replaces the upper bound of an adaptive concurrency ({@code Parallel.adaptive}).
 *
 * <p>The last call counts, for pauses and for the concurrency, also if it repeats what the control said before. Calls
 * of {@code Run}, which concern one run alone, count likewise.
 */
public final class RunControl {
  /* Ours alone, and no callback runs inside of it. */
  private final ShortLock lock = new ShortLock();
  private final Map<Registration, Consumer<? super Call>> callbacks = new LinkedHashMap<>();

  /* Written under the lock, before the callbacks are called; read by anybody. */
  private volatile boolean isPaused;
  private volatile int concurrency;

  /** What a call was about. */
  public enum Call {
    /** {@link RunControl#pause} or {@link RunControl#resume}. */
    PAUSE,
    /** {@link RunControl#concurrency(int)}. */
    CONCURRENCY
  }

  /** Makes a control that is not paused, and leaves the concurrency of its runs as it is. */
  public RunControl() {}

  /** Starts nothing more until {@link #resume}. Does nothing in runs that are paused. */
  public void pause() {
    isPaused = true;
    tell(Call.PAUSE);
  }

  /** Goes on after {@link #pause}. Does nothing in runs that are not paused. */
  public void resume() {
    isPaused = false;
    tell(Call.PAUSE);
  }

  /** Whether it is paused. */
  public boolean isPaused() {
    return isPaused;
  }

  /**
   * Runs at most this many attempts at once, and exactly that many whenever enough items are ready.
   *
   * @param concurrency at least 1
   */
  public void concurrency(int concurrency) {
    this.concurrency = Require.atLeast("concurrency", concurrency, 1);
    tell(Call.CONCURRENCY);
  }

  /** What was given; empty if runs have the concurrency of their {@code Parallel}. */
  public OptionalInt concurrency() {
    int given = concurrency;
    return given == 0 ? OptionalInt.empty() : OptionalInt.of(given);
  }

  /**
   * Adds a callback that runs after each call that may change something, in its thread, also if the call says what was
   * said before. What it throws is logged. It asks the control what holds now: another call may have come since.
   *
   * @return closing it removes the callback
   */
  public Registration onChange(Consumer<? super Call> callback) {
    Registration registration = new Registration(this);
    lock.lock();
    try {
      callbacks.put(registration, Objects.requireNonNull(callback, "callback"));
    } finally {
      lock.unlock();
    }
    return registration;
  }

  private void tell(Call call) {
    List<Consumer<? super Call>> all;
    lock.lock();
    try {
      all = new ArrayList<>(callbacks.values());
    } finally {
      lock.unlock();
    }
    all.forEach(callback -> tellQuietly(callback, call));
  }

  private static void tellQuietly(Consumer<? super Call> callback, Call call) {
    try {
      callback.accept(call);
    } catch (Throwable broken) {
      Warnings.log(RunControl.class, "a callback of a run control failed", broken);
    }
  }

  private void remove(Registration registration) {
    lock.lock();
    try {
      callbacks.remove(registration);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    String most = concurrency == 0 ? "" : ", at most " + concurrency + " at once";
    return "RunControl[" + (isPaused ? "paused" : "not paused") + most + "]";
  }

  /** A callback of a control; closing removes it. */
  public static final class Registration implements AutoCloseable {
    private final RunControl control;

    private Registration(RunControl control) {
      this.control = control;
    }

    @Override
    public void close() {
      control.remove(this);
    }
  }
}
