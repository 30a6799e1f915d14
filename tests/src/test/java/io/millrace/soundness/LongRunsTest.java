package io.millrace.soundness;

import static java.time.Duration.ofMillis;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.TruncatedRunException;
import io.millrace.plan.RateLimit;
import io.millrace.plan.StopToken;
import io.millrace.plan.Truncation;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ends come in time, and cost no more, however many items are left or wait. */
@Timeout(120)
class LongRunsTest {
  private static final List<Integer> MILLION = IntStream.range(0, 1_000_000).boxed().toList();

  /** 400 ms are promised; the rest is for busy machines. */
  private static final Duration IN_TIME = ofMillis(1_500);

  private static int await(int item) throws InterruptedException {
    var _ = new CountDownLatch(1).await(1, TimeUnit.MILLISECONDS);
    return item;
  }

  private static void assertInTime(long start) {
    Duration late = Soon.since(start).minus(ofMillis(200));
    assertTrue(late.compareTo(IN_TIME) < 0, "it returned " + late.toMillis() + " ms too late");
  }

  @Test
  @DisplayName("E23: forEach over a million items returns in time after its timeout")
  void forEach() {
    long start = System.nanoTime();
    assertThrows(
        TruncatedRunException.class,
        () ->
            Parallel.of(4)
                .runTimeout(ofMillis(200))
                .<Integer>forEach(MILLION, LongRunsTest::await));
    assertInTime(start);
  }

  @Test
  @DisplayName("E23: a stream over a million items ends in time after its run's timeout")
  void stream() {
    long start = System.nanoTime();
    try (Stream<Outcome<Integer, Integer>> outcomes =
        Parallel.of(4).runTimeout(ofMillis(200)).truncation(Truncation.SILENT).stream(
            MILLION, LongRunsTest::await)) {
      assertEquals(1_000_000, outcomes.mapToInt(_ -> 1).sum());
    }
    assertInTime(start);
  }

  @Test
  @DisplayName("E23: so does one that is read in groups")
  void streamInGroups() {
    long start = System.nanoTime();
    try (Stream<Outcome<Integer, Integer>> outcomes =
        Parallel.of(4).barrier(2).runTimeout(ofMillis(200)).truncation(Truncation.SILENT).stream(
            MILLION, LongRunsTest::await)) {
      assertEquals(1_000_000, outcomes.mapToInt(_ -> 1).sum());
    }
    assertInTime(start);
  }

  @Test
  @DisplayName("E23: a map over a million items returns in time after its timeout")
  void map() {
    long start = System.nanoTime();
    var results = Parallel.of(4).runTimeout(ofMillis(200)).map(MILLION, LongRunsTest::await);
    assertEquals(1_000_000, results.size());
    assertInTime(start);
  }

  @Test
  @DisplayName("E7: a stop interrupts what runs first, however many items wait for a permit")
  void stop() throws Exception {
    StopToken token = new StopToken();
    CountDownLatch running = new CountDownLatch(1);
    AtomicLong interrupted = new AtomicLong();
    AtomicLong left = new AtomicLong();
    long stopped;
    int waiting = 500_000;
    Parallel parallel =
        Parallel.of(4).window(waiting).rateLimit(RateLimit.perHour(1)).stopToken(token);
    AtomicInteger read = new AtomicInteger();
    Iterable<Integer> items =
        () -> IntStream.range(0, waiting).peek(_ -> read.incrementAndGet()).iterator();
    try (var _ =
        parallel.start(
            items,
            item -> {
              running.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException expected) {
                interrupted.set(System.nanoTime());
              }
              return item;
            })) {
      running.await();
      long begun = System.nanoTime();
      while (read.get() < waiting && Soon.since(begun).toSeconds() < 20) {
        Thread.yield();
      }
      left.set(System.nanoTime());
      token.stop();
      stopped = System.nanoTime();
      Soon.until(() -> interrupted.get() != 0);
    }
    long late = interrupted.get() - left.get();
    long whole = stopped - left.get();
    assertTrue(
        late < Math.max(whole / 2, ofMillis(100).toNanos()),
        "interrupted after " + late + " ns, when stopping took " + whole + " ns");
  }
}
