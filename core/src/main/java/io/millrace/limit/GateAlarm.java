package io.millrace.limit;

import io.millrace.base.Quietly;
import io.millrace.time.TimeSource;
import org.jspecify.annotations.Nullable;

/**
 * Wakes the head of a gate's queue, or of the gates that stand in line, at a time. It is set and replaced under the limiter's lock. The
 * clock is called after that, because a clock may take longer than a short lock allows.
 */
final class GateAlarm {
  private static final long RETRY_NANOS = 10_000_000;

  /** Whose alarm it is. Told under the limiter's lock. */
  interface Owner {
    /** Serves because an alarm has rung. One that was replaced meanwhile does nothing. */
    void rung(GateAlarm rung, Turn turn);
  }

  private final Owner owner;
  private final long at;

  /*
   * The thread that set the alarm starts it, another one may stop it meanwhile: the first writes timer
   * and then reads stopped, the second writes stopped and then reads timer, so that one of them sees
   * the other and cancels the timer. An alarm that rings all the same finds it is not the gate's.
   */
  private volatile TimeSource.@Nullable Timer timer;
  private volatile boolean stopped;
  /* The clock could not set the timer: the next one who comes to the gate tries again. If nobody comes, this
   * rings soon by real time, and is replaced by another one. */
  private volatile boolean failed;

  GateAlarm(Owner owner, long at) {
    this.owner = owner;
    this.at = at;
  }

  Owner owner() {
    return owner;
  }

  long at() {
    return at;
  }

  boolean hasFailed() {
    return failed;
  }

  void start(Turnstile turnstile) {
    if (stopped) {
      return;
    }
    TimeSource.Timer started;
    try {
      started = turnstile.clock().schedule(at, () -> turnstile.ring(this));
    } catch (Throwable broken) {
      failed = true;
      TimeSource.system().schedule(System.nanoTime() + RETRY_NANOS, () -> turnstile.ring(this));
      throw broken;
    }
    timer = started;
    if (stopped) {
      Quietly.cancel(started::cancel);
    }
  }

  void stop() {
    stopped = true;
    TimeSource.Timer started = timer;
    if (started != null) {
      Quietly.cancel(started::cancel);
    }
  }
}
