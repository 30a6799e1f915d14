package io.millrace.acceptance;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.Run;
import io.millrace.outcome.AbandonedException;
import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.TruncatedRunException;
import io.millrace.plan.Action;
import io.millrace.plan.Backoff;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.StopToken;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.ScriptedAction;
import io.millrace.time.TimeSource;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is promised about the early end of a run. In real time, because nothing here waits for it. */
@NoLeaks
class StoppingTest {
  private static final Duration PROMISE = ofMillis(200);
  private static final int ROUNDS = 5;
  private static final List<Integer> TEN = IntStream.range(0, 10).boxed().toList();

  private final IOException failure = new IOException("failure");

  /** Where a run is blocked when it is stopped. */
  enum Blocked {
    IN_ACTIONS,
    IN_ACTIONS_THAT_IGNORE_INTERRUPTS,
    AT_THE_RATE_LIMIT,
    BEFORE_A_RETRY,
    IN_THE_SOURCE,
    IN_A_SOURCE_THAT_IGNORES_INTERRUPTS
  }

  /** A run that blocks, and what has to be known about it. */
  private static final class Scene {
    final ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    final StopToken token = new StopToken();
    final CountDownLatch pulling = new CountDownLatch(1);
    final CountDownLatch wedge = new CountDownLatch(1);
    final Iterable<Integer> items;
    final Parallel parallel;

    Scene(Blocked blocked) {
      Parallel plain = Parallel.of(2).stopToken(token);
      items =
          switch (blocked) {
            case IN_THE_SOURCE -> Counting.upTo(1, this::pull);
            case IN_A_SOURCE_THAT_IGNORES_INTERRUPTS -> wedged();
            default -> TEN;
          };
      switch (blocked) {
        case IN_ACTIONS -> action.blocks().returns(0);
        case IN_ACTIONS_THAT_IGNORE_INTERRUPTS -> action.blocksUninterruptibly().returns(0);
        case BEFORE_A_RETRY -> action.fails(new IOException("busy"));
        default -> action.returns(0);
      }
      parallel =
          switch (blocked) {
            case AT_THE_RATE_LIMIT -> plain.rateLimit(RateLimit.perMinute(1));
            case BEFORE_A_RETRY ->
                plain.retry(Retry.ofAttempts(2).backoff(Backoff.fixed(ofSeconds(60))));
            default -> plain;
          };
    }

    private void pull() {
      pulling.countDown();
      Counting.waitingFor(wedge).run();
    }

    /** One item; the next one comes only when the wedge is out, whatever interrupts come. */
    private Iterable<Integer> wedged() {
      Iterator<Integer> counting = new Counting();
      return () ->
          new Iterator<>() {
            @Override
            public boolean hasNext() {
              return true;
            }

            @Override
            public Integer next() {
              int item = counting.next();
              boolean open = item == 0;
              if (!open) {
                pulling.countDown();
              }
              while (!open) {
                try {
                  wedge.await();
                  open = true;
                } catch (InterruptedException ignored) {
                  // wedged
                }
              }
              return item;
            }
          };
    }

    /** Waits until nothing more can begin; returns how many calls there are then. */
    int awaitBlocked(Blocked blocked) throws InterruptedException {
      int calls =
          switch (blocked) {
            case IN_ACTIONS, IN_ACTIONS_THAT_IGNORE_INTERRUPTS -> 2;
            case BEFORE_A_RETRY -> 4; // the window
            case AT_THE_RATE_LIMIT, IN_THE_SOURCE, IN_A_SOURCE_THAT_IGNORES_INTERRUPTS -> 1;
          };
      action.awaitCalls(calls);
      switch (blocked) {
        case IN_THE_SOURCE, IN_A_SOURCE_THAT_IGNORES_INTERRUPTS -> pulling.await();
        default -> {}
      }
      return calls;
    }
  }

