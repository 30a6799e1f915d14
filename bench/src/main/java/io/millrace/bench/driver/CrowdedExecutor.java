package io.millrace.bench.driver;

import io.millrace.Parallel;
import io.millrace.bench.peer.Cost;
import io.millrace.bench.peer.Stopwatch;
import io.millrace.executor.ParallelExecutor;
import io.millrace.plan.Retry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;

/** So many tasks fail and wait for an hour; then each is cancelled. */
final class CrowdedExecutor {
  private static final int SLOTS = 8;
  /* Until the last ones, which have failed, wait as well. */
  private static final long SETTLES_MILLIS = 100;

  private CrowdedExecutor() {}

  static Cost cost(int many) throws InterruptedException {
    CountDownLatch failed = new CountDownLatch(many);
    List<Future<Integer>> futures = new ArrayList<>(many);
    Parallel waiting =
        Parallel.of(SLOTS).retry(Retry.ofRetries(1).backoff(CrowdedBackoff.anHour()));
    try (ParallelExecutor executor = ParallelExecutor.of(waiting)) {
      for (int i = 0; i < many; i++) {
        futures.add(
            executor.submit(
                () -> {
                  failed.countDown();
                  throw new IOException("again");
                }));
      }
      failed.await();
      Thread.sleep(SETTLES_MILLIS);
      Stopwatch watch = new Stopwatch();
      watch.start();
      futures.forEach(each -> each.cancel(true));
      watch.stop();
      return watch.cost(many);
    }
  }
}
