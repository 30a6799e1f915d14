package io.millrace.limit;

import io.millrace.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Wakes the head of a gate's queue at a time. It is set and replaced under the limiter's lock. The
 * clock is called after that, because a clock may take longer than a short lock allows.
 */
final class GateAlarm {
  private static final long RETRY_NANOS = 10_000_000;

  private final Gate gate;
  private final long at;

  /*
   * The thread that set the alarm starts it, another one may stop it meanwhile: the first writes timer
   * and then reads stopped, the second writes stopped and then reads timer, so that one of them sees
   * the other and cancels the timer. An alarm that rings all the same finds it is not the gate's.
   */
  private volatile Clock.@Nullable Timer timer;
  private volatile boolean stopped;
  /* The clock could not set the timer: the next one who comes to the gate tries again. If nobody comes, this
   * rings soon by real time, and is replaced by another one. */
  private volatile boolean failed;

  GateAlarm(Gate gate, long at) {
    this.gate = gate;
    this.at = at;
  }

  Gate gate() {
    return gate;
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
    Clock.Timer started;
    try {
      started = turnstile.clock().schedule(at, () -> turnstile.ring(this));
    } catch (Throwable broken) {
      failed = true;
      Clock.system().schedule(System.nanoTime() + RETRY_NANOS, () -> turnstile.ring(this));
      throw broken;
    }
    timer = started;
    if (stopped) {
      started.cancel();
    }
  }

  void stop() {
    stopped = true;
    Clock.Timer started = timer;
    if (started != null) {
      started.cancel();
    }
  }
}
