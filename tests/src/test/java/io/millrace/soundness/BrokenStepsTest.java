package io.millrace.soundness;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofNanos;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.executor.ExecutorFuture;
import io.millrace.executor.ParallelExecutor;
import io.millrace.limit.Throttle;
import io.millrace.limit.WeightedSemaphore;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Backoff;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.StopToken;
import io.millrace.scope.CancelScope;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where somebody's code fails or blocks in one step, the steps after it happen. */
@Timeout(30)
class BrokenStepsTest {

  /** A key whose comparisons count up to one that misbehaves. */
  private record Key(int number, AtomicInteger comparisons, Runnable misdeed) {
    @Override
    public int hashCode() {
      return 1;
    }

    @Override
    public boolean equals(Object other) {
      if (comparisons.incrementAndGet() % 10 == 0) {
        misdeed.run();
      }
      return other instanceof Key key && key.number == number;
    }
  }

  @RepeatedTest(100)
  @DisplayName("E8: a key of a rate limit that cannot be compared costs its item, never the run")
  void keyThatThrows() {
    AtomicInteger comparisons = new AtomicInteger();
    Runnable misdeed =
        () -> {
          throw new IllegalStateException("key");
        };
    Parallel limited =
        Parallel.of(4)
            .runTimeout(ofSeconds(20))
            .rateLimit(
                RateLimit.spacing(ofNanos(100_000))
                    .<Integer>by(item -> new Key(item % 3, comparisons, misdeed)));
    Results<Integer, Integer> results =
        limited.map(IntStream.range(0, 40).boxed().toList(), item -> item);
    assertEquals(RunStatus.COMPLETED, results.status());
    results
        .failures()
        .forEach(failure -> assertEquals("key", failure.error().getMessage(), failure.toString()));
  }

