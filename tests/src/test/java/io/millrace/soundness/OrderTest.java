package io.millrace.soundness;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static java.util.Comparator.comparing;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Run;
import io.millrace.executor.ParallelExecutor;
import io.millrace.limit.RateLimiter;
import io.millrace.outcome.AttemptEvent;
import io.millrace.plan.Backoff;
import io.millrace.plan.Jitter;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.StopToken;
import io.millrace.testkit.ManualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** First come, first served, also when all slots are busy. */
@Timeout(60)
class OrderTest {
  private final ManualClock clock = ManualClock.jumping();
  private final List<Start> starts = Collections.synchronizedList(new ArrayList<>());
  private final Random random = new Random(7);

  @AfterEach
  void closeClock() {
    clock.close();
  }

  private record Start(int number, Duration at) {}

  private int takesAWhile(int number) throws InterruptedException {
    starts.add(new Start(number, clock.elapsed()));
    clock.sleep(Duration.ofNanos((number * 7_919L * 7_919L) % 4_000_000));
    return number;
  }

  /** How many started later than one that came after them, those that had a slot just then left aside. */
  private static long overtaken(List<Start> starts, int slots) {
    List<Start> inOrder = starts.stream().sorted(comparing(Start::number)).toList();
    Duration earliest = Duration.ofDays(1);
    long overtaken = 0;
    for (int i = inOrder.size() - 1; i >= 0; i--) {
      if (i + slots < inOrder.size() && inOrder.get(i + slots).at().compareTo(earliest) < 0) {
        earliest = inOrder.get(i + slots).at();
      }
      overtaken += inOrder.get(i).at().compareTo(earliest) > 0 ? 1 : 0;
    }
    return overtaken;
  }

  @Test
  @DisplayName(
      "E3: tasks of an executor start in their order under a rate limit, though all slots are busy")
  void executor() {
    Parallel limited = Parallel.of(4).clock(clock).rateLimit(RateLimit.perSecond(2_000));
    CountDownLatch all = new CountDownLatch(1);
    Runnable submitter =
        () -> {
          try (ParallelExecutor executor = ParallelExecutor.of(limited)) {
            executor.submit(
                () -> {
                  all.await();
                  return 0;
                });
            for (int number = 0; number < 2_000; number++) {
              int one = number;
              executor.submit(() -> takesAWhile(one));
            }
            all.countDown();
          }
        };
    clock.announced(submitter).run();
    assertEquals(2_000, starts.size());
    assertEquals(0, overtaken(starts, 4), "started after a later one");
  }

  @ParameterizedTest(name = "{0} a second")
  @ValueSource(ints = {1_000, 1_700, 1_900, 2_000, 2_100, 2_500})
  @DisplayName(
      "E3: items of a run start in their order under a rate limit, though all slots are busy")
  void window(int rate) {
    Parallel limited =
        Parallel.of(4).window(1_000).clock(clock).rateLimit(RateLimit.perSecond(rate));
    Iterable<Integer> items = () -> IntStream.range(0, 5_000).iterator();
    assertEquals(5_000, outcomes(limited, items));
    assertEquals(0, overtaken(starts, 4), "started after a later one");
  }

  /* In an announced thread: time must not go on while it is about to start a worker. */
  private int outcomes(Parallel limited, Iterable<Integer> items) {
    AtomicInteger seen = new AtomicInteger();
    Runnable consumer =
        () -> {
          try (Stream<?> stream = limited.stream(items, this::takesAWhile)) {
            stream.forEach(_ -> seen.incrementAndGet());
          }
        };
    clock.announced(consumer).run();
    return seen.get();
  }

  @Test
  @DisplayName(
      "E3: an item that finds no slot of its key keeps its place while a listener hears of that")
  void placeWhileAListenerHears() throws InterruptedException {
    CountDownLatch firstIsCalled = new CountDownLatch(1);
    CountDownLatch firstEnds = new CountDownLatch(1);
    CountDownLatch firstIsTaken = new CountDownLatch(1);
    CountDownLatch heardOfLast = new CountDownLatch(1);
    List<Integer> called = Collections.synchronizedList(new ArrayList<>());
    Iterable<Integer> items =
        () ->
            IntStream.range(0, 3)
                .peek(
                    number -> {
                      if (number == 1) {
                        awaitQuietly(firstIsCalled);
                      } else if (number == 2) {
                        awaitQuietly(firstIsTaken); // so its slot is free
                      }
                    })
                .iterator();
    Parallel perKey =
        Parallel.of(3)
            .concurrencyPerKey(1, (Integer number) -> "one")
            .onAttempt(
                event -> {
                  if (event.item().equals(2)) {
                    heardOfLast.countDown();
                  } else if (event instanceof AttemptEvent.Waiting) {
                    firstEnds.countDown();
                    awaitQuietly(heardOfLast);
                  }
                });
    try (Run<Integer, Integer> run =
        perKey.start(
            items,
            number -> {
              called.add(number);
              firstIsCalled.countDown();
              if (number == 0) {
                firstEnds.await();
              }
              return number;
            })) {
      assertEquals(0, run.take().orElseThrow().index());
      firstIsTaken.countDown();
      assertEquals(2, run.stream().count());
    }
    assertEquals(List.of(0, 1, 2), called);
  }

