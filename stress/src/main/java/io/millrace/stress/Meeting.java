package io.millrace.stress;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where two threads wait for each other, spinning. jcstress sends each thread through a long row of
 * states at its own pace; where one has less to do than the other, they would hardly ever meet.
 */
public final class Meeting {
  private final AtomicInteger missing = new AtomicInteger(2);

  /** Returns when both have come. */
  public void await() {
    missing.decrementAndGet();
    while (missing.get() > 0) {
      Thread.onSpinWait();
    }
  }
}
