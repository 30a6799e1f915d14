package io.millrace.bench.driver;

import io.millrace.bench.peer.PermitLoop;
import io.millrace.limit.Semaphore;

/** The library's semaphore in a loop. */
final class MillracePermits implements PermitLoop.Body {
  private final Semaphore semaphore;

  MillracePermits(int permits) {
    semaphore = Semaphore.bounded(permits);
  }

  @Override
  public void run(int times) throws InterruptedException {
    for (int i = 0; i < times; i++) {
      semaphore.acquire();
      semaphore.release();
    }
  }
}
