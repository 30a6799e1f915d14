package io.millrace.soundness;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.Run;
import io.millrace.executor.ExecutorFuture;
import io.millrace.executor.ParallelExecutor;
import io.millrace.executor.TaskOptions;
import io.millrace.outcome.AbandonedException;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Hedge;
import io.millrace.plan.StopToken;
import io.millrace.plan.Workers;
import io.millrace.scope.CancelScope;
import io.millrace.time.TimeSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever foreign threads and pools do, no call hangs, and no run ends that could go on. */
@Timeout(30)
class StuckThreadsTest {
  private static final List<Integer> SIXTY = IntStream.range(0, 60).boxed().toList();
  private final CountDownLatch end = new CountDownLatch(1);

  @AfterEach
  void letGo() {
    end.countDown();
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    return thread;
  }

  // E12

  /** Closes something first, and fails at that. */
  private static final class Closing extends Thread {
    Closing(Runnable task) {
      super(task);
      setDaemon(true);
    }

    @Override
    public void interrupt() {
      super.interrupt();
      throw new IllegalStateException("closing failed");
    }
  }

  @Test
  @DisplayName(
      "E12: threads whose interrupt method throws do not hang a run whose attempts time out")
  void interruptThatThrows() throws Exception {
    // Nobody could shut it down: that interrupts, too.
    ExecutorService pool = Executors.newFixedThreadPool(2, Closing::new);
    Parallel parallel = Parallel.of(2).workers(Workers.on(pool)).attemptTimeout(ofMillis(50));
    Results<Integer, Integer> results =
        Soon.of(
            () ->
                parallel.map(
                    List.of(1, 2, 3),
                    item -> {
                      end.await();
                      return item;
                    }));
    assertEquals(3, results.failures().size());
  }

  @Test
  @DisplayName("E12: threads whose interrupt method throws do not hang a run that is stopped")
  void interruptThatThrowsAtAStop() throws Exception {
    // Nobody could shut it down: that interrupts, too.
    ExecutorService pool = Executors.newFixedThreadPool(2, Closing::new);
    StopToken token = new StopToken();
    CountDownLatch running = new CountDownLatch(2);
    Parallel parallel = Parallel.of(2).workers(Workers.on(pool)).stopToken(token);
    daemon(
            () -> {
              Soon.until(() -> running.getCount() == 0);
              token.stop();
            })
        .start();
    Results<Integer, Integer> results =
        Soon.of(
            () ->
                parallel.map(
                    List.of(1, 2, 3),
                    item -> {
                      running.countDown();
                      end.await();
                      return item;
                    }));
    assertEquals(RunStatus.CANCELLED, results.status());
  }

  /** Is interrupted only some time after somebody asked for it: a timer of the same clock comes first. */
  private static final class Late extends Thread {
    Late(Runnable task) {
      super(task);
      setDaemon(true);
    }

    @Override
    public void interrupt() {
      TimeSource clock = TimeSource.system();
      CountDownLatch rung = new CountDownLatch(1);
      clock.schedule(clock.nanoTime() + ofMillis(100).toNanos(), rung::countDown);
      Soon.awaitDeaf(rung);
      super.interrupt();
    }
  }

  @Test
  @DisplayName("E12, A19: the grace begins when the interrupt was sent, however short it is")
  void interruptThatComesLate() throws Exception {
    try (ExecutorService pool = Executors.newFixedThreadPool(1, Late::new)) {
      Parallel parallel =
          Parallel.of(1).workers(Workers.on(pool)).attemptTimeout(ofMillis(50)).grace(ZERO);
      Results<Integer, Integer> results =
          Soon.of(
              () ->
                  parallel.map(
                      List.of(1),
                      item -> {
                        Soon.awaitDeaf(end);
                        return item;
                      }));
      assertInstanceOf(AbandonedException.class, results.failures().getFirst().error());
      end.countDown();
    }
  }

  /** Does not say where it is. */
  private static final class Secret extends Thread {
    Secret(Runnable task) {
      super(task);
      setDaemon(true);
    }

    @Override
    public StackTraceElement[] getStackTrace() {
      throw new LinkageError("no stack");
    }
  }

