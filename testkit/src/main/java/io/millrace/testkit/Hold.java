package io.millrace.testkit;

import io.millrace.time.TimeSource;
import java.util.concurrent.CountDownLatch;

/** Keeps one thread waiting until another one releases it; a release that comes first counts. */
interface Hold {

  /** Blocks until the release. */
  void await() throws InterruptedException;

  void release();

  /**
   * A hold; on a manual clock, its thread counts as waiting.
   *
   * @param ignoresInterrupts whether it ignores interrupts; the thread's flag is set again at the end
   */
  static Hold on(TimeSource clock, boolean ignoresInterrupts) {
    return clock instanceof ManualClock manual
        ? manual.hold(ignoresInterrupts)
        : inRealTime(ignoresInterrupts);
  }

  private static Hold inRealTime(boolean ignoresInterrupts) {
    CountDownLatch latch = new CountDownLatch(1);
    return new Hold() {
      @Override
      public void await() throws InterruptedException {
        if (ignoresInterrupts) {
          awaitUninterruptibly(latch);
        } else {
          latch.await();
        }
      }

      @Override
      public void release() {
        latch.countDown();
      }
    };
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    boolean interrupted = false;
    while (latch.getCount() > 0) {
      try {
        latch.await();
      } catch (InterruptedException unheard) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
