package io.millrace.cli.demo;

import io.millrace.Parallel;
import io.millrace.outcome.Success;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** A way to fetch all items; answers how many came out right, each counted as often as it did. */
@FunctionalInterface
interface Way {
  int run(Fetch fetch, Scenario scenario);

  /** What is often written: a thread for each item, and a loop around the call. */
  static int naive(Fetch fetch, Scenario scenario) {
    AtomicInteger right = new AtomicInteger();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int each = 0; each < scenario.items(); each++) {
        int item = each;
        threads.execute(
            () -> {
              if (tryOften(fetch, item)) {
                right.incrementAndGet();
              }
            });
      }
    }
    return right.get();
  }

  private static boolean tryOften(Fetch fetch, int item) {
    try {
      for (int tries = 1; tries <= Scenario.NAIVE_TRIES; tries++) {
        if (tryOnce(fetch, item)) {
          return true;
        }
        Thread.sleep(Scenario.NAIVE_PAUSE);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  private static boolean tryOnce(Fetch fetch, int item) throws InterruptedException {
    try {
      return Fetch.isAnswer(fetch.get(item), item);
    } catch (IOException broken) {
      return false;
    }
  }

  /** The same with Millrace. */
  static int millrace(Fetch fetch, Scenario scenario) {
    Parallel parallel =
        Parallel.of(scenario.jobs())
            .rateLimit(RateLimit.perSecond(scenario.rate()))
            .retry(Retry.http().attempts(Scenario.MILLRACE_ATTEMPTS))
            .attemptTimeout(scenario.timeout());
    List<Integer> items = IntStream.range(0, scenario.items()).boxed().toList();
    List<Success<Integer, HttpResponse<String>>> successes =
        parallel.map(items, fetch::get).successes();
    return (int)
        successes.stream()
            .filter(success -> Fetch.isAnswer(success.value(), success.item()))
            .count();
  }
}