  @DisplayName(
      "A19, I6: a stop lands within 0.2 s wherever the run is blocked; nothing starts later")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void aStopLandsWithinAFifthOfASecond(Blocked blocked) throws Exception {
    List<Duration> landings = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      Scene scene = new Scene(blocked);
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        Future<Results<Integer, Integer>> driver =
            threads.submit(() -> scene.parallel.map(scene.items, scene.action));
        int calls = scene.awaitBlocked(blocked);
        long start = System.nanoTime();
        scene.token.stop();
        Results<Integer, Integer> results = driver.get();
        landings.add(Duration.ofNanos(System.nanoTime() - start));
        assertEquals(RunStatus.CANCELLED, results.status());
        scene.action.releaseAll();
        scene.wedge.countDown();
        for (Thread abandoned : results.abandoned()) {
          abandoned.join();
        }
        assertEquals(calls, scene.action.calls().size());
      }
    }
    // A busy machine only makes it longer, so the shortest is the one that tells.
    assertTrue(landings.stream().anyMatch(took -> took.compareTo(PROMISE) < 0), landings::toString);
  }

  @DisplayName("A19: a run that waits burns no processor time, nor does its stop")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void aRunThatWaitsBurnsNoProcessorTime(Blocked blocked) throws Exception {
    Scene scene = new Scene(blocked);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Results<Integer, Integer>> driver =
          threads.submit(() -> scene.parallel.map(scene.items, scene.action));
      int calls = scene.awaitBlocked(blocked);
      long start = processorNanos();
      assertThrows(
          java.util.concurrent.TimeoutException.class,
          () -> driver.get(500, TimeUnit.MILLISECONDS)); // it stays blocked meanwhile
      scene.token.stop();
      Results<Integer, Integer> results = driver.get();
      Duration burnt = Duration.ofNanos(processorNanos() - start);
      assertTrue(burnt.compareTo(PROMISE) < 0, () -> "burnt " + burnt);
      scene.action.releaseAll();
      scene.wedge.countDown();
      for (Thread abandoned : results.abandoned()) {
        abandoned.join();
      }
      assertEquals(calls, scene.action.calls().size());
    }
  }

  /** What all platform threads have used, those that carry virtual ones included. */
  private static long processorNanos() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.getAllThreadIds())
        .map(threads::getThreadCpuTime)
        .filter(nanos -> nanos > 0)
        .sum();
  }

  @DisplayName("A19, PY18: every entry point hears of a stop while its actions block")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void everyEntryPointHearsOfAStop(EntryPoint entry) throws Exception {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    action.blocks().returns(0);
    StopToken token = new StopToken();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> driver =
          threads.submit(
              () -> {
                entry.run(Parallel.of(2).stopToken(token), TEN, action);
                return null;
              });
      action.awaitRunning(2);
      token.stop();
      driver.get(10, TimeUnit.SECONDS);
    }
    assertEquals(2, action.calls().size());
  }

  @Test
  @DisplayName("A19: an action that ignores its interrupt is abandoned, and its stack reported")
  void anActionThatIgnoresItsInterruptIsAbandoned() throws Exception {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    action.blocksUninterruptibly().returns(0);
    try (Run<Integer, Integer> run = Parallel.of(1).start(List.of(7), action)) {
      action.awaitRunning(1);
      run.stop();
      Outcome<Integer, Integer> outcome = run.take().orElseThrow();
      AbandonedException error = (AbandonedException) ((Failure<Integer, Integer>) outcome).error();
      assertEquals(1, outcome.attempts());
      assertTrue(
          Arrays.stream(error.getStackTrace())
              .anyMatch(frame -> frame.getClassName().equals(ScriptedAction.class.getName())));
      assertThrows(TruncatedRunException.class, run::take); // the run ends without it
      action.releaseAll();
      action.calls().getFirst().thread().join();
    }
  }

  @Test
  @DisplayName("A19, I7: an interrupt of the caller cancels the run and stays set")
  void anInterruptOfTheCallerCancelsTheRun() throws Exception {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    action.blocks().returns(0);
    AtomicReference<Boolean> flag = new AtomicReference<>();
    Thread caller =
        Thread.ofVirtual()
            .start(
                () -> {
                  assertThrows(CancellationException.class, () -> Parallel.of(2).map(TEN, action));
                  flag.set(Thread.currentThread().isInterrupted());
                });
    action.awaitRunning(2);
    caller.interrupt();
    caller.join();
    assertEquals(true, flag.get());
    assertEquals(0, action.running());
    assertEquals(2, action.calls().size());
  }

  @Test
  @DisplayName("A21: a callback of a token that throws keeps no other from running")
  void aCallbackThatThrowsKeepsNoOtherFromRunning() throws Exception {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    action.blocks().returns(0);
    StopToken token = new StopToken();
    IllegalStateException broken = new IllegalStateException("broken callback");
    List<Throwable> logged = new ArrayList<>();
    Logger log = Logger.getLogger(StopToken.class.getName());
    log.setFilter(record -> !logged.add(record.getThrown()));
    List<String> heard = new ArrayList<>();
    token.onStop(() -> heard.add("first"));
    token.onStop(
        () -> {
          throw broken;
        });
    try (Run<Integer, Integer> run = Parallel.of(2).stopToken(token).start(TEN, action)) {
      token.onStop(() -> heard.add("last"));
      action.awaitRunning(2);
      token.stop();
      token.stop(); // does nothing
      assertEquals(RunStatus.CANCELLED, run.status());
    } finally {
      log.setFilter(null);
    }
    assertEquals(List.of(broken), logged);
    assertEquals(List.of("first", "last"), heard);
    token.onStop(() -> heard.add("late"));
    assertEquals("late", heard.getLast());
  }

  @Test
  @DisplayName("PY18: a run whose token is stopped already calls nothing")
  void aRunWhoseTokenIsStoppedAlreadyCallsNothing() {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    StopToken token = new StopToken();
    token.stop();
    Counting source = new Counting();
    Parallel parallel = Parallel.of(2).stopToken(token);
    assertEquals(RunStatus.CANCELLED, parallel.map(source, action).status());
    assertEquals(0, source.pulled());
    assertEquals(10, parallel.map(TEN, action).notRun().size());
    assertEquals(List.of(), action.calls());
  }

  @DisplayName(
      "A34, LF4: the first failure is thrown as itself at once, and the others are cancelled")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void theFirstFailureIsThrownAndTheOthersAreCancelled(EntryPoint entry) {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    CountDownLatch othersRun = new CountDownLatch(2);
    action
        .item(0)
        .computes(
            item -> {
              othersRun.await();
              throw failure;
            });
    action.anyItem().blocks().returns(1); // for ever, but for the interrupt
    Action<Integer, Integer> counted =
        item -> {
          if (item > 0) {
            othersRun.countDown();
          }
          return action.apply(item);
        };
    Parallel parallel = Parallel.of(3).failFast();
    assertSame(failure, assertThrows(IOException.class, () -> entry.run(parallel, TEN, counted)));
    assertEquals(0, action.running());
    assertEquals(3, action.calls().size());
  }

  @Test
  @DisplayName("A34: a failure surfaces within 5 ms, though others would block for ever")
  void aFailureSurfacesWithinMilliseconds() {
    List<Duration> landings = new ArrayList<>();
    for (int round = 0; round < 50; round++) {
      ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
      AtomicReference<Long> failed = new AtomicReference<>(0L);
      action
          .item(0)
          .computes(
              item -> {
                action.awaitRunning(3);
                failed.set(System.nanoTime());
                throw failure;
              });
      action.anyItem().blocks().returns(1);
      assertThrows(IOException.class, () -> Parallel.of(3).failFast().map(TEN, action));
      landings.add(Duration.ofNanos(System.nanoTime() - failed.get()));
    }
    // A busy machine only makes it longer, so the shortest is the one that tells.
    assertTrue(
        landings.stream().anyMatch(took -> took.compareTo(ofMillis(5)) < 0), landings::toString);
  }

  /*
   * Both attempts are over before either is judged: each is held in the predicate, the first one
   * until the other has failed too, and the other until the run has ended by the first one.
   */
  @RepeatedTest(10)
  @DisplayName("A35: of two failures the first in time is thrown, with the other suppressed")
  void ofTwoFailuresTheFirstInTimeIsThrown() {
    IOException first = new IOException("first in time");
    IOException second = new IOException("second in time");
    CountDownLatch ready = new CountDownLatch(3);
    CountDownLatch ended = new CountDownLatch(1);
    Action<Integer, Integer> action =
        item -> {
          if (item < 2) {
            throw item == 1 ? first : second;
          }
          ready.countDown();
          try {
            new CountDownLatch(1).await(); // until the run ends
          } finally {
            ended.countDown();
          }
          return item;
        };
    Retry retry =
        Retry.ofAttempts(2)
            .when(
                error -> {
                  ready.countDown();
                  await(error == first ? ready : ended);
                  return false;
                });
    Parallel parallel = Parallel.of(3).failFast().retry(retry);
    assertSame(
        first, assertThrows(IOException.class, () -> parallel.map(List.of(0, 1, 2), action)));
    assertEquals(List.of(second), List.of(first.getSuppressed()));
  }

  private static void await(CountDownLatch latch) {
    boolean interrupted = false;
    while (latch.getCount() > 0) {
      try {
        latch.await();
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  @DisplayName("PY18: a run ends as aborted when so many items have failed")
  void aRunEndsWhenSoManyItemsHaveFailed() {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    action.item(0).returns(0).anyItem().fails(failure);
    Results<Integer, Integer> results = Parallel.of(1).maxFailures(3).map(TEN, action);
    assertEquals(RunStatus.ABORTED, results.status());
    assertFalse(results.ok());
    assertEquals(List.of(0), results.okValues());
    assertEquals(3, results.failures().size());
    assertEquals(List.of(4, 5, 6, 7, 8, 9), results.notRun().stream().map(NotRun::item).toList());
    assertEquals(4, action.calls().size());
  }

  @Test
  @DisplayName("A6, BL1: a stream that is left early and closed has interrupted everything")
  void aStreamThatIsLeftEarlyHasInterruptedEverything() throws Exception {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    action.item(0).returns(0).anyItem().blocks().returns(1);
    Counting source = new Counting();
    try (var outcomes = Parallel.of(3).stream(source, action)) {
      assertEquals(0, outcomes.findFirst().orElseThrow().index());
    }
    int pulled = source.pulled();
    assertEquals(0, action.running());
    assertTrue(pulled <= 1 + 6, () -> pulled + " pulled");
  }

  @Test
  @DisplayName("A19: when all workers are stuck at the end, every outcome is there all the same")
  void stuckAtTheEnd() throws Exception {
    CountDownLatch until = new CountDownLatch(1);
    Action<Integer, Integer> action = item -> item < 10 ? item : ignoreInterrupts(until);
    Parallel parallel = Parallel.of(2).attemptTimeout(ofMillis(5)).grace(ofMillis(5));
    List<Integer> items = IntStream.range(0, 12).boxed().toList();
    Results<Integer, Integer> results = parallel.map(items, action);
    assertEquals(RunStatus.COMPLETED, results.status());
    assertEquals(10, results.successes().size());
    assertEquals(2, results.failures().size());
    until.countDown();
  }

  @Test
  @DisplayName(
      "A19, E14: when all workers are stuck for longer than the run's patience, the run ends, and says so")
  void stuckBeforeTheEnd() throws Exception {
    CountDownLatch until = new CountDownLatch(1);
    Parallel parallel =
        Parallel.of(1).attemptTimeout(ofMillis(5)).grace(ofMillis(5)).patience(ofMillis(50));
    Results<Integer, Integer> results =
        parallel.map(List.of(1, 2, 3), item -> ignoreInterrupts(until));
    assertEquals(RunStatus.ABORTED, results.status());
    assertFalse(results.ok());
    assertEquals(1, results.failures().size());
    assertEquals(3, results.size());
    until.countDown();
  }

  private static int ignoreInterrupts(CountDownLatch until) {
    boolean interrupted = false;
    while (true) {
      try {
        until.await();
        break;
      } catch (InterruptedException ignored) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return 1;
  }
}
