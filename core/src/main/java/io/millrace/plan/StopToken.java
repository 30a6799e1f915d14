package io.millrace.plan;

import io.millrace.base.Warnings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A switch by which any thread can end any number of runs. Once stopped, it stays stopped. Thread-safe. */
public final class StopToken {
  private static final StopToken NONE = new StopToken();

  /* The lock is our own, and no callback runs inside of it. It is for a callback that is added while
   * stop() runs: that is called exactly once. */
  private final Object lock = new Object();
  private final Map<Registration, Runnable> callbacks = new LinkedHashMap<>();
  private volatile boolean stopped;

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
    if (this == NONE) {
      throw new UnsupportedOperationException("StopToken.none() cannot be stopped: make your own");
    }
    List<Runnable> due;
    synchronized (lock) {
      stopped = true;
      due = new ArrayList<>(callbacks.values());
      callbacks.clear();
    }
    due.forEach(StopToken::runQuietly);
  }

  /** Whether {@link #stop} was called. */
  public boolean stopped() {
    return stopped;
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
    synchronized (lock) {
      if (!stopped) {
        callbacks.put(registration, callback);
        return registration;
      }
    }
    runQuietly(callback);
    return registration;
  }

  /* Every run without a token of its own ends here, so it takes no lock that all of them share. */
  private void remove(Registration registration) {
    if (this == NONE) {
      return;
    }
    synchronized (lock) {
      callbacks.remove(registration);
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
