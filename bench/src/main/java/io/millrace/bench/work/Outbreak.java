package io.millrace.bench.work;

import io.millrace.bench.peer.Task;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A task that fails for one item and waits for the others, and counts who is interrupted of those that ran when it did. */
final class Outbreak implements Task {
  private static final int CULPRIT = 50;
  private static final long FAILS_AFTER_MILLIS = 50;
  private static final long OTHERS_TAKE_MILLIS = 1_500;
  private static final long PATIENCE_MILLIS = 300;

  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger interrupted = new AtomicInteger();
  private final CountDownLatch release = new CountDownLatch(1);

  /* Written by the culprit when it fails. */
  private volatile int inFlightThen;
  private volatile long failedNanos;

  @Override
  public Integer apply(Integer item) throws Exception {
    boolean inTime = failedNanos == 0;
    inFlight.incrementAndGet();
    try {
      if (item == CULPRIT) {
        fail();
      }
      release.await(OTHERS_TAKE_MILLIS, TimeUnit.MILLISECONDS);
      return item;
    } catch (InterruptedException cancelled) {
      if (inTime) {
        interrupted.incrementAndGet();
      }
      throw cancelled;
    } finally {
      inFlight.decrementAndGet();
    }
  }

  private void fail() throws InterruptedException, IOException {
    Thread.sleep(FAILS_AFTER_MILLIS);
    inFlightThen = inFlight.get() - 1;
    failedNanos = System.nanoTime();
    throw new IOException("the one failure");
  }

  long failedNanos() {
    return failedNanos;
  }

  /** The share of those in flight at the failure that an interrupt reached; then ends the others. */
  double awaitInterrupts() throws InterruptedException {
    awaitNobody(PATIENCE_MILLIS);
    double share = Math.min(1, (double) interrupted.get() / inFlightThen);
    release.countDown();
    awaitNobody(2 * OTHERS_TAKE_MILLIS);
    return share;
  }

  private void awaitNobody(long millis) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (inFlight.get() > 0 && System.nanoTime() < deadline) {
      Thread.sleep(1);
    }
  }
}
