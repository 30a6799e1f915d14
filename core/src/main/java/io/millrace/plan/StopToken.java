package io.millrace.plan;

import io.millrace.base.Require;
import io.millrace.base.ShortLock;
import io.millrace.base.Warnings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A switch that ends runs, from any thread and for any number of runs: at once ({@link #stop}), or when what
 * runs has finished ({@link #drain}). It never goes back. Thread-safe.
 */
public final class StopToken {
  private static final StopToken NONE = new StopToken();

  /* The lock is our own, and no callback runs inside of it. It is for a callback that is added while
   * stop() or drain() runs: that is called exactly once. */
  private final ShortLock lock = new ShortLock();
  private final Map<Registration, Runnable> callbacks = new LinkedHashMap<>();
  private final Map<Registration, Consumer<? super Duration>> drains = new LinkedHashMap<>();
  private volatile boolean stopped;

  /* Written once, under the lock. */
  private volatile @Nullable Duration grace;

  /** Makes a token that is not stopped. */
  public StopToken() {}

  /** A token that nobody can stop. */
  public static StopToken none() {
    return NONE;
  }

  /**
   * Stops. Callbacks run once, in the calling thread, in the order they were added; one that throws
   * does not keep the others from running, and nothing is thrown here. Further calls do nothing.
   *
   * @throws UnsupportedOperationException on {@link #none}
   */
  public void stop() {
    refuseNone("stopped");
    List<Runnable> due;
    lock.lock();
    try {
      stopped = true;
      due = new ArrayList<>(callbacks.values());
      callbacks.clear();
      drains.clear();
    } finally {
      lock.unlock();
    }
    due.forEach(StopToken::runQuietly);
  }

  /**
   * Ends runs in an orderly way: nothing new starts in them, retries included, and what runs may finish. When it has,
   * or when the grace is over, a run ends as {@code CANCELLED}: items that were not called, or whose call did not
   * end, are {@code NotRun}. Outcomes are delivered as always. A {@link #stop}, and whatever else ends a run, ends
   * the grace as well. Callbacks are called as those of {@link #stop}. Only the first call counts; after a
   * {@link #stop} it does nothing.
   *
   * @param grace how long what runs may take, by the clock of its run; then it is interrupted, as by {@link
   *     #stop}. Not negative; {@link java.time.temporal.ChronoUnit#FOREVER} waits for all of it, and at zero
   *     this is a stop for the runs
   * @throws UnsupportedOperationException on {@link #none}
   */
  public void drain(Duration grace) {
    Require.notNegative("grace", grace);
    refuseNone("drained");
    List<Consumer<? super Duration>> due;
    lock.lock();
    try {
      if (stopped || this.grace != null) {
        return;
      }
      this.grace = grace;
      due = new ArrayList<>(drains.values());
      drains.clear();
    } finally {
      lock.unlock();
    }
    due.forEach(callback -> runQuietly(() -> callback.accept(grace)));
  }

  /** Drains for as long as it takes: {@link #drain(Duration)} without an end of the grace. */
  public void drain() {
    drain(Require.NEVER);
  }

  private void refuseNone(String what) {
    if (this == NONE) {
      throw new UnsupportedOperationException(
          "StopToken.none() cannot be " + what + ": make your own");
    }
  }

  /** Whether {@link #stop} was called. */
  public boolean stopped() {
    return stopped;
  }

  /** Whether {@link #drain} was called before any {@link #stop}. */
  public boolean drained() {
    return grace != null;
  }

  /**
   * Adds a callback for {@link #stop}; if the token is stopped already, it runs at once.
   *
   * @return closing it removes the callback
   */
  public Registration onStop(Runnable callback) {
    Objects.requireNonNull(callback, "callback");
    Registration registration = new Registration(this);
    if (this == NONE) {
      return registration;
    }
    lock.lock();
    try {
      if (!stopped) {
        callbacks.put(registration, callback);
        return registration;
      }
    } finally {
      lock.unlock();
    }
    runQuietly(callback);
    return registration;
  }

  /**
   * Adds a callback for {@link #drain}, which gets the grace; if the token is drained already, it runs at
   * once. It does not hear of a {@link #stop}.
   *
   * @return closing it removes the callback
   */
  public Registration onDrain(Consumer<? super Duration> callback) {
    Objects.requireNonNull(callback, "callback");
    Registration registration = new Registration(this);
    if (this == NONE) {
      return registration;
    }
    Duration known;
    lock.lock();
    try {
      known = grace;
      if (known == null && !stopped) {
        drains.put(registration, callback);
      }
    } finally {
      lock.unlock();
    }
    if (known != null) {
      Duration given = known;
      runQuietly(() -> callback.accept(given));
    }
    return registration;
  }

  /* Every run without a token of its own ends here, so it takes no lock that all of them share. */
  private void remove(Registration registration) {
    if (this == NONE) {
      return;
    }
    lock.lock();
    try {
      callbacks.remove(registration);
      drains.remove(registration);
    } finally {
      lock.unlock();
    }
  }

  private static void runQuietly(Runnable callback) {
    try {
      callback.run();
    } catch (Throwable broken) {
      Warnings.log(StopToken.class, "a callback of a stop token failed", broken);
    }
  }

  /** A callback of a token; closing removes it. */
  public static final class Registration implements AutoCloseable {
    private final StopToken token;

    private Registration(StopToken token) {
      this.token = token;
    }

    @Override
    public void close() {
      token.remove(this);
    }
  }
}