  @Test
  @DisplayName("E12: a thread that cannot say where it is is abandoned all the same")
  void noStack() throws Exception {
    try (ExecutorService pool = Executors.newFixedThreadPool(1, Secret::new)) {
      Parallel parallel =
          Parallel.of(1).workers(Workers.on(pool)).attemptTimeout(ofMillis(50)).grace(ofMillis(50));
      Results<Integer, Integer> results;
      try {
        results =
            Soon.of(
                () ->
                    parallel.map(
                        List.of(1),
                        item -> {
                          Soon.awaitDeaf(end);
                          return item;
                        }));
      } finally {
        end.countDown(); // closing the pool waits for it
      }
      assertInstanceOf(AbandonedException.class, results.failures().getFirst().error());
    }
  }

  /** Takes until the end of the test to be interrupted. */
  private final class Blocking extends Thread {
    private final CountDownLatch asked;

    Blocking(Runnable task, CountDownLatch asked) {
      super(task);
      this.asked = asked;
      setDaemon(true);
    }

    @Override
    public void interrupt() {
      asked.countDown();
      Soon.awaitDeaf(end);
      super.interrupt();
    }
  }

  private static void assertTimersRing() throws InterruptedException {
    TimeSource clock = TimeSource.system();
    CountDownLatch rung = new CountDownLatch(1);
    clock.schedule(clock.nanoTime(), rung::countDown);
    assertTrue(rung.await(5, TimeUnit.SECONDS), "the thread of all timers is held up");
  }

