package io.millrace.soundness;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.plan.Source;
import io.millrace.plan.StopToken;
import io.millrace.plan.Workers;
import io.millrace.time.TimeSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Threads and timers that cannot be started: the call ends, and leaves nothing open. */
@Timeout(30)
class StartsTest {
  private static final List<Integer> TWENTY = IntStream.range(0, 20).boxed().toList();

  @ParameterizedTest(name = "the {0}th thread")
  @ValueSource(ints = {1, 2, 3, 4})
  @DisplayName("E11: a thread that cannot be announced does not hang the call")
  void announcementThatFails(int number) throws Exception {
    AtomicInteger announced = new AtomicInteger();
    TimeSource clock =
        new RealClock() {
          @Override
          public void enter() {
            if (announced.incrementAndGet() == number) {
              throw new OutOfMemoryError("made up");
            }
          }
        };
    assertEndsSomehow(Parallel.of(4).clock(clock));
  }

  @ParameterizedTest(name = "on an executor: {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("E11: a worker whose thread fails before it comes for work does not hang the call")
  void threadThatFailsAtOnce(boolean onExecutor) throws Exception {
    AtomicInteger announced = new AtomicInteger();
    TimeSource clock =
        new RealClock() {
          @Override
          public Runnable announced(Runnable task) {
            boolean isWorker =
                announced.incrementAndGet() == 2; // the first is the start of the run
            return isWorker ? this::fail : task;
          }

          private void fail() {
            throw new OutOfMemoryError("made up");
          }
        };
    try (ExecutorService pool = Executors.newFixedThreadPool(4, StartsTest::quiet)) {
      Workers workers = onExecutor ? Workers.on(pool) : Workers.platform();
      Parallel parallel = Parallel.of(4).clock(clock).workers(workers);
      assertThrows(OutOfMemoryError.class, () -> Soon.of(() -> parallel.map(TWENTY, item -> item)));
    }
  }

  /* Its pool prints what its threads die of. */
  private static Thread quiet(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    thread.setUncaughtExceptionHandler((_, _) -> {});
    return thread;
  }

  @Test
  @DisplayName(
      "E11: a timeout that cannot be scheduled ends the run, because others rely on the same timer")
  void timerThatFails() {
    CountDownLatch other = new CountDownLatch(1);
    AtomicBoolean isFirst = new AtomicBoolean(true);
    TimeSource clock =
        new RealClock() {
          @Override
          public Timer schedule(long atNanos, Runnable task) {
            if (isFirst.getAndSet(false)) {
              Soon.awaitDeaf(other); // that one takes it for set
            }
            throw new IllegalStateException("no timer");
          }
        };
    Exception thrown =
        assertThrows(
            IllegalStateException.class,
            () ->
                Soon.of(
                    () ->
                        Parallel.of(2)
                            .clock(clock)
                            .attemptTimeout(ofMillis(50))
                            .map(
                                List.of(1, 2),
                                item -> {
                                  other.countDown();
                                  new CountDownLatch(1).await();
                                  return item;
                                })));
    assertEquals("no timer", thrown.getMessage());
  }

  @ParameterizedTest(name = "the {0}th thread")
  @ValueSource(ints = {1, 2, 3, 4})
  @DisplayName("E11: a thread that cannot be started does not hang the call")
  void startThatFails(int number) throws Exception {
    AtomicInteger started = new AtomicInteger();
    Workers workers =
        Workers.on(
            task -> {
              if (started.incrementAndGet() == number) {
                throw new OutOfMemoryError("unable to create native thread (made up)");
              }
              Thread.ofVirtual().start(task);
            });
    assertEndsSomehow(Parallel.of(4).workers(workers));
  }

  @ParameterizedTest(name = "from the {0}th thread on")
  @ValueSource(ints = {1, 2, 3, 4})
  @DisplayName("E11: a pool that takes no more workers does not hang the call")
  void poolThatTakesNoMore(int number) throws Exception {
    AtomicInteger started = new AtomicInteger();
    Workers workers =
        Workers.on(
            task -> {
              if (started.incrementAndGet() >= number) {
                throw new RejectedExecutionException("made up");
              }
              Thread.ofVirtual().start(task);
            });
    assertEndsSomehow(Parallel.of(4).workers(workers));
  }

  /** With all values, or with an error. */
  private static void assertEndsSomehow(Parallel parallel) throws Exception {
    int size =
        Soon.of(
            () -> {
              try {
                return parallel
                    .map(
                        TWENTY,
                        item -> {
                          Thread.yield();
                          return item;
                        })
                    .size();
              } catch (OutOfMemoryError | RejectedExecutionException madeUp) {
                return 20;
              }
            });
    assertEquals(20, size);
  }

  @Test
  @DisplayName(
      "E11: a run that cannot begin closes its source, and the stop token does not keep it")
  void runThatCannotBegin() {
    TimeSource clock =
        new RealClock() {
          @Override
          public Timer schedule(long atNanos, Runnable task) {
            throw new OutOfMemoryError("unable to create native thread (made up)");
          }
        };
    AtomicInteger closed = new AtomicInteger();
    Stream<Integer> items = Stream.of(1, 2).onClose(closed::incrementAndGet);
    Parallel parallel =
        Parallel.of(2).clock(clock).stopToken(new StopToken()).runTimeout(ofSeconds(5));
    assertThrows(
        OutOfMemoryError.class, () -> Soon.of(() -> parallel.map(Source.of(items), item -> item)));
    assertTrue(closed.get() == 1, "closed " + closed + " times");
  }
}
