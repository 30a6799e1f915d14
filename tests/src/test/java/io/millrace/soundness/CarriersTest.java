package io.millrace.soundness;

import static java.time.Duration.ofMillis;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Run;
import io.millrace.executor.ParallelExecutor;
import io.millrace.outcome.Outcome;
import io.millrace.plan.Action;
import io.millrace.plan.Backoff;
import io.millrace.plan.Budget;
import io.millrace.plan.Retry;
import io.millrace.plan.Source;
import io.millrace.plan.StopToken;
import io.millrace.plan.Truncation;
import io.millrace.plan.Workers;
import io.millrace.time.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Actions compute, do not listen to interrupts, and so keep every carrier of virtual threads busy: ends come
 * in time all the same. The build runs this class twice, the second time with a single carrier.
 */
@Timeout(60)
class CarriersTest {
  /** The grace period is 100 ms, and 200 ms more are promised; the rest is for busy machines. */
  private static final Duration IN_TIME = ofMillis(1_500);

  private static final Duration TOO_LONG = ofMillis(4_000);

  private static final int CARRIERS =
      Integer.getInteger(
          "jdk.virtualThreadScheduler.parallelism", Runtime.getRuntime().availableProcessors());

  private final CountDownLatch computing = new CountDownLatch(CARRIERS);
  private final AtomicLong ended = new AtomicLong();
  private volatile boolean over;

  @AfterEach
  void letGo() {
    over = true;
  }

  private int compute(int item) {
    computing.countDown();
    long start = System.nanoTime();
    while (!over && System.nanoTime() - start < TOO_LONG.toNanos()) {
      Thread.onSpinWait();
    }
    return item;
  }

  /** The ways to run actions; each ends when the run does. */
  enum Way {
    MAP {
      @Override
      void run(Parallel parallel, Iterable<Integer> items, Action<Integer, Integer> action) {
        parallel.map(items, action);
      }
    },
    FOR_EACH {
      @Override
      void run(Parallel parallel, Iterable<Integer> items, Action<Integer, Integer> action) {
        parallel.<Integer>forEach(items, action::apply);
      }
    },
    STREAM {
      @Override
      void run(Parallel parallel, Iterable<Integer> items, Action<Integer, Integer> action) {
        drain(parallel.stream(items, action));
      }
    },
    ORDERED_STREAM {
      @Override
      void run(Parallel parallel, Iterable<Integer> items, Action<Integer, Integer> action) {
        drain(parallel.ordered().stream(items, action));
      }
    },
    BATCHES {
      @Override
      void run(Parallel parallel, Iterable<Integer> items, Action<Integer, Integer> action) {
        try (var batches = parallel.batches(items, 2, action)) {
          batches.forEach(_ -> {});
        }
      }
    },
    GATHERER {
      @Override
      void run(Parallel parallel, Iterable<Integer> items, Action<Integer, Integer> action) {
        Stream<Integer> upstream = IntStream.range(0, 20).boxed();
        drain(upstream.gather(parallel.<Integer, Integer>gatherer(action)));
      }
    },
    TAKE {
      @Override
      void run(Parallel parallel, Iterable<Integer> items, Action<Integer, Integer> action) {
        try (Run<Integer, Integer> run = parallel.start(items, action)) {
          while (run.take().isPresent()) {
            // to its end
          }
        }
      }
    },
    MAP_OF_A_STREAM {
      @Override
      void run(Parallel parallel, Iterable<Integer> items, Action<Integer, Integer> action) {
        parallel.map(Source.of(IntStream.range(0, 20).boxed()), action);
      }
    };

    abstract void run(Parallel parallel, Iterable<Integer> items, Action<Integer, Integer> action);
  }

  private static void drain(Stream<Outcome<Integer, Integer>> outcomes) {
    try (outcomes) {
      outcomes.forEach(_ -> {});
    }
  }

  private static final List<Integer> ITEMS = IntStream.range(0, 20).boxed().toList();

  private void assertEndsInTime(Way way, Parallel parallel, Action<Integer, Integer> action) {
    try {
      way.run(parallel, ITEMS, action);
    } catch (RuntimeException asItMay) {
      // how it ends is told elsewhere
    } finally {
      Thread.interrupted();
    }
    assertInTime();
  }

  private void assertInTime() {
    Duration late = Soon.since(ended.get());
    assertTrue(late.compareTo(IN_TIME) < 0, "it came " + late.toMillis() + " ms after the end");
  }

