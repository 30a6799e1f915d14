package io.millrace.soundness;

import static java.time.Duration.ofMillis;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.outcome.Outcome;
import io.millrace.plan.Backoff;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.Truncation;
import io.millrace.testkit.ManualClock;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is known of an item goes with that item, and its time begins with its call. */
@Timeout(60)
class FactsOfAnItemTest {
  private static final List<Integer> TWENTY = IntStream.range(0, 20).boxed().toList();

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"item key", "concurrency key", "rate key", "cost"})
  @DisplayName("E9: the time of an attempt begins with the call, not with the functions before it")
  void slowFunctions(String where) throws Exception {
    try (ManualClock clock = ManualClock.jumping()) {
      Parallel timed = Parallel.of(2).clock(clock).attemptTimeout(ofMillis(30));
      RateLimit.TokenBucket fast = RateLimit.perSecond(1_000).burst(100);
      Parallel parallel =
          switch (where) {
            case "item key" -> timed.itemKey(item -> slowly(clock, item));
            case "concurrency key" -> timed.concurrencyPerKey(1, item -> slowly(clock, item));
            case "rate key" -> timed.rateLimit(fast.by(item -> slowly(clock, item)));
            case "cost" ->
                timed.rateLimit(fast.costing(item -> slowly(clock, item).isEmpty() ? 2 : 1));
            default -> throw new AssertionError(where);
          };
      var results =
          Soon.of(
              () ->
                  parallel.map(
                      TWENTY,
                      item -> {
                        clock.sleep(ofMillis(5));
                        return item;
                      }));
      assertEquals(List.of(), results.failures());
      assertEquals(TWENTY, results.values());
    }
  }

  private static String slowly(ManualClock clock, Object item) {
    try {
      clock.sleep(ofMillis(50));
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException("the function was interrupted", interrupted);
    }
    return "key of " + item;
  }

  @ParameterizedTest(name = "item {0}")
  @ValueSource(ints = {700, 1_111, 1_500, 1_777, 2_000, 2_345, 2_600, 2_900})
  @DisplayName("E9: an item whose key function does not return has nobody else's key")
  void hangingKey(int hanging) throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    AtomicInteger calls = new AtomicInteger();
    Parallel parallel =
        Parallel.of(1)
            .window(2_000)
            .attemptTimeout(ofMillis(20))
            .grace(ofMillis(20))
            .runTimeout(ofMillis(1_000))
            .truncation(Truncation.SILENT)
            .itemKey(
                (Integer item) -> {
                  if (item == hanging) {
                    Soon.awaitDeaf(end);
                  }
                  return "key" + item;
                });
    Map<Integer, Object> wrong = new ConcurrentHashMap<>();
    try {
      Soon.of(
          () -> {
            try (Stream<Outcome<Integer, Integer>> outcomes =
                parallel.stream(
                    IntStream.range(0, 3_000).boxed().toList(),
                    item -> {
                      if (item == hanging) {
                        calls.incrementAndGet();
                      }
                      return item;
                    })) {
              outcomes.forEach(
                  outcome -> {
                    Object key = outcome.details().key();
                    if (key != null && !key.equals("key" + outcome.item())) {
                      wrong.put(outcome.item(), key);
                    }
                  });
            }
            return null;
          });
    } finally {
      end.countDown();
    }
    assertEquals(Map.of(), wrong);
    assertEquals(0, calls.get());
  }

  @Test
  @DisplayName("E9: a key's slot is not freed by another item while its own item runs")
  void slotOfAKey() {
    for (int round = 0; round < 6; round++) {
      assertEquals(List.of(), overlaps(400 + round * 7));
    }
  }

  /**
   * Item {@code first} has the shared key, fails at once and is tried again later. The key function of the
   * next item of the same claim does not return in time, and that item is abandoned while the first one runs.
   */
  private static List<String> overlaps(int first) {
    int second = first + 1;
    AtomicInteger tries = new AtomicInteger();
    AtomicReference<Integer> running = new AtomicReference<>();
    Queue<String> overlaps = new ConcurrentLinkedQueue<>();
    Parallel parallel =
        Parallel.of(4)
            .window(2_000)
            .attemptTimeout(ofMillis(200))
            .grace(ofMillis(20))
            .retry(Retry.ofAttempts(2).backoff(Backoff.fixed(ofMillis(100))))
            .<Integer>concurrencyPerKey(
                1,
                item -> {
                  if (item == second) {
                    deafFor(600);
                  }
                  return isShared(first, item) ? "shared" : "of " + item;
                });
    try (Stream<Outcome<Integer, Integer>> outcomes =
        parallel.stream(
            IntStream.range(0, first + 200).boxed().toList(),
            item -> {
              if (item == first && tries.incrementAndGet() == 1) {
                throw new IOException("again");
              }
              if (isShared(first, item)) {
                Integer other = running.getAndSet(item);
                if (other != null) {
                  overlaps.add(item + " began while " + other + " ran");
                }
                try {
                  await(item == first ? 150 : 5);
                } finally {
                  running.set(null);
                }
              } else if (item > second) {
                await(5);
              }
              return item;
            })) {
      outcomes.forEach(_ -> {});
    }
    return List.copyOf(overlaps);
  }

  private static void deafFor(int millis) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < millis * 1_000_000L) {
      var _ = Thread.interrupted();
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static boolean isShared(int first, int item) {
    return item == first || (item > first + 50 && item % 10 == 0);
  }

  private static void await(int millis) throws InterruptedException {
    var _ = new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
  }

  @Test
  @DisplayName(
      "E9: the key on an outcome is its item's, also after items that waited and came back")
  void keysOfItemsThatWaited() {
    Parallel parallel =
        Parallel.of(4)
            .window(500)
            .retry(Retry.ofAttempts(2).backoff(Backoff.fixed(ofMillis(1))))
            .itemKey((Integer item) -> "key" + item);
    try (Stream<Outcome<Integer, Integer>> outcomes =
        parallel.stream(
            IntStream.range(0, 5_000).boxed().toList(),
            item -> {
              if (item % 3 == 0) {
                throw new IOException("again");
              }
              return item;
            })) {
      assertTrue(
          outcomes.allMatch(outcome -> ("key" + outcome.item()).equals(outcome.details().key())));
    }
  }
}
