package io.millrace.testkit;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One wait of one thread on a clock. */
final class Sleeper extends Event {
  /** Whose wait it is. Written under the clock's lock when the wait begins. */
  @Nullable Thread thread;

  /** What the wait takes off the number of busy threads. Guarded by the clock's lock. */
  Attendance.Share share = Attendance.Share.NONE;

  /**
   * Whether the wait is over. Written once, under the clock's lock; read without it by the waiting
   * thread, which thereby sees all that was done before the wake-up.
   */
  volatile boolean awake;

  /** Whether it was the end of the clock that ended the wait. Written before {@link #awake}. */
  boolean cutOff;

  /** Whether an interrupt has been noticed. Written once, by the waiting thread. */
  volatile boolean leaving;

  final Kind kind;

  Sleeper(long due, Kind kind) {
    super(due);
    this.kind = kind;
  }

  /**
   * Whether an interrupt is about to end the wait. The thread clears its flag only after it has left
   * the clock; but waiting for the clock's lock clears the flag for a while, too, so before that the
   * thread sets its own one. To be read in this order: one of the two is set all the time.
   */
  boolean isBeingInterrupted() {
    return kind != Kind.UNINTERRUPTIBLE_HOLD
        && ((thread != null && thread.isInterrupted()) || leaving);
  }

  @Override
  public String toString() {
    return thread + (due == Timeline.NEVER ? " (no end)" : " until " + Duration.ofNanos(due));
  }

  /** What ends a wait. */
  enum Kind {
    /** Its time, or an interrupt. */
    SLEEP,
    /** Another thread, or an interrupt. The clock's end does not concern it. */
    WAIT,
    /** A release, or an interrupt. */
    HOLD,
    /** A release only. */
    UNINTERRUPTIBLE_HOLD
  }
}
