package io.millrace.executor;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.limit.WeightedSemaphore;
import io.millrace.plan.Backoff;
import io.millrace.plan.Retry;
import io.millrace.plan.StopToken;
import io.millrace.scope.CancelScope;
import io.millrace.soundness.RealClock;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A bounded queue, and deadlines that count waiting. */
@NoLeaks
@Timeout(60)
class QueueLimitTest {
  private final List<Held> running = new ArrayList<>();

  private ParallelExecutor occupied(int threads, QueueLimit limit) throws InterruptedException {
    ParallelExecutor executor = ParallelExecutor.of(Parallel.of(threads), limit);
    for (int i = 0; i < threads; i++) {
      Held held = Held.task();
      running.add(held);
      executor.submit(held);
      held.awaitStart();
    }
    return executor;
  }

  private void release() {
    Held.release(running);
  }

  private static RejectedExecutionException dropped(ExecutorFuture<?> future) {
    return assertInstanceOf(RejectedExecutionException.class, future.exceptionNow());
  }

  @Test
  @DisplayName("L4: a full queue refuses, and takes tasks again when there is room")
  void rejecting() throws Exception {
    try (ParallelExecutor executor = occupied(2, QueueLimit.rejecting(3))) {
      List<ExecutorFuture<Integer>> waiting =
          IntStream.range(0, 3).mapToObj(i -> executor.submit(() -> i)).toList();
      RejectedExecutionException refused =
          assertThrows(RejectedExecutionException.class, () -> executor.submit(() -> 1));
      assertTrue(refused.getMessage().contains("QueueLimit[3, REJECT]"), refused.getMessage());
      assertThrows(RejectedExecutionException.class, () -> executor.execute(() -> {}));
      assertTrue(waiting.getLast().cancel(false));
      ExecutorFuture<Integer> next = executor.submit(() -> 3);
      assertThrows(RejectedExecutionException.class, () -> executor.submit(() -> 1));
      release();
      assertEquals(3, next.get());
      assertEquals(List.of(0, 1), List.of(waiting.get(0).get(), waiting.get(1).get()));
    }
  }

  @Test
  @DisplayName("L4: as long as fewer tasks are in the executor than it allows, none is refused")
  void neverRefusedTooEarly() throws Exception {
    try (ParallelExecutor executor = ParallelExecutor.of(Parallel.of(4), QueueLimit.rejecting(0))) {
      for (int round = 0; round < 500; round++) {
        List<ExecutorFuture<Integer>> four =
            IntStream.range(0, 4).mapToObj(i -> executor.submit(() -> i)).toList();
        for (ExecutorFuture<Integer> future : four) {
          future.get();
        }
      }
    }
  }

