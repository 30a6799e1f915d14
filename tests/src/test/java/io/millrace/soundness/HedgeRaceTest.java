package io.millrace.soundness;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofNanos;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.Run;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.Codec;
import io.millrace.limit.RateLimiter;
import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.Success;
import io.millrace.plan.Hedge;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.StopToken;
import io.millrace.plan.Truncation;
import io.millrace.plan.Workers;
import io.millrace.testkit.MemoryStore;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.Sequence;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What comes of the two calls of an attempt when they meet, and of the one that loses. In real time. */
@NoLeaks
class HedgeRaceTest {
  private final Map<Object, AtomicInteger> calls = new ConcurrentHashMap<>();
  private final CountDownLatch release = new CountDownLatch(1);
  private final CountDownLatch ignored = new CountDownLatch(1);
  private final CountDownLatch hedged = new CountDownLatch(1);

  private static Parallel parallel(int concurrency) {
    return Parallel.of(concurrency)
        .grace(ofMillis(20))
        .truncation(Truncation.SILENT)
        .hedgeIdempotent(Hedge.after(ofMillis(2)).budget(1));
  }

  private int call(Object item) {
    return calls.computeIfAbsent(item, _ -> new AtomicInteger()).incrementAndGet();
  }

  /** Until the end of the test. */
  private void ignoreInterrupts() {
    while (release.getCount() > 0) {
      if (Thread.interrupted()) {
        ignored.countDown();
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  private int ignoringFirst(Integer item) {
    int call = call(item);
    if (call == 1) {
      ignoreInterrupts();
    }
    return call;
  }

  @Test
  @DisplayName(
      "R10, I6: a first call that ignores its interrupt is abandoned; its item has the answer")
  void theFirstIsAbandoned() {
    try (Run<Integer, Integer> run = parallel(2).start(List.of(7), this::ignoringFirst)) {
      Success<?, ?> success = (Success<?, ?>) run.take().orElseThrow();
      assertEquals(2, success.value());
      assertEquals(1, success.attempts());
      assertEquals(1, run.abandoned().size());
      assertTrue(run.take().isEmpty());
      assertEquals(RunStatus.COMPLETED, run.status());
      release.countDown();
    }
  }

  @Test
  @DisplayName(
      "R10, I8: with a checkpoint the answer in place of an abandoned call is stored as any")
  void theFirstIsAbandonedAndTheAnswerStored() {
    MemoryStore store = new MemoryStore();
    CheckpointName name = CheckpointName.of("hedges", "1");
    Parallel kept = parallel(2).checkpoint(Checkpoint.of(store, name, Codec.text()));
    try (Run<Integer, String> run = kept.start(List.of(7), item -> "" + ignoringFirst(item))) {
      assertEquals("2", ((Success<?, ?>) run.take().orElseThrow()).value());
      release.countDown();
    }
    Results<Integer, String> again = kept.map(List.of(7), item -> "called");
    assertEquals(List.of("2"), again.values());
  }

  @Test
  @DisplayName(
      "R10, I4: an answer counts even if the run is stopped before the first call is abandoned")
  void stoppedBeforeTheAbandonment() {
    StopToken token = new StopToken();
    Parallel slow = parallel(4).grace(ofMillis(200)).stopToken(token); // both may be hedged
    try (Run<Integer, Integer> run =
        slow.start(
            List.of(7, 8),
            item -> {
              if (item == 8) {
                ignored.await(); // the hedge of 7 has answered
                token.stop();
                return 1;
              }
              return ignoringFirst(item);
            })) {
      List<Object> values =
          run.stream()
              .filter(outcome -> outcome.index() == 0)
              .map(outcome -> ((Success<?, ?>) outcome).value())
              .map(Object.class::cast)
              .toList();
      assertEquals(List.of(2), values);
      release.countDown();
    }
  }

  @Test
  @DisplayName(
      "R10, I4: an answer counts if the stop has interrupted the first call just before, and that ignores it")
  void stoppedJustBeforeTheAnswer() {
    StopToken token = new StopToken();
    try (Run<Integer, Integer> run =
        parallel(2)
            .grace(ofMillis(500)) // for the answer, on a busy machine
            .stopToken(token)
            .start(
                List.of(7),
                item -> {
                  int call = ignoringFirst(item);
                  if (call == 2) {
                    token.stop(); // interrupts both calls
                  }
                  return call;
                })) {
      assertEquals(2, ((Success<?, ?>) run.take().orElseThrow()).value());
      assertEquals(1, run.abandoned().size());
      assertTrue(run.take().isEmpty());
      assertEquals(RunStatus.CANCELLED, run.status());
      release.countDown();
    }
  }

  @Test
  @DisplayName(
      "R10, I4: an answer counts if its interrupt has not been sent when the run is stopped and the grace is over")
  void stoppedBeforeTheInterruptIsSent() {
    try (ExecutorService threads = Executors.newFixedThreadPool(2, StubbornThread::new);
        Run<Integer, Integer> run =
            parallel(2).workers(Workers.on(threads)).start(List.of(7), this::ignoringFirst)) {
      await(ignored);
      run.stop();
      assertEquals(2, ((Success<?, ?>) run.take().orElseThrow()).value());
      assertTrue(run.take().isEmpty());
      release.countDown();
    }
  }

  /** Whoever interrupts it waits until the end of the test. */
  private final class StubbornThread extends Thread {
    StubbornThread(Runnable task) {
      super(task);
    }

    @Override
    public void interrupt() {
      super.interrupt();
      if (Thread.currentThread() != this) { // as locks do that were waited for
        HedgeRaceTest.await(release);
      }
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(30, TimeUnit.SECONDS));
    } catch (InterruptedException why) {
      throw new AssertionError(why);
    }
  }

  @Test
  @DisplayName(
      "R10, E10: an owner that is abandoned while it looks at its own result takes its hedge along")
  void abandonedWhileItLooks() {
    CountDownLatch interrupted = new CountDownLatch(1);
    Predicate<Object> hangs =
        _ -> {
          ignoreInterrupts();
          return true;
        };
    try (Run<Integer, Integer> run =
        parallel(2)
            .attemptTimeout(ofSeconds(1))
            .retry(Retry.ofAttempts(1).whenResult(hangs))
            .start(
                List.of(7),
                item -> {
                  if (call(item) == 1) {
                    hedged.await();
                    return 1;
                  }
                  hedged.countDown();
                  try {
                    release.await();
                  } catch (InterruptedException why) {
                    interrupted.countDown();
                  }
                  return 2;
                })) {
      assertInstanceOf(Failure.class, run.take().orElseThrow());
      await(interrupted);
      assertTrue(run.take().isEmpty());
      release.countDown();
    }
  }

  @Test
  @DisplayName(
      "R10, I4: runs that are stopped when both calls end, again and again: one outcome an item, and an answer that was there is not lost")
  void stoppedAgainAndAgain() {
    for (int round = 0; round < 300; round++) {
      StopToken token = new StopToken();
      Set<Integer> answered = ConcurrentHashMap.newKeySet();
      calls.clear();
      List<Outcome<Integer, Integer>> outcomes;
      try (Run<Integer, Integer> run =
          Parallel.of(6)
              .grace(ofMillis(5))
              .truncation(Truncation.SILENT)
              .hedgeIdempotent(Hedge.after(ofNanos(100_000)).budget(1))
              .stopToken(token)
              .start(
                  List.of(0, 1, 2),
                  item -> {
                    boolean isFirst = call(item) == 1;
                    long end = System.nanoTime() + ThreadLocalRandom.current().nextInt(2_000_000);
                    while (System.nanoTime() < end) {
                      LockSupport.parkNanos(50_000); // or not at all, if it is interrupted
                    }
                    if (!isFirst && item == 2) {
                      token.stop();
                    }
                    answered.add(item);
                    return item;
                  })) {
        outcomes = run.stream().toList();
      }
      assertEquals(3, outcomes.size(), () -> outcomes + "");
      assertEquals(3, outcomes.stream().mapToLong(Outcome::index).distinct().count());
      for (Outcome<Integer, Integer> outcome : outcomes) {
        boolean isAbandoned = outcome instanceof Failure<?, ?>; // by a machine that was busy
        boolean isLost = outcome instanceof NotRun<?, ?> && answered.contains(outcome.item());
        assertFalse(isLost, () -> outcomes + ", answered " + answered);
        assertTrue(isAbandoned || outcome.attempts() <= 1);
      }
    }
  }

  @Test
  @DisplayName(
      "R10, I6: a hedge that ignores its interrupt holds up neither its item nor the end for longer than the grace")
  void theHedgeIsAbandoned() {
    Run<Integer, Integer> run =
        parallel(2)
            .start(
                List.of(7),
                item -> {
                  int call = call(item);
                  if (call == 2) {
                    hedged.countDown();
                    ignoreInterrupts();
                  }
                  hedged.await();
                  return call;
                });
    try (run) {
      assertEquals(1, ((Success<?, ?>) run.take().orElseThrow()).value());
      assertTrue(run.take().isEmpty());
    }
    assertEquals(1, run.abandoned().size());
    release.countDown();
  }

  @Test
  @DisplayName(
      "R10, E14: hedges that ignore their interrupts keep their slots; others run on in the rest")
  void abandonedHedgesKeepSlots() {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (Run<Integer, Integer> run =
        parallel(3)
            .start(
                IntStream.range(0, 200).boxed().toList(),
                item -> {
                  most.accumulateAndGet(running.incrementAndGet(), Math::max);
                  try {
                    int call = call(item);
                    if (item == 0 && call == 2) {
                      hedged.countDown();
                      ignoreInterrupts();
                    }
                    if (item == 0) {
                      hedged.await();
                    }
                    return call;
                  } finally {
                    running.decrementAndGet();
                  }
                })) {
      assertEquals(200, run.stream().filter(Success.class::isInstance).count());
      release.countDown();
    }
    assertTrue(most.get() <= 3, () -> most + " at once");
  }

  @Test
  @DisplayName(
      "R10, I7: a hedge that answers while the first call is being looked at wins, and its interrupt is gone")
  void answersWhileTheFirstIsLookedAt() {
    Sequence sequence = new Sequence();
    AtomicInteger asked = new AtomicInteger();
    AtomicInteger interrupted = new AtomicInteger();
    Predicate<Object> rejects =
        value -> {
          int number = asked.incrementAndGet();
          if (value.equals(1) && number == 1) { // the owner looks whether its own call has failed
            step(sequence, 1);
            awaitInterrupt();
          }
          interrupted.addAndGet(Thread.currentThread().isInterrupted() ? 1 : 0);
          return false;
        };
    Results<Integer, Integer> results =
        parallel(2)
            .retry(Retry.ofAttempts(1).whenResult(rejects))
            .map(
                List.of(7),
                item -> {
                  int call = call(item);
                  if (call == 1) {
                    step(sequence, 0); // not before
                    hedged.await();
                  } else {
                    hedged.countDown();
                    step(sequence, 2);
                  }
                  return call;
                });
    assertEquals(List.of(2), results.values());
    assertEquals(0, interrupted.get());
  }

  @Test
  @DisplayName(
      "R10: a hedge whose answer is being looked at loses against a first call that ends before")
  void theFirstEndsWhileTheHedgeIsLookedAt() {
    Predicate<Object> rejects =
        value -> {
          if (value.equals(2)) {
            hedged.countDown();
            awaitInterrupt();
          }
          return false;
        };
    Results<Integer, Integer> results =
        parallel(2)
            .retry(Retry.ofAttempts(1).whenResult(rejects))
            .map(
                List.of(7),
                item -> {
                  int call = call(item);
                  if (call == 1) {
                    hedged.await();
                  }
                  return call;
                });
    assertEquals(List.of(1), results.values());
  }

  private static void step(Sequence sequence, int number) {
    try {
      sequence.step(number);
    } catch (InterruptedException why) {
      throw new AssertionError(why);
    }
  }

  private static void awaitInterrupt() {
    while (!Thread.interrupted()) {
      LockSupport.parkNanos(ofSeconds(1).toNanos());
    }
  }

  @Test
  @DisplayName(
      "R10, I1, I4, I5, I7: calls that end at the same moment, again and again: one outcome an item, no stray interrupt")
  void again() {
    int items = 4_000;
    int concurrency = 8;
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger strays = new AtomicInteger();
    AtomicInteger made = new AtomicInteger();
    RateLimiter limiter = RateLimiter.of(RateLimit.perHour(1).burst(100_000));
    Parallel parallel =
        Parallel.of(concurrency)
            .rateLimit(limiter)
            .retry(Retry.ofAttempts(3))
            .hedgeIdempotent(Hedge.after(ofNanos(100_000)).budget(1));
    Results<Integer, Integer> results =
        parallel.map(
            IntStream.range(0, items).boxed().toList(),
            item -> {
              boolean isInterrupted = Thread.currentThread().isInterrupted();
              most.accumulateAndGet(running.incrementAndGet(), Math::max);
              made.incrementAndGet();
              try {
                int call = call(item);
                if (call == 1 && isInterrupted) { // a hedge may be dropped before it begins
                  strays.incrementAndGet();
                }
                LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(400_000));
                if (item % 7 == 0 && call == 1) {
                  throw new IllegalStateException("call " + call);
                }
                return item;
              } finally {
                running.decrementAndGet();
              }
            });
    assertEquals(IntStream.range(0, items).boxed().toList(), results.values());
    assertEquals(0, strays.get(), "interrupts of others");
    assertTrue(most.get() <= concurrency, () -> most + " at once");
    assertFalse(Thread.interrupted());
    int left = 0;
    while (limiter.tryAcquire()) {
      left++;
    }
    assertEquals(100_000 - made.get(), left, "permits");
  }
}