  @RepeatedTest(10)
  @DisplayName(
      "E10, A19: a key of a rate limit that blocks in a comparison does not hold up a stop")
  void keyThatBlocks() {
    AtomicInteger comparisons = new AtomicInteger();
    StopToken token = new StopToken();
    Runnable misdeed =
        () -> {
          token.stop();
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
          }
        };
    Parallel limited =
        Parallel.of(4)
            .stopToken(token)
            .rateLimit(
                RateLimit.spacing(ofNanos(100_000))
                    .<Integer>by(item -> new Key(item % 3, comparisons, misdeed)));
    List<Integer> items = IntStream.range(0, 40).boxed().toList();
    assertEquals(RunStatus.CANCELLED, limited.<Integer, Integer>map(items, item -> item).status());
  }

  @RepeatedTest(20)
  @DisplayName("A38: an executor is closed when also the futures of abandoned tasks are done")
  void closedAfterAbandoned() {
    AtomicBoolean over = new AtomicBoolean();
    ExecutorFuture<Integer> future;
    try (ParallelExecutor executor =
        ParallelExecutor.of(Parallel.of(1).grace(ofMillis(1)).attemptTimeout(ofMillis(2)))) {
      future =
          executor.submit(
              () -> {
                while (!over.get()) {
                  Thread.onSpinWait();
                }
                return 1;
              });
    }
    boolean isDone = future.isDone();
    over.set(true);
    assertTrue(isDone);
  }

  @Test
  @DisplayName("an abandoned attempt keeps its permits of a semaphore until it has returned")
  void permitsOfAbandoned() {
    WeightedSemaphore semaphore = WeightedSemaphore.bounded(1);
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (ParallelExecutor executor = ParallelExecutor.of(Parallel.of(4).grace(ofMillis(10)))) {
      var options = executor.options().semaphore(semaphore).attemptTimeout(ofMillis(20));
      for (int i = 0; i < 4; i++) {
        executor.submit(
            () -> {
              most.accumulateAndGet(running.incrementAndGet(), Math::max);
              long start = System.nanoTime();
              while (System.nanoTime() - start < 100_000_000) {
                Thread.onSpinWait();
              }
              return running.decrementAndGet();
            },
            options);
      }
    }
    assertEquals(1, most.get(), "attempts at once");
    Soon.until(() -> semaphore.availablePermits() == 1);
  }

  /** A clock of which one step can be made to fail. */
  private static final class Fragile extends RealClock {
    final AtomicInteger readingsToFailure = new AtomicInteger(Integer.MAX_VALUE);
    final AtomicInteger schedulesToFailure = new AtomicInteger(Integer.MAX_VALUE);
    final AtomicBoolean failsToCancel = new AtomicBoolean();
    final AtomicBoolean failsToAnnounce = new AtomicBoolean();
    final AtomicBoolean failsInTimers = new AtomicBoolean();

    @Override
    public long nanoTime() {
      boolean isTimer = Thread.currentThread().getName().contains("timer");
      if (readingsToFailure.decrementAndGet() == 0
          || (isTimer && failsInTimers.compareAndSet(true, false))) {
        throw new IllegalStateException("clock");
      }
      return super.nanoTime();
    }

    @Override
    public Runnable announced(Runnable task) {
      if (failsToAnnounce.get()) {
        throw new IllegalStateException("announced");
      }
      return super.announced(task);
    }

    @Override
    public Timer schedule(long atNanos, Runnable task) {
      if (schedulesToFailure.decrementAndGet() == 0) {
        throw new IllegalStateException("schedule");
      }
      Timer timer = super.schedule(atNanos, task);
      return () -> {
        timer.cancel();
        if (failsToCancel.get()) {
          throw new IllegalStateException("cancel");
        }
      };
    }
  }

  @Test
  @DisplayName("E11: a throttle goes on after its clock has failed, wherever that was")
  void throttleAfterFailure() throws InterruptedException {
    for (int reading = 1; reading <= 6; reading++) {
      Fragile clock = new Fragile();
      Throttle throttle = Throttle.of(ofMillis(1), clock);
      clock.readingsToFailure.set(reading);
      try {
        throttle.wrap(() -> 1).call();
      } catch (Exception broken) {
        assertEquals("clock", broken.getMessage());
      }
      clock.readingsToFailure.set(Integer.MAX_VALUE);
      assertTrue(throttle.tryAcquire(ofSeconds(5)), "after a failure at reading " + reading);
    }
  }

  @Test
  @DisplayName("E11: a scope whose timer cannot be cancelled is left all the same")
  void scopeThatCannotCancelItsTimer() throws Exception {
    Fragile clock = new Fragile();
    clock.failsToCancel.set(true);
    CancelScope scope = CancelScope.withTimeout(ofSeconds(10)).clock(clock);
    IOException own = new IOException("own");
    assertEquals(
        own,
        assertThrows(
            IOException.class,
            () ->
                scope.run(
                    () -> {
                      throw own;
                    })));
    assertFalse(CancelScope.current().isPresent());
  }

  @Test
  @DisplayName("E12: a scope stops its runs also where the thread cannot be interrupted")
  void scopeInStubbornThread() throws InterruptedException {
    AtomicReference<Object> status = new AtomicReference<>();
    Runnable block =
        () -> {
          try {
            CancelScope.withTimeout(ofMillis(50))
                .run(
                    () ->
                        status.set(
                            Parallel.of(2)
                                .map(
                                    List.of(1, 2),
                                    item -> {
                                      new CountDownLatch(1).await();
                                      return item;
                                    })
                                .status()));
          } catch (Throwable thrown) {
            status.set(thrown);
          }
        };
    Thread stubborn =
        new Thread(block) {
          @Override
          public void interrupt() {
            throw new IllegalStateException("stubborn");
          }
        };
    stubborn.start();
    stubborn.join();
    assertEquals(RunStatus.CANCELLED, status.get());
  }

  @Test
  @DisplayName("E11: a limiter whose clock fails once to set a timer lets those who wait go on")
  void limiterAfterFailure() {
    Fragile clock = new Fragile();
    clock.schedulesToFailure.set(1);
    Parallel limited = Parallel.of(1).clock(clock).rateLimit(RateLimit.perSecond(50));
    Results<Integer, Integer> results =
        limited.<Integer, Integer>map(List.of(0, 1, 2), item -> item);
    assertEquals(RunStatus.COMPLETED, results.status());
    assertEquals(3, results.successes().size());
  }

  @Test
  @DisplayName("E11: a run whose clock fails while a backoff ends does not hang")
  void backoffAfterFailure() {
    Fragile clock = new Fragile();
    AtomicInteger calls = new AtomicInteger();
    Parallel retried =
        Parallel.of(1)
            .clock(clock)
            .retry(Retry.ofRetries(1).backoff(Backoff.fixed(ofMillis(20))))
            .runTimeout(ofSeconds(20));
    Object end;
    try {
      end =
          retried
              .<Integer, Integer>map(
                  List.of(0),
                  item -> {
                    if (calls.incrementAndGet() == 1) {
                      clock.failsInTimers.set(true);
                      throw new IOException("once");
                    }
                    return item;
                  })
              .status();
    } catch (IllegalStateException broken) {
      end = broken.getMessage();
    }
    assertEquals("clock", end);
  }

  @Test
  @DisplayName("E21: a permit goes back if no thread can be announced for an asynchronous call")
  void announcementThatFails() {
    Fragile clock = new Fragile();
    WeightedSemaphore semaphore = WeightedSemaphore.bounded(1, clock);
    assertTrue(semaphore.tryAcquire());
    var result = semaphore.async(() -> CompletableFuture.completedFuture(1)).get();
    clock.failsToAnnounce.set(true);
    semaphore.release();
    assertTrue(result.toCompletableFuture().isCompletedExceptionally());
    assertEquals(1, semaphore.availablePermits());
  }
}