  @Test
  @DisplayName("L4: who comes to a full queue that lets wait has to wait, first come, first served")
  void waiting() throws Exception {
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    ParallelExecutor executor = occupied(1, QueueLimit.waiting(0));
    List<Caller<Future<?>>> callers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      int number = i;
      callers.add(
          Caller.<Future<?>>of(() -> executor.submit(() -> order.add(number))).awaitBlocked());
    }
    release();
    for (Caller<Future<?>> caller : callers) {
      caller.value().get();
    }
    executor.close();
    assertEquals(List.of(0, 1, 2), order);
  }

  @Test
  @DisplayName(
      "L4: an interrupt ends the wait for room, and the shutdown does; the task never runs")
  void theWaitForRoomEnds() throws Exception {
    ParallelExecutor executor = occupied(1, QueueLimit.waiting(0));
    Held never = Held.task();
    Caller<Future<?>> interrupted = Caller.of(() -> executor.submit(never));
    interrupted.awaitBlocked().interrupt().thrown(CancellationException.class);
    assertTrue(interrupted.leftInterrupted());
    Caller<Future<?>> shut = Caller.<Future<?>>of(() -> executor.submit(never)).awaitBlocked();
    executor.shutdown();
    shut.thrown(RejectedExecutionException.class);
    assertFalse(shut.leftInterrupted());
    release();
    executor.close();
    never.assertNeverRan();
  }

  private static boolean awaitAnyhow(CountDownLatch latch) {
    while (true) {
      try {
        latch.await();
        return true;
      } catch (InterruptedException ignored) {
        // that is the point
      }
    }
  }

  @ParameterizedTest(name = "drained: {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("L4: who waits for room is refused when the executor is stopped, whatever runs on")
  void aStopEndsTheWaitForRoom(boolean isDrained) throws Exception {
    StopToken token = new StopToken();
    CountDownLatch end = new CountDownLatch(1);
    try (ParallelExecutor executor =
        ParallelExecutor.of(Parallel.of(1).stopToken(token), QueueLimit.waiting(0))) {
      executor.submit(() -> awaitAnyhow(end));
      Caller<ExecutorFuture<Integer>> waiting =
          Caller.<ExecutorFuture<Integer>>of(() -> executor.submit(() -> 1)).awaitBlocked();
      if (isDrained) {
        token.drain();
      } else {
        token.stop();
      }
      try {
        waiting.thrown(RejectedExecutionException.class);
      } finally {
        end.countDown();
      }
    }
  }

  @Test
  @DisplayName("L4, X8: a scope that is cancelled while its block waits for room absorbs that")
  void aScopeEndsTheWaitForRoom() throws Exception {
    ParallelExecutor executor = occupied(1, QueueLimit.waiting(0));
    CancelScope scope = CancelScope.withTimeout(ofMillis(5));
    scope.run(() -> executor.submit(() -> 1));
    assertTrue(scope.cancelledCaught());
    release();
    executor.close();
  }

  @Test
  @DisplayName("L4: of a full queue the oldest or the newest is dropped, and its future says so")
  void dropping() throws Exception {
    try (ParallelExecutor executor = occupied(1, QueueLimit.droppingNewest(1))) {
      ExecutorFuture<Integer> first = executor.submit(() -> 1);
      ExecutorFuture<Integer> second = executor.submit(() -> 2);
      assertTrue(dropped(second).getMessage().startsWith("dropped: "), second::toString);
      executor.execute(() -> running.clear());
      assertFalse(first.isDone());
      release();
      assertEquals(1, first.get());
      assertEquals(1, running.size(), "the command was dropped");
    }
    running.clear();
    try (ParallelExecutor executor = occupied(1, QueueLimit.droppingOldest(2))) {
      List<ExecutorFuture<Integer>> all =
          IntStream.range(0, 5).mapToObj(i -> executor.submit(() -> i)).toList();
      all.subList(0, 3).forEach(QueueLimitTest::dropped);
      release();
      assertEquals(3, all.get(3).get());
      assertEquals(4, all.get(4).get());
    }
  }

  @Test
  @DisplayName("L4: if nothing waits for a worker, the task that comes is the one that is dropped")
  void droppingWithoutAQueue() throws Exception {
    WeightedSemaphore taken = WeightedSemaphore.bounded(1);
    taken.acquire();
    try (ParallelExecutor executor =
        ParallelExecutor.of(Parallel.of(1), QueueLimit.droppingOldest(0))) {
      ExecutorFuture<Integer> waiting =
          executor.submit(() -> 1, TaskOptions.none().semaphore(taken));
      Patience.until(() -> taken.waiters() == 1, "the wait for the permit");
      dropped(executor.submit(() -> 2));
      taken.release();
      assertEquals(1, waiting.get());
    }
  }

  @Test
  @DisplayName("L4: everything is refused after the shutdown, whatever the limit")
  void refusedAfterTheShutdown() {
    for (QueueLimit limit :
        List.of(
            QueueLimit.unlimited(),
            QueueLimit.rejecting(1),
            QueueLimit.waiting(1),
            QueueLimit.droppingNewest(1),
            QueueLimit.droppingOldest(1))) {
      ParallelExecutor executor = ParallelExecutor.of(Parallel.of(1), limit);
      executor.close();
      assertThrows(RejectedExecutionException.class, () -> executor.submit(() -> 1));
      assertThrows(RejectedExecutionException.class, () -> executor.execute(() -> {}));
    }
  }

  @Test
  @DisplayName("L4: calls that wait for their tasks wait for room, and lose none")
  void callsWaitForRoom() throws Exception {
    List<Integer> items = IntStream.range(0, 100).boxed().toList();
    for (QueueLimit limit :
        List.of(QueueLimit.rejecting(0), QueueLimit.waiting(1), QueueLimit.rejecting(3))) {
      try (ParallelExecutor executor = ParallelExecutor.of(Parallel.of(2), limit)) {
        assertEquals(items, executor.map(items, item -> item));
        List<Future<Integer>> all =
            executor.invokeAll(
                items.stream().<java.util.concurrent.Callable<Integer>>map(i -> () -> i).toList());
        assertEquals(items, all.stream().map(Future::resultNow).toList());
      }
    }
  }

  @Test
  @DisplayName("L4: a timed invokeAll that gets no room in time cancels its tasks")
  void aTimedCallThatGetsNoRoom() throws Exception {
    ParallelExecutor executor = occupied(1, QueueLimit.rejecting(0));
    List<Future<Integer>> all =
        executor.invokeAll(List.of(() -> 1, () -> 2), 5, TimeUnit.MILLISECONDS);
    assertTrue(all.stream().allMatch(Future::isCancelled));
    assertThrows(
        TimeoutException.class,
        () -> executor.map(List.of(1), item -> item, TaskOptions.none(), ofMillis(5)));
    release();
    executor.close();
  }

  @Test
  @DisplayName("L4: the deadline of a task counts its waiting; it never begins after that")
  void theDeadlineCountsWaiting() throws Exception {
    try (ManualClock clock = new ManualClock();
        ParallelExecutor executor = ParallelExecutor.of(Parallel.of(1).clock(clock))) {
      Held held = Held.task();
      executor.submit(held);
      held.awaitStart();
      Held never = Held.task();
      TaskOptions brief = TaskOptions.none().deadline(ofSeconds(2));
      ExecutorFuture<String> late = executor.submit(never, brief);
      ExecutorFuture<String> inTime = executor.submit(() -> "in time", brief.deadline(ofHours(1)));
      clock.advance(ofMillis(1_999));
      assertFalse(late.isDone());
      clock.advance(ofMillis(1));
      TimeoutException timeout = assertInstanceOf(TimeoutException.class, late.exceptionNow());
      assertEquals("not done 2s after it was submitted, its deadline", timeout.getMessage());
      held.release();
      assertEquals("in time", inTime.get());
      Patience.until(() -> clock.timers() == 0, "the end of the timers");
      never.assertNeverRan();
    }
  }

  @Test
  @DisplayName("L4: at its deadline a running attempt is interrupted, and what waits goes at once")
  void theDeadlineInterrupts() throws Exception {
    WeightedSemaphore taken = WeightedSemaphore.bounded(1);
    taken.acquire();
    try (ManualClock clock = new ManualClock();
        ParallelExecutor executor =
            ParallelExecutor.of(
                Parallel.of(2).clock(clock), QueueLimit.rejecting(8), ofSeconds(3))) {
      Held held = Held.task();
      ExecutorFuture<String> running = executor.submit(held);
      held.awaitStart();
      CountDownLatch called = new CountDownLatch(1);
      ExecutorFuture<Object> backingOff =
          executor.submit(
              () -> {
                called.countDown();
                throw new IllegalStateException("by the test");
              },
              executor.options().retry(Retry.ofAttempts(2).backoff(Backoff.fixed(ofHours(1)))));
      called.await();
      ExecutorFuture<Integer> waiting =
          executor.submit(() -> 1, executor.options().semaphore(taken));
      var dependent = waiting.handle((value, error) -> Thread.currentThread());
      clock.advance(ofSeconds(3));
      for (ExecutorFuture<?> late : List.of(running, backingOff)) {
        assertInstanceOf(TimeoutException.class, late.exceptionNow());
      }
      assertFalse(dependent.get().equals(Thread.currentThread()), "not in the clock's thread");
      assertInstanceOf(TimeoutException.class, waiting.exceptionNow());
      held.awaitInterrupt();
    } // closing would wait for tasks that are not gone
    assertEquals(0, taken.waiters());
  }

  @Test
  @DisplayName("L4, A17: at a deadline of zero nothing is called; a command may be late as well")
  void aDeadlineOfZero() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    try (ParallelExecutor executor =
        ParallelExecutor.of(Parallel.of(1), QueueLimit.unlimited(), ZERO)) {
      ExecutorFuture<Integer> late = executor.submit(calls::incrementAndGet);
      assertInstanceOf(TimeoutException.class, late.exceptionNow());
      executor.execute(calls::incrementAndGet);
      assertEquals(
          1, executor.submit(calls::incrementAndGet, TaskOptions.none()).get(), "without one");
    }
    assertEquals(1, calls.get());
  }

  /** Its timers ring before whoever sets them goes on, as where that thread loses its processor. */
  private static final class RingingFirst extends RealClock {
    private volatile boolean isOn;

    @Override
    public Timer schedule(long atNanos, Runnable task) {
      if (!isOn) {
        return super.schedule(atNanos, task);
      }
      CountDownLatch rung = new CountDownLatch(1);
      Timer timer =
          super.schedule(
              atNanos,
              () -> {
                task.run();
                rung.countDown();
              });
      try {
        rung.await();
      } catch (InterruptedException unexpected) {
        throw new AssertionError(unexpected);
      }
      return timer;
    }
  }

  @ParameterizedTest(name = "deadline: {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("L4: whoever sees that a waiting task is over finds its place free")
  void placeIsFreeAtTheEnd(boolean hasDeadline) throws Exception {
    try (ParallelExecutor executor = occupied(1, QueueLimit.rejecting(1))) {
      TaskOptions brief = TaskOptions.none().deadline(ofMillis(50));
      ExecutorFuture<Integer> over =
          executor.submit(() -> 1, hasDeadline ? brief : TaskOptions.none());
      CompletableFuture<ExecutorFuture<Integer>> next =
          over.handle((_, _) -> executor.submit(() -> 2));
      if (!hasDeadline) {
        over.cancel(true);
      }
      ExecutorFuture<Integer> letIn = next.get();
      release();
      assertEquals(2, letIn.get());
    }
  }

  @Test
  @DisplayName("L4: a task whose deadline comes while it is let in leaves its place at once")
  void lateAtTheDoor() throws Exception {
    RingingFirst clock = new RingingFirst();
    Parallel parallel = Parallel.of(1).clock(clock);
    try (ParallelExecutor executor = ParallelExecutor.of(parallel, QueueLimit.rejecting(1))) {
      Held held = Held.task();
      running.add(held);
      executor.submit(held);
      held.awaitStart();
      clock.isOn = true;
      ExecutorFuture<Integer> late =
          executor.submit(() -> 1, TaskOptions.none().deadline(ofMillis(5)));
      clock.isOn = false;
      ExecutionException timeout = assertThrows(ExecutionException.class, late::get);
      assertInstanceOf(TimeoutException.class, timeout.getCause());
      ExecutorFuture<Integer> next = executor.submit(() -> 3);
      release();
      assertEquals(3, next.get());
    }
  }

  @Test
  @DisplayName("L4: the deadline counts the wait for room")
  void theDeadlineCountsTheWaitForRoom() throws Exception {
    ParallelExecutor executor = occupied(1, QueueLimit.waiting(0));
    Held never = Held.task();
    ExecutorFuture<String> late = executor.submit(never, TaskOptions.none().deadline(ofMillis(5)));
    ExecutionException timeout = assertThrows(ExecutionException.class, late::get);
    assertInstanceOf(TimeoutException.class, timeout.getCause());
    release();
    executor.close();
    never.assertNeverRan();
  }

  @Test
  @DisplayName("L4, A88: bad limits and deadlines are refused at the call")
  void badArguments() {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> QueueLimit.waiting(-1));
    assertEquals("tasks must be at least 0, not -1", refused.getMessage());
    assertThrows(
        IllegalArgumentException.class, () -> TaskOptions.none().deadline(Duration.ofNanos(-1)));
    assertThrows(
        NullPointerException.class, () -> ParallelExecutor.of(Parallel.of(1), (QueueLimit) null));
    assertSame(QueueLimit.unlimited(), QueueLimit.unlimited());
  }

  @Test
  @DisplayName(
      "L4: many who submit, cancel and wait never exceed the limit, and leave no place taken")
  void placesComeHome() throws Exception {
    int limit = 5;
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (ParallelExecutor executor =
        ParallelExecutor.of(Parallel.of(2), QueueLimit.waiting(limit))) {
      List<Caller<Boolean>> callers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int number = i;
        callers.add(
            Caller.running(
                () -> {
                  for (int round = 0; round < 500; round++) {
                    ExecutorFuture<Integer> future =
                        executor.submit(
                            () -> {
                              most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                              return inside.decrementAndGet();
                            });
                    if ((round + number) % 3 == 0) {
                      future.cancel(true);
                    }
                  }
                }));
      }
      for (Caller<Boolean> caller : callers) {
        caller.value();
      }
    }
    assertTrue(most.get() <= 2, "at once: " + most);
    try (ParallelExecutor executor =
        ParallelExecutor.of(Parallel.of(2), QueueLimit.rejecting(limit))) {
      for (int round = 0; round < 200; round++) {
        List<ExecutorFuture<Integer>> seven =
            IntStream.range(0, 2 + limit).mapToObj(i -> executor.submit(() -> i)).toList();
        seven.forEach(future -> future.cancel(true));
        while (!executor.hasRoom()) {
          Thread.yield();
        }
        executor.submit(() -> 1).get();
        Patience.until(() -> areAllFree(executor, limit), "places that are given back");
      }
    }
  }

  /** Fills the executor to see how many places there are. */
  private static boolean areAllFree(ParallelExecutor executor, int limit) {
    List<ExecutorFuture<Boolean>> filling = new ArrayList<>();
    CountDownLatch full = new CountDownLatch(1);
    try {
      for (int i = 0; i < 2 + limit; i++) {
        filling.add(executor.submit(() -> full.await(1, TimeUnit.DAYS)));
      }
      return true;
    } catch (RejectedExecutionException stillTaken) {
      return false;
    } finally {
      full.countDown();
      filling.forEach(ExecutorFuture::join);
    }
  }

  @Test
  @DisplayName("L4: invokeAny has its value although there is no room for the rest of its tasks")
  void invokeAnyBesideFullQueue() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    AtomicInteger calls = new AtomicInteger();
    Callable<String> stuck =
        () -> {
          calls.incrementAndGet();
          never.await();
          return "stuck";
        };
    try (ParallelExecutor one = ParallelExecutor.of(Parallel.of(1), QueueLimit.rejecting(0))) {
      assertEquals("fast", one.invokeAny(List.of(() -> "fast", stuck, stuck)));
      assertEquals("fast", one.invokeAny(List.of(() -> "fast", stuck, stuck), 1, TimeUnit.HOURS));
    }
    try (ParallelExecutor two = ParallelExecutor.of(Parallel.of(2), QueueLimit.rejecting(0))) {
      CountDownLatch isStuck = new CountDownLatch(1);
      Callable<String> second =
          () -> {
            isStuck.countDown();
            return stuck.call();
          };
      Callable<String> late =
          () -> {
            isStuck.await();
            return "late";
          };
      assertEquals("late", two.invokeAny(List.of(second, late, stuck)));
      Callable<String> failing =
          () -> {
            throw new IOException("no");
          };
      assertEquals("last", two.invokeAny(List.of(stuck, failing, failing, () -> "last")));
      assertThrows(
          TimeoutException.class,
          () -> two.invokeAny(List.of(stuck, stuck, stuck), 1, TimeUnit.MILLISECONDS));
    }
  }
}