  @Test
  @DisplayName(
      "E12: a thread whose interrupt method blocks holds up no timer, at a task's deadline")
  void interruptThatBlocksAtADeadline() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    ExecutorService pool = Executors.newFixedThreadPool(1, task -> new Blocking(task, asked));
    try (ParallelExecutor executor =
        ParallelExecutor.of(Parallel.of(1).workers(Workers.on(pool)))) {
      CountDownLatch running = new CountDownLatch(1);
      ExecutorFuture<Integer> late =
          executor.submit(
              () -> {
                running.countDown();
                Soon.awaitDeaf(end);
                return 1;
              },
              TaskOptions.none().deadline(ofMillis(500)));
      try {
        assertTrue(running.await(5, TimeUnit.SECONDS));
        assertTrue(asked.await(5, TimeUnit.SECONDS));
        assertTimersRing();
      } finally {
        end.countDown(); // closing the executor waits for it
      }
      assertInstanceOf(TimeoutException.class, late.await().exception().orElseThrow());
    }
  }

  @Test
  @DisplayName(
      "E12: a thread whose interrupt method blocks holds up no timer, at the deadline of a scope")
  void interruptThatBlocksAtTheDeadlineOfAScope() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CancelScope scope = CancelScope.withTimeout(ofMillis(50));
    Thread thread = new Blocking(() -> scope.run(() -> Soon.awaitDeaf(end)), asked);
    thread.start();
    assertTrue(asked.await(5, TimeUnit.SECONDS));
    assertTimersRing();
    end.countDown();
    thread.join();
    assertTrue(scope.cancelled());
  }

  private Parallel withBlockingThreads(int threads) {
    ThreadFactory factory = task -> new Blocking(task, new CountDownLatch(1));
    // Nobody could shut it down: that interrupts, too.
    return Parallel.of(threads).workers(Workers.on(Executors.newFixedThreadPool(threads, factory)));
  }

  @ParameterizedTest(name = "the action returns: {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName(
      "E12: threads whose interrupt method blocks do not hang a run whose attempts time out")
  void interruptThatBlocks(boolean returns) throws Exception {
    CountDownLatch late = new CountDownLatch(1);
    TimeSource clock = TimeSource.system();
    Parallel parallel = withBlockingThreads(2).attemptTimeout(ofMillis(50));
    Results<Integer, Integer> results =
        Soon.of(
            () ->
                parallel.map(
                    List.of(1, 2, 3, 4),
                    item -> {
                      if (item == 1) {
                        clock.schedule(clock.nanoTime() + ofMillis(200).toNanos(), late::countDown);
                        Soon.awaitDeaf(returns ? late : end);
                      }
                      return item;
                    }));
    assertEquals(RunStatus.COMPLETED, results.status());
    assertEquals(3, results.successes().size());
    assertInstanceOf(AbandonedException.class, results.failures().getFirst().error());
  }

  @Test
  @DisplayName("E12: such a thread does not hang a run whose source it reads")
  void interruptThatBlocksAtTheSource() throws Exception {
    Iterable<Integer> source =
        () ->
            Stream.iterate(1, n -> n + 1)
                .peek(
                    n -> {
                      if (n == 3) {
                        Soon.awaitDeaf(end);
                      }
                    })
                .iterator();
    Parallel parallel = withBlockingThreads(2).runTimeout(ofMillis(100));
    Results<Integer, Integer> results = Soon.of(() -> parallel.map(source, item -> item));
    assertEquals(RunStatus.TIMED_OUT, results.status());
  }

  @Test
  @DisplayName("E12: such a thread does not lose the answer of the second call that was faster")
  void interruptThatBlocksAtAnAnswer() throws Exception {
    AtomicBoolean isSecond = new AtomicBoolean();
    Parallel parallel = withBlockingThreads(2).hedgeIdempotent(Hedge.after(ofMillis(5)).budget(1));
    Results<Integer, Integer> results =
        Soon.of(
            () ->
                parallel.map(
                    List.of(1),
                    item -> {
                      if (!isSecond.getAndSet(true)) {
                        Soon.awaitDeaf(end);
                      }
                      return item;
                    }));
    assertEquals(1, results.successes().size());
  }

  @Test
  @DisplayName("E12: an executor that makes others wait is given no worker again meanwhile")
  void executorThatBlocks() throws Exception {
    AtomicInteger ofBlocking = new AtomicInteger();
    AtomicInteger ofForgetful = new AtomicInteger();
    try (Run<Integer, Integer> blocked =
            startOn(
                _ -> {
                  if (ofBlocking.incrementAndGet() > 1) {
                    Soon.awaitDeaf(end);
                  }
                });
        Run<Integer, Integer> forgotten = startOn(_ -> ofForgetful.incrementAndGet())) {
      Soon.until(() -> ofForgetful.get() == 4); // so the other one was looked at as well
      assertEquals(2, ofBlocking.get());
      blocked.stop();
      forgotten.stop();
    }
  }

  private static Run<Integer, Integer> startOn(Executor executor) {
    return Parallel.of(1).workers(Workers.on(executor)).start(List.of(1), item -> item);
  }

  @ParameterizedTest(name = "in the caller''s thread: {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("E12: an action may close its own run")
  void closeInside(boolean inCaller) throws Exception {
    Parallel parallel = Parallel.of(2).workers(inCaller ? Workers.caller() : Workers.virtual());
    assertClosesItself(parallel);
  }

  @Test
  @DisplayName("E12: an action may close its own run, whose grace has no end")
  void closeInsideWithEndlessGrace() throws Exception {
    assertClosesItself(Parallel.of(2).grace(ChronoUnit.FOREVER.getDuration()));
  }

  private static void assertClosesItself(Parallel parallel) throws Exception {
    AtomicReference<Run<Integer, Integer>> self = new AtomicReference<>();
    RunStatus status =
        Soon.of(
            () -> {
              Run<Integer, Integer> run =
                  parallel.start(
                      List.of(1, 2, 3),
                      item -> {
                        Soon.until(() -> self.get() != null);
                        self.get().close();
                        return item;
                      });
              self.set(run);
              try {
                while (run.take().isPresent()) {
                  // to its end
                }
              } catch (IllegalStateException closed) {
                // as it may
              }
              run.close();
              return run.status();
            });
    assertEquals(RunStatus.CANCELLED, status);
  }

  @Test
  @DisplayName("E12: a pool with fewer threads than slots, all stuck, does not hang the run")
  void stuckPool() throws Exception {
    try (ExecutorService pool = Executors.newFixedThreadPool(2, StuckThreadsTest::daemon)) {
      Parallel parallel = Parallel.of(4).workers(Workers.on(pool)).attemptTimeout(ofMillis(50));
      try {
        Results<Integer, Integer> results =
            Soon.of(
                () ->
                    parallel.map(
                        List.of(1, 2, 3, 4, 5, 6),
                        item -> {
                          if (item < 3) {
                            Soon.awaitDeaf(end);
                          }
                          return item;
                        }));
        assertEquals(6, results.size());
        assertEquals(2, results.failures().size());
      } finally {
        end.countDown();
      }
    }
  }

  @Test
  @DisplayName("E12: a pool that drops the workers that it has queued does not hang the run")
  void poolThatDropsWorkers() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(1, StuckThreadsTest::daemon);
    CountDownLatch busy = new CountDownLatch(1);
    pool.execute(
        () -> {
          busy.countDown();
          Soon.awaitDeaf(end);
        });
    busy.await();
    AtomicBoolean called = new AtomicBoolean();
    CountDownLatch started = new CountDownLatch(1);
    Thread shutting =
        daemon(
            () -> {
              Soon.until(() -> started.getCount() == 0);
              pool.shutdownNow();
            });
    shutting.start();
    Parallel parallel =
        Parallel.of(2)
            .workers(
                Workers.on(
                    task -> {
                      pool.execute(task);
                      started.countDown();
                    }));
    try {
      Soon.of(
          () -> {
            try {
              return parallel.map(List.of(1, 2, 3), item -> called.getAndSet(true));
            } catch (RuntimeException asItMay) {
              return null;
            }
          });
    } finally {
      end.countDown();
    }
  }

  @Test
  @DisplayName("E12: a pool that is shut down in the middle of a run does not hang it")
  void poolThatIsShutDown() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(2, StuckThreadsTest::daemon);
    Parallel parallel = Parallel.of(2).workers(Workers.on(pool));
    Soon.of(
        () -> {
          try {
            return parallel.map(
                SIXTY,
                item -> {
                  if (item == 10) {
                    pool.shutdownNow();
                  }
                  return item;
                });
          } catch (RuntimeException asItMay) {
            return null;
          }
        });
  }

  // E14

  @Test
  @DisplayName("E14: a run whose slots were all abandoned for a while goes on when they come back")
  void deafForAWhile() throws Exception {
    Parallel parallel = Parallel.of(4).attemptTimeout(ofMillis(50)).grace(ofMillis(50));
    RunStatus status =
        Soon.of(
            () -> {
              try (Run<Integer, Integer> run =
                  parallel.start(
                      SIXTY,
                      item -> {
                        if (item < 4) {
                          Soon.awaitDeaf(end);
                        }
                        return item;
                      })) {
                Soon.until(() -> run.abandoned().size() == 4);
                end.countDown();
                int successes = 0;
                for (Optional<Outcome<Integer, Integer>> next = run.take();
                    next.isPresent();
                    next = run.take()) {
                  successes += next.get().isSuccess() ? 1 : 0;
                }
                assertEquals(56, successes);
                return run.status();
              }
            });
    assertEquals(RunStatus.COMPLETED, status);
  }

  @Test
  @DisplayName("E14: a run whose slots are all abandoned for ever ends, and names the threads")
  void deafForEver() throws Exception {
    Parallel parallel = Parallel.of(4).attemptTimeout(ofMillis(50)).grace(ofMillis(50));
    Results<Integer, Integer> results =
        Soon.of(
            () ->
                parallel.map(
                    SIXTY,
                    item -> {
                      Soon.awaitDeaf(end);
                      return item;
                    }));
    assertEquals(RunStatus.ABORTED, results.status());
    assertEquals(4, results.abandoned().size());
    assertEquals(4, results.failures().size());
    assertEquals(56, results.notRun().size());
  }

  @Test
  @DisplayName("E14: a stop and a run timeout end a run that waits for its abandoned slots")
  void deafAndTimedOut() throws Exception {
    Parallel parallel =
        Parallel.of(2).attemptTimeout(ofMillis(20)).grace(ZERO).runTimeout(ofMillis(300));
    long start = System.nanoTime();
    Results<Integer, Integer> results =
        Soon.of(
            () ->
                parallel.map(
                    SIXTY,
                    item -> {
                      Soon.awaitDeaf(end);
                      return item;
                    }));
    assertEquals(RunStatus.TIMED_OUT, results.status());
    assertTrue(Soon.since(start).compareTo(ofSeconds(2)) < 0);
  }

  // E4

  @Test
  @DisplayName("E4: what is listed as abandoned is what is stuck now, however many there were")
  void abandonedAreThoseThatAreStuck() throws Exception {
    Parallel parallel = Parallel.of(20).attemptTimeout(ofMillis(1)).grace(ZERO);
    int most =
        Soon.of(
            () -> {
              int listed = 0;
              try (Run<Integer, Integer> run =
                  parallel.start(
                      IntStream.range(0, 2_000).boxed().toList(),
                      item -> {
                        long start = System.nanoTime();
                        while (System.nanoTime() - start < 2_000_000) {
                          Thread.yield();
                        }
                        return item;
                      })) {
                while (run.take().isPresent()) {
                  listed = Math.max(listed, run.abandoned().size());
                }
              }
              return listed;
            });
    assertTrue(most <= 40, most + " threads listed, at a concurrency of 20");
  }
}
