package io.millrace.acceptance;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.*;

import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.Run;
import io.millrace.executor.ParallelExecutor;
import io.millrace.executor.QueueLimit;
import io.millrace.outcome.*;
import io.millrace.plan.*;
import io.millrace.testkit.*;
import io.millrace.time.TimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.*;
import java.util.concurrent.*;
import java.util.stream.*;
import org.junit.jupiter.api.*;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Promises at their edges: busy slots, busy consumers, stuck actions. */
@NoLeaks
class EdgesTest {
  private final ManualClock clock = ManualClock.jumping();

  @AfterEach
  void close() {
    clock.close();
  }

  @Test
  @DisplayName(
      "I1: a consumer that is busy with an outcome does not keep freed room from being used")
  void freedRoomIsUsedThoughTheConsumerIsBusy() throws Exception {
    for (int window : new int[] {4, 8}) {
      ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
      for (int item = 0; item <= window - 4; item++) {
        action.item(item).returns(item);
      }
      action.anyItem().blocks().returns(1);
      try (Run<Integer, Integer> run =
          Parallel.of(4).window(window).start(new Counting(), action)) {
        // window full: window-3 done, 3 running, one worker has left for want of room
        Soon.until(() -> action.calls().size() == window && action.running() == 3);
        Soon.until(() -> run.progress().running() == 3);
        run.take().orElseThrow(); // one place in the window is free; now the consumer is busy
        action.awaitRunning(4);
      }
    }
  }

  @Test
  @DisplayName("A1: the source's error is found though all slots are busy with endless tasks")
  void theSourcesErrorIsFoundThoughAllSlotsAreBusy() {
    IllegalStateException broken = new IllegalStateException("broken");
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    action.blocks().returns(1);
    Iterable<Integer> source =
        Counting.upTo(
            3,
            () -> {
              throw broken;
            });
    assertSame(
        broken,
        assertThrows(IllegalStateException.class, () -> Parallel.of(3).map(source, action)));
  }

  @ParameterizedTest(name = "I2: of a list, no more than a window of {0} is begun and waits")
  @ValueSource(ints = {1, 3, 4, 50})
  void theWindowBoundsWhatIsBegunOfAList(int window) throws Exception {
    try (ManualClock clock = ManualClock.jumping()) {
      ScriptedAction<Integer, Integer> action = ScriptedAction.on(clock);
      action.anyItem().fails(new IOException("not yet"), 1).computes(item -> item);
      Retry hourly = Retry.ofAttempts(2).backoff(Backoff.fixed(Duration.ofHours(1)));
      List<Integer> items = IntStream.range(0, 100).boxed().toList();
      Parallel parallel = Parallel.of(2).window(window).clock(clock).retry(hourly);
      assertEquals(items, parallel.map(items, action).values());
      Set<Integer> failed = new HashSet<>();
      int most = 0;
      for (RecordedCall<Integer> call : action.calls()) {
        if (call.attempt() == 1) {
          failed.add(call.item());
          most = Math.max(most, failed.size());
        } else {
          failed.remove(call.item());
        }
      }
      assertEquals(window, most);
    }
  }

  private static ContextCarrier<String> carrier(String name, List<String> log, boolean broken) {
    return new ContextCarrier<>() {
      @Override
      public String capture() {
        return name;
      }

      @Override
      public Runnable install(String captured) {
        log.add("+" + captured);
        return () -> {
          log.add("-" + captured);
          if (broken) {
            throw new IllegalStateException(captured);
          }
        };
      }
    };
  }

  @Test
  @DisplayName("A76: each carrier is undone, in reverse order, also if another one throws at that")
  void carriersAreUndoneInReverseOrder() {
    List<String> log = new CopyOnWriteArrayList<>();
    Parallel parallel = Parallel.of(1).context(carrier("a", log, false), carrier("b", log, true));
    Results<Integer, Integer> results = parallel.map(List.of(1), item -> item);
    assertEquals(List.of("+a", "+b", "-b", "-a"), log);
    assertEquals("b", results.failures().getFirst().error().getMessage());
  }

