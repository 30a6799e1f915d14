package io.millrace.base;

import java.util.concurrent.locks.LockSupport;

/**
 * Looks of one thread for an interrupt that another one is about to send it. That takes a moment, if no code of others is in the
 * way; then the looks become rare. The interrupt is for nobody, so the flag is cleared.
 */
public final class ShortWait {
  private static final int LOOKS = 1_000;
  private static final long PAUSE_NANOS = 1_000_000;

  private int looks;

  /** Waits for a moment before the next look. */
  @SuppressWarnings("ThreadPriorityCheck") // waits for one particular thread
  public void beforeNextLook() {
    Thread.yield(); // the other one may need this carrier
    if (looks < LOOKS) {
      looks++;
    } else {
      // The flag may be set long before the other one says so, and with it this would not park.
      Thread.interrupted();
      LockSupport.parkNanos(this, PAUSE_NANOS);
    }
  }
}
