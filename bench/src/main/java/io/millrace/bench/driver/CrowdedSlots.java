package io.millrace.bench.driver;

import io.millrace.Parallel;
import io.millrace.bench.peer.Cost;
import io.millrace.bench.peer.Stopwatch;
import io.millrace.outcome.Outcome;
import io.millrace.plan.Action;
import java.util.Iterator;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Each 20th item takes long, until so many do; then only items come that do nothing. */
final class CrowdedSlots {
  private static final int EACH = 20;
  private static final int FREE_SLOTS = 8;
  private static final int MEASURED = 100_000;

  private CrowdedSlots() {}

  static Cost cost(int many) {
    int mixed = EACH * many;
    CountDownLatch end = new CountDownLatch(1);
    Action<Integer, Integer> action =
        item -> {
          if (item < mixed && item % EACH == 0) {
            end.await();
          }
          return item;
        };
    Iterable<Integer> items = () -> IntStream.range(0, mixed + MEASURED).iterator();
    Stopwatch watch = new Stopwatch();
    try (Stream<Outcome<Integer, Integer>> outcomes =
        Parallel.of(many + FREE_SLOTS).stream(items, action)) {
      Iterator<Outcome<Integer, Integer>> next = outcomes.iterator();
      take(mixed - many, next);
      watch.start();
      take(MEASURED, next);
      watch.stop();
      end.countDown();
      take(many, next);
      return watch.cost(MEASURED);
    }
  }

  private static void take(int count, Iterator<?> outcomes) {
    for (int i = 0; i < count; i++) {
      outcomes.next();
    }
  }
}
