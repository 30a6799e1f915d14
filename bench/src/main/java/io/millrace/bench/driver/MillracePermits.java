package io.millrace.bench.driver;

import io.millrace.bench.peer.PermitLoop;
import io.millrace.limit.WeightedSemaphore;

/** The library's semaphore in a loop. */
final class MillracePermits implements PermitLoop.Body {
  private final WeightedSemaphore semaphore;

  MillracePermits(int permits) {
    semaphore = WeightedSemaphore.bounded(permits);
  }

  @Override
  public void run(int times) throws InterruptedException {
    for (int i = 0; i < times; i++) {
      semaphore.acquire();
      semaphore.release();
    }
  }
}