  @Test
  @DisplayName("I6: a source is closed also if the context cannot be captured")
  void aSourceIsClosedIfTheRunCannotStart() {
    List<String> closed = new ArrayList<>();
    ContextCarrier<String> broken =
        new ContextCarrier<>() {
          @Override
          public String capture() {
            throw new IllegalStateException("no context");
          }

          @Override
          public Runnable install(String captured) {
            return () -> {};
          }
        };
    Source<Integer> source = Source.of(Stream.of(1, 2).onClose(() -> closed.add("closed")));
    Parallel parallel = Parallel.of(1).context(broken);
    assertThrows(IllegalStateException.class, () -> parallel.map(source, item -> item));
    assertEquals(List.of("closed"), closed);
  }

  @Test
  @DisplayName("A88: a demand of 0 is an error at once, also while no outcome is in sight")
  void aBadDemandIsToldAtOnce() throws Exception {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    action.anyItem().blocks().returns(1);
    CompletableFuture<Throwable> told = new CompletableFuture<>();
    Parallel.of(1)
        .publisher(List.of(1), action)
        .subscribe(
            new Flow.Subscriber<>() {
              @Override
              public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(0);
              }

              @Override
              public void onNext(Outcome<Integer, Integer> outcome) {}

              @Override
              public void onError(Throwable error) {
                told.complete(error);
              }

              @Override
              public void onComplete() {}
            });
    assertInstanceOf(IllegalArgumentException.class, told.get(10, TimeUnit.SECONDS));
  }

  @Test
  @DisplayName(
      "I6, A77: a run in the caller's thread can be closed by another thread while it is taken from")
  void theCallersRunIsClosedFromOutside() throws Exception {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    action.anyItem().blocks().returns(1);
    Run<Integer, Integer> run =
        Parallel.of(1).workers(Workers.caller()).start(List.of(1, 2, 3), action);
    try (ExecutorService taker = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> taken = taker.submit(run::take);
      action.awaitRunning(1);
      run.close();
      taken.get(10, TimeUnit.SECONDS);
    }
    assertEquals(0, action.running());
  }

  @ParameterizedTest(name = "A50: obsolete HTTP date {0}")
  @ValueSource(strings = {"Friday, 01-Mar-24 00:00:30 GMT", "Fri Mar  1 00:00:30 2024"})
  void obsoleteHttpDatesAreRead(String date) {
    ScriptedAction<String, Reply> server = ScriptedAction.on(clock);
    server.returns(Reply.tooManyRequests(date)).returns(Reply.ok());
    Retry retry = Retry.http().backoff(Backoff.fixed(ofSeconds(3)));
    assertTrue(Parallel.of(1).clock(clock).retry(retry).map(List.of("a"), server).ok());
    assertEquals(List.of(ZERO, ofSeconds(90)), server.startsOf("a"));
  }

  @Test
  @DisplayName("I6: a gatherer whose downstream throws or is cut short leaves nothing behind")
  void downstreamThrows() {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    action.item(0).returns(0).anyItem().blocks().returns(1);
    IllegalStateException broken = new IllegalStateException("broken");
    assertSame(
        broken,
        assertThrows(
            IllegalStateException.class,
            () ->
                Stream.iterate(0, n -> n + 1)
                    .gather(Parallel.of(4).gatherer(action))
                    .forEach(
                        o -> {
                          throw broken;
                        })));
    assertEquals(0, action.running());
    assertEquals(
        0L,
        Stream.iterate(0, n -> n + 1)
            .gather(Parallel.of(4).gatherer(x -> x))
            .findFirst()
            .orElseThrow()
            .index());
  }

  @Test
  @DisplayName(
      "A35: siblings that fail by themselves when they are cancelled are attached to the first failure")
  void siblingsErrorsAreAttached() {
    IOException first = new IOException("first");
    IOException cleanup = new IOException("cleanup failed");
    CountDownLatch running = new CountDownLatch(1);
    Action<Integer, Integer> action =
        item -> {
          if (item == 0) {
            running.await();
            throw first;
          }
          try {
            running.countDown();
            new CountDownLatch(1).await();
            return 1;
          } catch (InterruptedException stop) {
            throw cleanup;
          }
        };
    assertSame(
        first,
        assertThrows(
            IOException.class, () -> Parallel.of(2).failFast().map(List.of(0, 1), action)));
    assertEquals(List.of(cleanup), List.of(first.getSuppressed()));
  }

  @RepeatedTest(10)
  @DisplayName("A19: an action that ignores its interrupt is abandoned, reported, and let go")
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
      assertEquals(List.of(action.calls().getFirst().thread()), run.abandoned());
    } finally {
      action.releaseAll();
      action.calls().getFirst().thread().join();
    }
  }

  @RepeatedTest(10)
  @DisplayName("A19: the results of a run list the thread that was abandoned")
  void theResultsListTheAbandonedThread() throws Exception {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    action.blocksUninterruptibly().returns(0);
    try {
      Results<Integer, Integer> results =
          Parallel.of(1)
              .runTimeout(java.time.Duration.ofMillis(1))
              .grace(java.time.Duration.ofMillis(1))
              .map(List.of(7), action);
      if (action.calls().size() == 1) {
        assertEquals(List.of(action.calls().getFirst().thread()), results.abandoned());
      }
    } finally {
      action.releaseAll();
      for (var call : action.calls()) {
        call.thread().join();
      }
    }
  }

  @Test
  @DisplayName("A68, I10: a listener that fails after the last item is done is heard all the same")
  void aListenerThatFailsLast() {
    IllegalStateException broken = new IllegalStateException("broken");
    assertSame(
        broken,
        assertThrows(
            IllegalStateException.class,
            () ->
                Parallel.of(4)
                    .onOutcome(
                        outcome -> {
                          if (outcome.index() == 2) {
                            throw broken;
                          }
                        })
                    .map(List.of(0, 1, 2), item -> item)));
  }

  @Test
  @DisplayName("I6: an abandoned item does not keep the others of its key waiting for ever")
  void anAbandonedItemFreesItsKey() throws Exception {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    action.item(1).blocksUninterruptibly().returns(1);
    action.item(2).returns(2);
    Results<Integer, Integer> results =
        Parallel.of(3)
            .concurrencyPerKey(1, item -> "the same")
            .attemptTimeout(java.time.Duration.ofMillis(20))
            .grace(java.time.Duration.ofMillis(20))
            .map(List.of(1, 2), action);
    assertEquals(List.of(2), results.okValues());
    action.releaseAll();
    Soon.until(() -> action.running() == 0);
  }

  @Test
  @DisplayName("A34: an abandoned item fails fast too, also as the last one")
  void anAbandonedItemFailsFast() throws Exception {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    action.item(1).blocksUninterruptibly().returns(1);
    assertThrows(
        AbandonedException.class,
        () ->
            Parallel.of(2)
                .failFast()
                .attemptTimeout(java.time.Duration.ofMillis(20))
                .grace(java.time.Duration.ofMillis(20))
                .map(List.of(1), action));
    action.releaseAll();
    Soon.until(() -> action.running() == 0);
  }

  @Test
  @DisplayName(
      "A3: a result that cannot be printed, and a key without a hash, fail their item only")
  void brokenUserObjects() {
    Object unprintable =
        new Object() {
          @Override
          public String toString() {
            throw new IllegalStateException("unprintable");
          }
        };
    Results<Integer, Object> rejected =
        Parallel.of(2)
            .retry(Retry.ofAttempts(2).backoff(Backoff.none()).whenResult(result -> true))
            .map(List.of(1), item -> unprintable);
    assertInstanceOf(RejectedResultException.class, rejected.failures().getFirst().error());
    Object hashless =
        new Object() {
          @Override
          public int hashCode() {
            throw new IllegalStateException("hashless");
          }
        };
    Results<Integer, Integer> keyed =
        Parallel.of(2).concurrencyPerKey(1, item -> hashless).map(List.of(1), item -> item);
    assertEquals("hashless", keyed.failures().getFirst().error().getMessage());
  }

  @Test
  @DisplayName("what a log prints of a way to run, of a run and of an executor says how it stands")
  void textsForLogs() {
    Parallel parallel = Parallel.of(3);
    assertEquals("Parallel[concurrency=3]", parallel.toString());
    try (Run<Integer, Integer> run = parallel.start(List.of(1), item -> item)) {
      run.take();
      run.take();
      assertTrue(run.toString().startsWith("Run[COMPLETED, Progress[done=1, total=1, "));
    }
    ParallelExecutor executor = ParallelExecutor.of(3);
    assertEquals("ParallelExecutor[at most 3 at once, running]", executor.toString());
    executor.close();
    assertEquals("ParallelExecutor[at most 3 at once, terminated]", executor.toString());
    ParallelExecutor limited =
        ParallelExecutor.of(Parallel.of(3), QueueLimit.rejecting(5), Duration.ofSeconds(2));
    limited.close();
    assertEquals(
        "ParallelExecutor[at most 3 at once, QueueLimit[5, REJECT], TaskOptions[deadline=2s], terminated]",
        limited.toString());
  }
}
