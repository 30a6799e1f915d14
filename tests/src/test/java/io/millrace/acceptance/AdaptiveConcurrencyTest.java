package io.millrace.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Monitor;
import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.Run;
import io.millrace.executor.ParallelExecutor;
import io.millrace.executor.QueueLimit;
import io.millrace.outcome.MonitorEvent;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.Wording;
import io.millrace.plan.ConcurrencyChange;
import io.millrace.plan.ConcurrencyChange.Reason;
import io.millrace.plan.Retry;
import io.millrace.plan.RunControl;
import io.millrace.plan.Workers;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@NoLeaks
@Timeout(60)
@DisplayName("An adaptive concurrency")
class AdaptiveConcurrencyTest {
  private final ManualClock clock = ManualClock.jumping();
  private final Queue<ConcurrencyChange> changes = new ConcurrentLinkedQueue<>();
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger mostRunning = new AtomicInteger();

  @AfterEach
  void close() {
    clock.close();
  }

  private static List<Integer> items(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  private Parallel adaptive(int min, int max) {
    return Parallel.of().adaptive(min, max, changes::add).clock(clock);
  }

  /** Takes 50 ms, and longer when more than so many are there. */
  private int serve(int item, int most) throws InterruptedException {
    int now = running.incrementAndGet();
    mostRunning.accumulateAndGet(now, Math::max);
    try {
      clock.sleep(Duration.ofNanos(50_000_000L * Math.max(most, now) / most));
      return item;
    } finally {
      running.decrementAndGet();
    }
  }

  @Test
  @DisplayName("AC1 AC3 begins with the least, and finds what a server can do at once")
  void finds() {
    try (Run<Integer, Integer> run = adaptive(1, 200).start(items(3000), item -> serve(item, 10))) {
      assertEquals(1, run.concurrency());
      assertEquals(3000, run.stream().count());
      assertTrue(run.concurrency() >= 9 && run.concurrency() <= 14, run.toString());
    }
    ConcurrencyChange first = changes.element();
    assertEquals(1, first.before());
    assertEquals(2, first.after());
    assertEquals(Reason.STARTING, first.reason());
    assertEquals(Duration.ofMillis(50), first.latency());
    assertTrue(changes.stream().anyMatch(change -> change.reason() == Reason.MEASURED));
    assertTrue(clock.elapsed().toSeconds() < 25, "took " + clock.elapsed());
  }

  @Test
  @DisplayName("AC3 never runs more than the most, nor fewer than the least once it has begun")
  void bounds() {
    Results<Integer, Integer> results =
        adaptive(2, 8).map(items(1000), item -> serve(item, 1_000_000));
    assertEquals(1000, results.okValues().size());
    assertEquals(8, mostRunning.get());
    assertTrue(changes.stream().allMatch(change -> change.after() >= 2 && change.after() <= 8));
  }

  @Test
  @DisplayName("AC3 a control gives the most that may be found, from the start and later on")
  void control() {
    RunControl control = new RunControl();
    control.concurrency(3);
    try (Run<Integer, Integer> run =
        adaptive(2, 50).control(control).start(items(5000), item -> serve(item, 1_000_000))) {
      for (int i = 0; i < 500; i++) {
        run.take();
      }
      assertEquals(3, mostRunning.get());
      control.concurrency(60);
      for (int i = 0; i < 4000; i++) {
        run.take();
      }
      assertTrue(mostRunning.get() > 50, "at once: " + mostRunning);
      run.concurrency(1);
      assertEquals(1, run.concurrency());
      assertEquals(500, run.stream().count());
    }
    assertTrue(changes.stream().anyMatch(change -> change.reason() == Reason.BOUNDED));
  }

  @Test
  @DisplayName("AC4 attempts that fail, however fast, and rejected results move nothing")
  void failures() {
    var failing = adaptive(2, 50).map(items(500), item -> fail(item));
    assertEquals(500, failing.failures().size());
    var rejected =
        adaptive(2, 50)
            .retry(Retry.ofAttempts(2).whenResult(value -> true))
            .map(items(500), item -> serve(item, 1_000_000));
    assertEquals(500, rejected.failures().size());
    assertEquals(2, mostRunning.get());
    assertEquals(List.of(), List.copyOf(changes));
  }

  private int fail(int item) throws Exception {
    serve(item, 1_000_000);
    throw new IOException("broken");
  }

  @Test
  @DisplayName("AC4 failures between successes do not count as fast")
  void someFail() {
    adaptive(1, 100)
        .map(
            items(4000),
            item -> {
              if (item % 2 == 0) {
                throw new IOException("at once");
              }
              return serve(item, 10);
            });
    assertTrue(mostRunning.get() >= 10 && mostRunning.get() <= 33, "at once: " + mostRunning);
    assertTrue(
        changes.stream().allMatch(change -> change.unloaded().toMillis() >= 45),
        () -> "" + changes);
  }

  @Test
  @DisplayName("AC5 does not grow while a rate limit keeps it from being used")
  void unused() {
    adaptive(2, 100).rateLimit(10).map(items(300), item -> serve(item, 1_000_000));
    assertTrue(mostRunning.get() <= 2, "at once: " + mostRunning);
    assertEquals(List.of(), changes.stream().filter(c -> c.after() > 2).toList());
  }

  @Test
  @DisplayName("AC6 a monitor with a listener hears of each move")
  void monitor() {
    List<ConcurrencyChange> heard = new ArrayList<>();
    Monitor monitor =
        Monitor.of(
            Wording.PLAIN,
            event -> {
              if (event instanceof MonitorEvent.ConcurrencyChanged(var change)) {
                synchronized (heard) {
                  heard.add(change);
                }
              }
            });
    adaptive(1, 8).monitor(monitor).map(items(500), item -> serve(item, 1_000_000));
    assertFalse(heard.isEmpty());
    assertEquals(changes.size(), heard.size());
  }

  @Test
  @DisplayName("AC6 A68: what the listener throws ends the run, and is thrown")
  void brokenListener() {
    IllegalStateException broken = new IllegalStateException("broken");
    Parallel parallel =
        Parallel.of()
            .clock(clock)
            .adaptive(
                1,
                8,
                _ -> {
                  throw broken;
                });
    assertSame(
        broken,
        assertThrows(
            IllegalStateException.class,
            () -> parallel.map(items(500), item -> serve(item, 1_000_000))));
  }

  @Test
  @DisplayName("AC3 without a listener it finds the same, for cheap items as well")
  void withoutListener() {
    Results<Integer, Integer> results =
        Parallel.of().adaptive(1, 8).clock(clock).map(items(500), item -> serve(item, 1_000_000));
    assertEquals(500, results.okValues().size());
    assertEquals(8, mostRunning.get());
    assertEquals(
        100_000, Parallel.of().adaptive(1, 8).map(items(100_000), i -> i).okValues().size());
  }

  @Test
  @DisplayName(
      "AC3 an executor finds it as well; a queue limit counts from the most that may be found")
  void executor() throws Exception {
    try (ParallelExecutor executor = ParallelExecutor.of(adaptive(1, 8), QueueLimit.rejecting(2))) {
      assertEquals(1, executor.concurrency());
      List<Future<Integer>> tasks = new ArrayList<>();
      for (int round = 0; round < 50; round++) {
        for (int item = 0; item < 10; item++) {
          int number = item;
          tasks.add(executor.submit(() -> serve(number, 1_000_000)));
        }
        for (Future<Integer> task : tasks) {
          task.get();
        }
        tasks.clear();
      }
      assertTrue(mostRunning.get() > 4, "at once: " + mostRunning);
      executor.concurrency(2);
      assertTrue(executor.concurrency() <= 2);
    }
  }

  @Test
  @DisplayName(
      "AC1 a gatherer and an executor's map read as far ahead as the concurrency that was found")
  void readsAhead() throws Exception {
    Parallel plain = Parallel.of().adaptive(1, 40).clock(clock);
    assertEquals(
        1_000,
        items(1_000).stream()
            .gather(plain.gatherer((Integer item) -> serve(item, 1_000_000)))
            .count());
    assertEquals(40, mostRunning.getAndSet(0));
    try (ParallelExecutor executor = ParallelExecutor.of(plain)) {
      assertEquals(
          1_000, executor.map(items(1_000), (Integer item) -> serve(item, 1_000_000)).size());
    }
    assertEquals(40, mostRunning.get());
  }

  @Test
  @DisplayName("AC6 the time of a slow listener is that of no item")
  void slowListener() {
    Parallel hasty =
        Parallel.of()
            .clock(clock)
            .itemTimeout(Duration.ofMillis(60))
            .adaptive(1, 8, _ -> sleep(Duration.ofMillis(300)));
    assertEquals(500, hasty.map(items(500), item -> serve(item, 1_000_000)).okValues().size());
  }

  @Test
  @DisplayName("AC6 each move is told before it takes effect, in order, one at a time")
  void toldBeforeTheEffect() {
    AtomicInteger told = new AtomicInteger(1);
    AtomicInteger tellers = new AtomicInteger();
    Queue<String> faults = new ConcurrentLinkedQueue<>();
    Parallel parallel =
        Parallel.of()
            .clock(clock)
            .adaptive(
                1,
                64,
                change -> {
                  int before = told.get();
                  if (tellers.incrementAndGet() > 1 || change.before() != before) {
                    faults.add("told after " + before + ": " + change);
                  }
                  sleep(Duration.ofMillis(130));
                  told.set(change.after());
                  tellers.decrementAndGet();
                });
    try (Run<Integer, Integer> run =
        parallel.start(
            items(3_000),
            item -> {
              int now = running.get() + 1;
              if (now > told.get() && told.get() < 16) { // it only grows until then
                faults.add(now + " run, told " + told);
              }
              return serve(item, 40);
            })) {
      assertEquals(3_000, run.stream().count());
      assertEquals(told.get(), run.concurrency());
    }
    assertEquals(List.of(), List.copyOf(faults));
  }

  @Test
  @DisplayName("AC6 a move that the last attempt finds is told before the run is over")
  void lastMove() {
    try (Run<Integer, Integer> run = adaptive(1, 8).start(items(20), item -> serve(item, 8))) {
      assertEquals(20, run.stream().count());
      assertEquals(2, run.concurrency());
    }
    assertEquals(1, changes.size());
  }

  private void sleep(Duration time) {
    try {
      clock.sleep(time);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  @DisplayName("AC4 a command that throws is no success")
  void commandsThatThrow() throws Exception {
    try (ParallelExecutor executor = ParallelExecutor.of(adaptive(2, 50))) {
      for (int item = 0; item < 500; item++) {
        executor.execute(
            () -> {
              Thread.currentThread().setUncaughtExceptionHandler((thread, error) -> {});
              throw new IllegalStateException("broken");
            });
      }
    }
    assertEquals(List.of(), List.copyOf(changes));
  }

  @Test
  @DisplayName("AC3 a bound that was below the least and rises again takes effect at once")
  void boundBelowTheLeast() {
    RunControl control = new RunControl();
    control.concurrency(1);
    try (Run<Integer, Integer> run =
        adaptive(5, 50).control(control).start(items(2_000), item -> serve(item, 1_000_000))) {
      for (int i = 0; i < 200; i++) {
        run.take();
      }
      assertEquals(1, mostRunning.get());
      control.concurrency(50);
      assertEquals(5, run.concurrency());
      assertEquals(1_800, run.stream().count());
    }
    assertTrue(
        changes.stream()
            .filter(change -> change.reason() != Reason.BOUNDED)
            .allMatch(change -> change.after() <= 2 * change.before()),
        () -> "" + changes);
  }

  /** Ignores its interrupt, if it has one of the first numbers, until it may return. */
  private static int stubborn(int item, int many, CountDownLatch mayReturn) {
    boolean waits = item < many;
    while (waits) {
      try {
        mayReturn.await();
        waits = false;
      } catch (InterruptedException ignored) {
        assertTrue(mayReturn.getCount() > 0);
      }
    }
    return item;
  }

  private static Parallel withStubborn(int min, int max) {
    return Parallel.of()
        .adaptive(min, max)
        .attemptTimeout(Duration.ofMillis(10))
        .grace(Duration.ofMillis(10));
  }

  @ParameterizedTest(name = "{0} of at most {1}")
  @CsvSource({"1, 2", "3, 4", "2, 50"})
  @DisplayName(
      "AC7 actions that were abandoned neither end a run nor hold it, while there may be others")
  void abandoned(int many, int most) throws Exception {
    CountDownLatch mayReturn = new CountDownLatch(1);
    try (Run<Integer, Integer> run =
        withStubborn(1, most)
            .patience(Duration.ofMillis(100))
            .start(items(200), item -> stubborn(item, many, mayReturn))) {
      for (int item = 0; item < 200; item++) {
        assertTrue(run.take().isPresent());
      }
      assertEquals(many, run.abandoned().size());
      assertTrue(run.take().isEmpty());
      assertEquals(RunStatus.COMPLETED, run.status());
      mayReturn.countDown();
    }
  }

  @Test
  @DisplayName("AC7 a worker that comes back gives up the place that another one had for it")
  void backAgain() throws Exception {
    CountDownLatch mayReturn = new CountDownLatch(1);
    try (ParallelExecutor executor = ParallelExecutor.of(withStubborn(1, 2))) {
      Future<Integer> first = executor.submit(() -> stubborn(0, 1, mayReturn));
      assertThrows(ExecutionException.class, () -> first.get(20, TimeUnit.SECONDS));
      assertEquals(5, executor.submit(() -> 5).get(20, TimeUnit.SECONDS));
      assertEquals(2, executor.concurrency());
      mayReturn.countDown();
      while (executor.concurrency() > 1) {
        Thread.onSpinWait();
      }
      assertEquals(6, executor.submit(() -> 6).get(20, TimeUnit.SECONDS));
    }
  }

  @Test
  @DisplayName(
      "AC7 E14: as many abandoned actions as the most hold the run until its patience is over")
  void allAbandoned() {
    CountDownLatch mayReturn = new CountDownLatch(1);
    Results<Integer, Integer> results =
        withStubborn(1, 3)
            .patience(Duration.ofMillis(100))
            .map(items(200), item -> stubborn(item, 3, mayReturn));
    mayReturn.countDown();
    assertEquals(RunStatus.ABORTED, results.status());
    assertEquals(3, results.failures().size());
  }

  @ParameterizedTest(name = "item {0}")
  @ValueSource(ints = {0, 5, 24, 30, 60, 100})
  @DisplayName(
      "AC8 an item that takes very long neither holds the others nor keeps it from growing")
  void slowItem(int slow) {
    AtomicLong others = new AtomicLong();
    adaptive(2, 64)
        .map(
            items(3_000),
            item -> {
              if (item == slow) {
                clock.sleep(Duration.ofSeconds(600));
                return item;
              }
              serve(item, 1_000_000);
              return others.accumulateAndGet(clock.elapsed().toSeconds(), Math::max);
            });
    assertTrue(others.get() < 30, "others done after " + others + " s");
    assertTrue(mostRunning.get() >= 60, "at once: " + mostRunning);
  }

  @Test
  @DisplayName(
      "AC8 going down to measure does not hold what runs beside an item that takes very long")
  void slowItemWhileMeasuring() {
    AtomicLong others = new AtomicLong();
    Parallel.of()
        .adaptive(1, 50)
        .clock(clock)
        .map(
            items(2_000),
            item -> {
              clock.sleep(
                  item == 24 ? Duration.ofSeconds(600) : Duration.ofMillis(item < 300 ? 30 : 60));
              return item == 24
                  ? 0
                  : others.accumulateAndGet(clock.elapsed().toSeconds(), Math::max);
            });
    assertTrue(others.get() < 60, "others done after " + others + " s");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(ints = {1, 2, 3})
  @DisplayName("AC3 when a bound rises again, it doubles as at the start")
  void boundThatRises(int low) {
    RunControl control = new RunControl();
    try (Run<Integer, Integer> run =
        adaptive(1, 200).control(control).start(items(9_000), item -> serve(item, 50))) {
      for (int i = 0; i < 4_000; i++) {
        run.take();
      }
      control.concurrency(low);
      for (int i = 0; i < 200; i++) {
        run.take();
      }
      control.concurrency(200);
      long start = clock.elapsed().toMillis();
      while (run.concurrency() < 30) {
        assertTrue(run.take().isPresent());
      }
      long took = clock.elapsed().toMillis() - start;
      assertTrue(took < 6_000, "30 at once again after " + took + " ms");
    }
  }

  @Test
  @DisplayName("AC3 in the caller's thread, the concurrency is 1")
  void caller() {
    Results<Integer, Integer> results =
        adaptive(2, 8).workers(Workers.caller()).map(items(100), item -> serve(item, 1));
    assertEquals(100, results.okValues().size());
    assertEquals(1, mostRunning.get());
    assertTrue(changes.isEmpty());
  }

  @Test
  @DisplayName(
      "AC3 bounds that make no sense are refused; the last of concurrency and adaptive counts")
  void arguments() {
    Parallel parallel = Parallel.of();
    assertEquals(
        "min must be at least 1, not 0",
        assertThrows(IllegalArgumentException.class, () -> parallel.adaptive(0, 5)).getMessage());
    assertEquals(
        "max must be at least 6, not 5",
        assertThrows(IllegalArgumentException.class, () -> parallel.adaptive(6, 5)).getMessage());
    assertEquals("Parallel[adaptive=1 to 5]", parallel.adaptive(1, 5).toString());
    assertEquals("Parallel[concurrency=3]", parallel.adaptive(1, 5).concurrency(3).toString());
  }
}