  @Test
  @DisplayName("E3: items of a key start in their order under a rate limit for each key")
  void eachKey() {
    Parallel limited =
        Parallel.of(4)
            .window(1_000)
            .clock(clock)
            .rateLimit(RateLimit.perSecond(1_000).<Integer>by(number -> number % 2));
    Iterable<Integer> items = () -> IntStream.range(0, 3_000).iterator();
    assertEquals(3_000, outcomes(limited, items));
    Map<Integer, List<Start>> byKey =
        starts.stream().collect(Collectors.groupingBy(start -> start.number() % 2));
    byKey
        .values()
        .forEach(ofKey -> assertEquals(0, overtaken(ofKey, 8), "started after a later one"));
  }

  @Test
  @DisplayName(
      "E3: a run whose slots are busy gets its share of a limiter that another one uses up")
  void sharedLimiter() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(10), clock);
    StopToken token = new StopToken();
    AtomicInteger slow = new AtomicInteger();
    AtomicInteger quick = new AtomicInteger();
    Parallel shared = Parallel.of(1).clock(clock).rateLimit(limiter).stopToken(token);
    Iterable<Integer> endless = () -> IntStream.iterate(0, number -> number + 1).iterator();
    try (Run<Integer, Integer> _ =
            shared
                .window(10_000)
                .start(
                    endless,
                    number -> {
                      slow.incrementAndGet();
                      clock.sleep(ofSeconds(1));
                      return number;
                    });
        Run<Integer, Integer> _ =
            shared
                .concurrency(4)
                .window(10_000)
                .start(
                    endless,
                    number -> {
                      if (quick.incrementAndGet() == 360) {
                        token.stop();
                      }
                      clock.sleep(ofMillis(1));
                      return number;
                    })) {
      Soon.until(token::stopped);
    }
    // A second of work and the wait for the next permit, behind four of the other run at the most.
    assertTrue(slow.get() >= 22, "permits of the busy run: " + slow + " of some 390");
  }

  @Test
  @DisplayName(
      "L5: an item whose key has a permit is not told to wait while the listener hears of one of another key that has none")
  void otherKeysOfOneThatLeaves() {
    CountDownLatch otherRuns = new CountDownLatch(1);
    List<String> waits = Collections.synchronizedList(new ArrayList<>());
    var results =
        Parallel.of(2)
            .rateLimit(RateLimit.per(1, Duration.ofHours(1)).by(OrderTest::key))
            .runTimeout(Duration.ofMinutes(5))
            .onAttempt(
                event -> {
                  if (event instanceof AttemptEvent.Waiting waiting) {
                    waits.add(String.valueOf(waiting.item()));
                    if (waits.size() == 1) {
                      awaitQuietly(otherRuns);
                    }
                  }
                })
            .map(
                List.of("a1", "a2", "b1"),
                item -> {
                  if (item.equals("b1")) {
                    otherRuns.countDown();
                  }
                  return item;
                });
    assertEquals(2, results.okValues().size());
    assertEquals(List.of("a"), waits.stream().map(OrderTest::key).toList());
  }

  @Test
  @DisplayName(
      "E3: a permit that comes free while the listener hears of an item is not taken by a later one of its key")
  void sameKeyAsOneThatLeaves() {
    ManualClock moved = new ManualClock();
    CountDownLatch permitIsFree = new CountDownLatch(1);
    CountDownLatch firstStarts = new CountDownLatch(1);
    CountDownLatch lastWaits = new CountDownLatch(1);
    List<Object> told = Collections.synchronizedList(new ArrayList<>());
    List<Object> started = Collections.synchronizedList(new ArrayList<>());
    var results =
        Parallel.of(2)
            .clock(moved)
            .rateLimit(RateLimit.per(1, Duration.ofSeconds(1)).by(OrderTest::key))
            .onAttempt(
                event -> {
                  if (event instanceof AttemptEvent.Waiting waiting) {
                    told.add(String.valueOf(waiting.item()));
                    if (told.size() == 1) {
                      moved.advance(Duration.ofSeconds(3));
                      permitIsFree.countDown();
                      awaitQuietly(lastWaits);
                    } else {
                      lastWaits.countDown();
                      awaitQuietly(firstStarts);
                    }
                  }
                })
            .map(
                List.of("a1", "a2", "a3"),
                item -> {
                  started.add(item);
                  if (started.size() == 1) {
                    permitIsFree.await();
                  } else {
                    firstStarts.countDown();
                    moved.advance(Duration.ofSeconds(3)); // for the next one
                  }
                  return item;
                });
    moved.close();
    assertEquals(3, results.values().size());
    assertEquals(told, started.subList(1, 3));
  }

  private static String key(String item) {
    return item.substring(0, 1);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException cut) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  @DisplayName("E3: permits go round between ten runs that share a limiter")
  void tenRuns() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(100), clock);
    StopToken token = new StopToken();
    List<AtomicInteger> counts = Stream.generate(AtomicInteger::new).limit(10).toList();
    Iterable<Integer> endless = () -> IntStream.iterate(0, number -> number + 1).iterator();
    AtomicInteger permits = new AtomicInteger();
    List<Run<Integer, Integer>> runs = new ArrayList<>();
    for (AtomicInteger count : counts) {
      Duration work = ofMillis(random.nextInt(1, 90));
      runs.add(
          Parallel.of(1)
              .window(1_000)
              .clock(clock)
              .rateLimit(limiter)
              .stopToken(token)
              .start(
                  endless,
                  number -> {
                    count.incrementAndGet();
                    if (permits.incrementAndGet() == 2_000) {
                      token.stop();
                    }
                    clock.sleep(work);
                    return number;
                  }));
    }
    Soon.until(token::stopped);
    runs.forEach(Run::close);
    int least = counts.stream().mapToInt(AtomicInteger::get).min().orElseThrow();
    assertTrue(least >= 120, "permits of each run, of 2,000: " + counts);
  }

  @Test
  @DisplayName("E3: an item that is repeated goes before those that wait for their first permit")
  void repeatedItemsGoFirst() {
    AtomicInteger failures = new AtomicInteger();
    var results =
        Parallel.of(4)
            .window(200)
            .clock(clock)
            .rateLimit(RateLimit.perSecond(50))
            .retry(Retry.ofAttempts(3).backoff(Backoff.fixed(ofMillis(100))))
            .itemTimeout(ofSeconds(2))
            .map(
                IntStream.range(0, 200).boxed().toList(),
                number -> {
                  starts.add(new Start(number, clock.elapsed()));
                  if (number % 20 == 3 && starts(number) == 1) {
                    failures.incrementAndGet();
                    throw new IOException("once");
                  }
                  return number;
                });
    assertEquals(List.of(), results.failures());
    assertEquals(10, failures.get());
    for (int number = 3; number < 200; number += 20) {
      Duration between = between(number);
      assertTrue(between.compareTo(ofMillis(170)) < 0, number + " waits for " + between);
    }
  }

  @Test
  @DisplayName("E3: an item that is repeated goes before those that wait for a slot of its key")
  void repeatedItemsHaveTheirKeyFirst() {
    var results =
        Parallel.of(8)
            .window(100)
            .clock(clock)
            .concurrencyPerKey(1, (Integer number) -> number % 2)
            .retry(Retry.ofAttempts(3).backoff(Backoff.fixed(ofMillis(10))))
            .map(
                IntStream.range(0, 100).boxed().toList(),
                number -> {
                  starts.add(new Start(number, clock.elapsed()));
                  clock.sleep(ofMillis(20));
                  if (number % 10 == 3 && starts(number) == 1) {
                    throw new IOException("once");
                  }
                  return number;
                });
    assertEquals(List.of(), results.failures());
    for (int number = 3; number < 100; number += 10) {
      Duration between = between(number);
      assertTrue(between.compareTo(ofMillis(61)) < 0, number + " waits for " + between);
    }
  }

  @Test
  @DisplayName("E3: many that are repeated find their places among many that wait")
  void manyAreRepeated() {
    var results =
        Parallel.of(4)
            .window(30_000)
            .clock(clock)
            .rateLimit(RateLimit.perSecond(30_000).burst(15_000))
            .retry(Retry.ofAttempts(2).backoff(Backoff.fixed(ofSeconds(1)).jitter(Jitter.FULL)))
            .map(
                IntStream.range(0, 30_000).boxed().toList(),
                number -> {
                  if (number % 2 == 0 && firsts.add(number)) {
                    throw new IOException("once");
                  }
                  return number;
                });
    assertEquals(List.of(), results.failures());
  }

  private final Set<Integer> firsts = ConcurrentHashMap.newKeySet();

  private long starts(int number) {
    synchronized (starts) {
      return starts.stream().filter(start -> start.number() == number).count();
    }
  }

  private Duration between(int number) {
    List<Duration> times =
        starts.stream().filter(start -> start.number() == number).map(Start::at).toList();
    assertEquals(2, times.size(), "starts of " + number);
    return times.getLast().minus(times.getFirst());
  }
}
