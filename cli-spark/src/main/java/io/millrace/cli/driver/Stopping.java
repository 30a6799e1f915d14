package io.millrace.cli.driver;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.jspecify.annotations.Nullable;

/** Ends the job before its time. Thread-safe. */
final class Stopping {
  /* Who asks the driver to end may not wait for ever. */
  private static final int MOST_SECONDS = 20;

  private final AtomicReference<@Nullable Reason> reason = new AtomicReference<>();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile @Nullable SparkContext context;
  private volatile boolean isAlone;

  /** Why it ends. */
  enum Reason {
    INTERRUPTED,
    TIMED_OUT
  }

  /** Ends the job when standard input does, or says so. */
  void watch(InputStream in) {
    Thread.ofPlatform()
        .daemon()
        .name("millrace-watch")
        .start(
            () -> {
              try {
                isAlone = in.read() < 0;
              } catch (IOException gone) {
                isAlone = true;
              }
              stop(Reason.INTERRUPTED);
              exitLater();
            });
  }

  private static void exitLater() {
    Thread.ofPlatform()
        .daemon()
        .name("millrace-exit")
        .start(
            () -> {
              try {
                TimeUnit.SECONDS.sleep(MOST_SECONDS);
              } catch (InterruptedException never) {
                return;
              }
              Runtime.getRuntime().halt(1);
            });
  }

  /** From now on there are jobs that can be cancelled: those that run then, and those that begin later. */
  void begins(SparkContext context) {
    this.context = context;
    context.addSparkListener(
        new SparkListener() {
          @Override
          public void onJobStart(SparkListenerJobStart start) {
            if (reason() != null) {
              context.cancelAllJobs();
            }
          }
        });
  }

  /** Ends it; the first reason counts. */
  void stop(Reason why) {
    reason.compareAndSet(null, why);
    stopped.countDown();
    SparkContext current = context;
    if (current != null && !current.isStopped()) {
      current.cancelAllJobs();
    }
  }

  /** Whether the process that was watched is gone. */
  boolean isAlone() {
    return isAlone;
  }

  /** Why it was ended; null if it was not. */
  @Nullable Reason reason() {
    return reason.get();
  }

  /** Waits for a moment, or until it is ended. */
  boolean await(long millis) throws InterruptedException {
    return stopped.await(millis, TimeUnit.MILLISECONDS);
  }
}