  private void whenAllCompute(Runnable end) {
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                computing.await();
              } catch (InterruptedException impossible) {
                throw new AssertionError(impossible);
              }
              ended.set(System.nanoTime());
              end.run();
            });
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("E6: a stop ends the run in time, though every carrier computes")
  void stop(Way way) {
    StopToken token = new StopToken();
    whenAllCompute(token::stop);
    assertEndsInTime(way, Parallel.of(CARRIERS).stopToken(token), this::compute);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("E6: a run timeout ends the run in time, though every carrier computes")
  void runTimeout(Way way) {
    ended.set(System.nanoTime() + 200_000_000);
    assertEndsInTime(way, Parallel.of(CARRIERS).runTimeout(ofMillis(200)), this::compute);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("E6: an interrupt of the caller ends the run in time, though every carrier computes")
  void interrupt(Way way) {
    whenAllCompute(Thread.currentThread()::interrupt);
    assertEndsInTime(way, Parallel.of(CARRIERS), this::compute);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("E6: a first failure ends the run in time, though every carrier computes")
  void failFast(Way way) {
    assertEndsInTime(
        way,
        Parallel.of(CARRIERS + 1).failFast(),
        item -> {
          if (item == 0) {
            while (computing.getCount() > 1) {
              Thread.onSpinWait(); // it must not give its carrier away
            }
            ended.set(System.nanoTime());
            throw new IllegalStateException("first failure");
          }
          return compute(item);
        });
  }

  @Test
  @DisplayName("E6: close returns in time, though every carrier computes")
  void close() throws InterruptedException {
    Run<Integer, Integer> run = Parallel.of(CARRIERS).start(ITEMS, this::compute);
    computing.await();
    ended.set(System.nanoTime());
    run.close();
    assertInTime();
  }

  @Test
  @DisplayName(
      "E6: a stream that is closed while it runs is closed in time, though every carrier computes")
  void closeOfAStream() {
    try (Stream<Outcome<Integer, Integer>> outcomes =
        Parallel.of(CARRIERS + 1).stream(ITEMS, item -> item == 0 ? 0 : compute(item))) {
      outcomes.findFirst().orElseThrow();
      ended.set(System.nanoTime());
    }
    assertInTime();
  }

  @Test
  @DisplayName(
      "E4, E6: a stop of 10,000 waiting actions ends in time, though every carrier computes")
  void manyWaiting() throws InterruptedException {
    int waiting = 10_000;
    StopToken token = new StopToken();
    CountDownLatch begun = new CountDownLatch(waiting);
    Thread stopping =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    begun.await();
                    for (int carrier = 0; carrier < CARRIERS; carrier++) {
                      int number = carrier;
                      Thread.ofVirtual().start(() -> compute(number));
                    }
                    computing.await();
                  } catch (InterruptedException unexpected) {
                    // the test fails by its time
                  }
                  ended.set(System.nanoTime());
                  token.stop();
                });
    Parallel.of(waiting)
        .stopToken(token)
        .map(
            IntStream.range(0, waiting).boxed().toList(),
            item -> {
              begun.countDown();
              new CountDownLatch(1).await(); // at a common one, all cancels take n squared
              return item;
            });
    stopping.join();
    assertTrue(
        System.nanoTime() - ended.get() < TOO_LONG.toNanos() * 3 / 4, "as long as others compute");
  }

  private void computeElsewhere() {
    for (int carrier = 0; carrier < CARRIERS; carrier++) {
      int number = carrier;
      Thread.ofVirtual().start(() -> compute(number));
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("E6: a run in threads of an executor needs no carrier, though others compute on all")
  void threadsOfAnExecutor(Way way) throws InterruptedException {
    computeElsewhere();
    computing.await();
    ended.set(System.nanoTime());
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      assertEndsInTime(way, Parallel.of(2).workers(Workers.on(pool)), item -> item);
    }
  }

  @Test
  @DisplayName(
      "E6: a publisher is read in platform threads, though others compute on every carrier")
  void publisherForPlatformThreads() throws InterruptedException {
    computeElsewhere();
    computing.await();
    ended.set(System.nanoTime());
    Parallel parallel = Parallel.of(2).workers(Workers.platform());
    Source<Outcome<Integer, Integer>> source =
        Source.of(parallel.publisher(ITEMS, (Integer item) -> item));
    assertEquals(ITEMS.size(), parallel.map(source, outcome -> outcome).size());
    assertInTime();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName(
      "E6 R1: a drain without a grace ends the run in time, though others compute on every carrier")
  void drainOfWaits(Way way) throws InterruptedException {
    StopToken token = new StopToken();
    CountDownLatch called = new CountDownLatch(2);
    Thread draining =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    called.await();
                    computeElsewhere();
                    computing.await();
                  } catch (InterruptedException unexpected) {
                    // the test fails by its time
                  }
                  ended.set(System.nanoTime());
                  token.drain();
                });
    assertEndsInTime(
        way,
        Parallel.of(2)
            .window(8)
            .stopToken(token)
            .retry(Retry.ofAttempts(2).backoff(Backoff.fixed(Duration.ofHours(1)))),
        _ -> {
          called.countDown();
          throw new IllegalStateException("again in an hour");
        });
    draining.join();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName(
      "E6 R1: a drain before the first item ends the run in time, though others compute on every carrier")
  void drainOfTheBeginning(Way way) throws InterruptedException {
    StopToken token = new StopToken();
    computeElsewhere();
    whenAllCompute(token::drain);
    assertEndsInTime(
        way, Parallel.of(2).initialDelay(Duration.ofHours(1)).stopToken(token), item -> item);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName(
      "E6 R2: the end by a budget does not wait for workers that others keep from every carrier")
  void budget(Way way) throws InterruptedException {
    AtomicBoolean isHeld = new AtomicBoolean(true);
    CountDownLatch holding = new CountDownLatch(CARRIERS);
    for (int carrier = 0; carrier < CARRIERS; carrier++) {
      Thread.ofVirtual()
          .start(
              () -> {
                holding.countDown();
                while (isHeld.get()) {
                  Thread.onSpinWait();
                }
              });
    }
    holding.await();
    Thread.ofPlatform()
        .start(
            () -> {
              LockSupport.parkNanos(20_000_000); // the run has started its first worker by now
              computeElsewhere(); // queued behind that worker, before the second
              isHeld.set(false);
            });
    assertEndsInTime(
        way,
        Parallel.of(4).budget(Budget.calls(1)),
        item -> {
          ended.set(System.nanoTime());
          return item;
        });
  }

  @Test
  @DisplayName("E6: a publisher that is stopped completes in time, though every carrier computes")
  void publisher() throws InterruptedException {
    StopToken token = new StopToken();
    CountDownLatch complete = new CountDownLatch(1);
    whenAllCompute(token::stop);
    Parallel.of(CARRIERS)
        .stopToken(token)
        .publisher(ITEMS, this::compute)
        .subscribe(
            new Flow.Subscriber<Outcome<Integer, Integer>>() {
              @Override
              public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
              }

              @Override
              public void onNext(Outcome<Integer, Integer> outcome) {}

              @Override
              public void onError(Throwable error) {
                complete.countDown();
              }

              @Override
              public void onComplete() {
                complete.countDown();
              }
            });
    complete.await();
    assertInTime();
  }

  @Test
  @DisplayName(
      "E6: an executor that is shut down gives back its tasks in time, though every carrier computes")
  void shutdownNow() throws Exception {
    ParallelExecutor executor = ParallelExecutor.of(CARRIERS);
    ITEMS.forEach(item -> executor.submit(() -> compute(item)));
    computing.await();
    ended.set(System.nanoTime());
    assertEquals(ITEMS.size() - CARRIERS, executor.shutdownNow().size());
    assertInTime();
  }

  @RepeatedTest(3)
  @DisplayName(
      "A38, E6: an executor with many tasks is shut down in time, though its workers lose every carrier meanwhile")
  void shutdownOfMany() {
    ParallelExecutor executor = ParallelExecutor.of(CARRIERS);
    for (int task = 0; task < 150_000; task++) {
      executor.execute(() -> {});
    }
    AtomicLong from = new AtomicLong(Long.MAX_VALUE);
    for (int carrier = 0; carrier < CARRIERS; carrier++) {
      Thread.ofVirtual()
          .start(
              () -> {
                while (System.nanoTime() < from.get()) {
                  Thread.yield(); // to the workers
                }
                compute(0);
              });
    }
    ended.set(System.nanoTime());
    from.set(ended.get() + 2_000_000); // in the middle of the shutdown
    executor.shutdownAndCancel();
    assertInTime();
  }

  @RepeatedTest(5)
  @DisplayName(
      "E6: timers ring in time, though virtual threads that are setting timers lose every carrier")
  void timers() throws InterruptedException {
    TimeSource clock = TimeSource.system();
    AtomicBoolean isOver = new AtomicBoolean();
    AtomicLong from = new AtomicLong(Long.MAX_VALUE);
    for (int thread = 0; thread < 50; thread++) {
      Thread.ofVirtual()
          .start(
              () -> {
                while (!isOver.get()) {
                  for (int timer = 0; timer < 20; timer++) {
                    clock.schedule(clock.nanoTime() + 1_000_000_000, () -> {}).cancel();
                  }
                  Thread.yield();
                }
              });
    }
    for (int carrier = 0; carrier < CARRIERS; carrier++) {
      Thread.ofVirtual()
          .start(
              () -> {
                while (System.nanoTime() < from.get()) {
                  Thread.yield();
                }
                compute(0);
              });
    }
    AtomicLong worst = new AtomicLong();
    long start = System.nanoTime();
    List<Thread> setting = new ArrayList<>();
    for (int thread = 0; thread < 2; thread++) {
      setting.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (System.nanoTime() - start < 500_000_000) {
                      long due = clock.nanoTime() + 1_000_000;
                      clock.schedule(
                          due, () -> worst.accumulateAndGet(System.nanoTime() - due, Math::max));
                      LockSupport.parkNanos(500_000);
                    }
                  }));
    }
    LockSupport.parkNanos(100_000_000);
    from.set(System.nanoTime());
    for (Thread thread : setting) {
      thread.join();
    }
    CountDownLatch last = new CountDownLatch(1);
    clock.schedule(clock.nanoTime(), last::countDown);
    last.await();
    isOver.set(true);
    assertTrue(worst.get() < IN_TIME.toNanos(), () -> worst.get() / 1_000_000 + " ms late");
    assertTrue(System.nanoTime() - start < 2 * IN_TIME.toNanos(), "setting a timer took long");
  }

  @Test
  @DisplayName("E6: attempts of computing actions time out, though every carrier computes")
  void attemptTimeout() {
    ended.set(System.nanoTime() + 100_000_000);
    try (Run<Integer, Integer> run =
        Parallel.of(CARRIERS).attemptTimeout(ofMillis(100)).start(ITEMS, this::compute)) {
      assertTrue(run.take().isPresent());
      assertInTime();
      ended.set(System.nanoTime());
    }
    assertInTime();
  }

  /* Cheap items before and after those that compute: workers wait for the run's lock when the carriers go. */
  private int computeInTheMiddle(int item) {
    if (item >= 1_000 && item < 1_000 + CARRIERS) {
      return compute(item);
    }
    long start = System.nanoTime();
    while (System.nanoTime() - start < 30_000) {
      Thread.onSpinWait();
    }
    return item;
  }

  @RepeatedTest(3)
  @DisplayName("E6: a run whose carriers are all kept goes on in platform threads, and ends")
  void goesOnWithoutCarriers() {
    Parallel timed =
        Parallel.of(8).window(256).unordered().attemptTimeout(ofMillis(60)).grace(ofMillis(20));
    List<Integer> items = IntStream.range(0, 4_000).boxed().toList();
    long start = System.nanoTime();
    try (Stream<Outcome<Integer, Integer>> outcomes =
        timed.stream(items, this::computeInTheMiddle)) {
      assertEquals(4_000, outcomes.mapToInt(outcome -> 1).sum());
    }
    assertTrue(
        System.nanoTime() - start < TOO_LONG.toNanos() * 3 / 4, "as long as the actions compute");
  }

  @RepeatedTest(3)
  @DisplayName("A19, E6: a stop comes in time though workers wait for the lock without a carrier")
  void stopBesideTheLock() throws InterruptedException {
    StopToken token = new StopToken();
    Parallel stopped =
        Parallel.of(8)
            .window(256)
            .unordered()
            .grace(ofMillis(20))
            .stopToken(token)
            .truncation(Truncation.SILENT);
    List<Integer> items = IntStream.range(0, 4_000).boxed().toList();
    Thread consumer =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (Stream<?> outcomes = stopped.stream(items, this::computeInTheMiddle)) {
                    outcomes.forEach(outcome -> {});
                  }
                  ended.set(System.nanoTime());
                });
    computing.await();
    long stop = System.nanoTime();
    token.stop();
    consumer.join();
    assertTrue(ended.get() - stop < IN_TIME.toNanos(), "ms: " + (ended.get() - stop) / 1_000_000);
  }

  /** What needs a carrier, besides an action. */
  enum Needy {
    SOURCE,
    KEY
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("E6: a run that cannot go on because every carrier is kept ends after its patience")
  void cannotGoOn(Needy needy) {
    CountDownLatch parked = new CountDownLatch(1);
    Action<Integer, Integer> action =
        item -> {
          if (item < CARRIERS) {
            parked.await();
            return compute(item);
          }
          return item;
        };
    List<Integer> items = IntStream.range(0, CARRIERS + 4).boxed().toList();
    Runnable whileAllCompute =
        () -> {
          parked.countDown();
          LockSupport.parkNanos(60_000_000); // gives its carrier away, and finds none
        };
    Iterable<Integer> source =
        needy == Needy.KEY
            ? items
            : () ->
                items.stream()
                    .map(
                        item -> {
                          if (item == CARRIERS + 1) {
                            whileAllCompute.run();
                          }
                          return item;
                        })
                    .iterator();
    Parallel timed =
        Parallel.of(CARRIERS + 3)
            .attemptTimeout(ofMillis(100))
            .patience(ofMillis(300))
            .runTimeout(TOO_LONG.multipliedBy(5))
            .<Integer>itemKey(
                item -> {
                  if (needy == Needy.KEY && item == CARRIERS + 1) {
                    whileAllCompute.run();
                  }
                  return item;
                });
    long start = System.nanoTime();
    timed.map(source, action);
    assertTrue(System.nanoTime() - start < TOO_LONG.toNanos() * 3 / 4, "until the actions ended");
  }
}
