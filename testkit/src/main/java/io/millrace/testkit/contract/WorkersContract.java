package io.millrace.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.outcome.RunStatus;
import io.millrace.plan.Backoff;
import io.millrace.plan.Retry;
import io.millrace.plan.StopToken;
import io.millrace.plan.Workers;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.RecordedCall;
import io.millrace.testkit.ScriptedAction;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;

/** Which threads call the action, and that it makes no other difference. */
public interface WorkersContract extends Contract {

  @Everywhere(except = Trait.DETACHED)
  @DisplayName("A77 in the caller's thread, items run one by one in input order, with all options")
  default void inTheCallersThread(Way way) throws Exception {
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    Set<Thread> threads = Collections.synchronizedSet(new java.util.HashSet<>());
    try (var live =
        way.over(
                Supply.of(60),
                item -> {
                  threads.add(Thread.currentThread());
                  order.add(item);
                  return item;
                })
            .with(p -> p.workers(Workers.caller()))
            .start()) {
      var report = live.report().complete(60);
      assertEquals(Set.of(live.thread()), threads, "threads");
      assertEquals(Way.numbers(60), order, "order of calls");
      assertEquals(Way.numbers(60), report.indices().toList(), "order of outcomes");
    }
  }

  @Everywhere(except = Trait.DETACHED)
  @DisplayName("A77 I7 in the caller's thread, retries and timeouts hold, and no interrupt is left")
  default void optionsInTheCallersThread(Way way) throws Exception {
    try (ManualClock clock = ManualClock.jumping()) {
      var action =
          ScriptedAction.<Integer, Integer>on(clock)
              .item(1)
              .fails(new IOException("once"))
              .returns(1)
              .item(2)
              .takes(Duration.ofHours(1))
              .returns(2)
              .anyItem()
              .takes(Duration.ofHours(2))
              .computes(item -> item);
      try (var live =
          way.over(Way.numbers(4), action)
              .with(
                  p ->
                      p.workers(Workers.caller())
                          .clock(clock)
                          .attemptTimeout(Duration.ofSeconds(1))
                          .retry(Retry.ofAttempts(2).backoff(Backoff.fixed(Duration.ofMillis(5)))))
              .start()) {
        var report = live.report().complete(4);
        assertEquals(1, report.successes().size(), "successes");
        report.failures().forEach(f -> assertInstanceOf(TimeoutException.class, f.error()));
        report.outcomes().forEach(o -> assertEquals(2, o.attempts(), () -> "attempts of " + o));
        assertEquals(1, action.maxRunning(), "most at once");
      }
    }
  }

  @Everywhere(except = Trait.DETACHED)
  @DisplayName("A77 A19 a stop from outside ends the item that runs in the caller's thread")
  default void aStopInTheCallersThread(Way way) throws Exception {
    ScriptedAction<Integer, Integer> action = Actions.blocking();
    StopToken token = new StopToken();
    try (var live =
        way.over(Way.numbers(5), action)
            .with(p -> p.workers(Workers.caller()).stopToken(token))
            .start()) {
      action.awaitRunning(1);
      token.stop();
      var report = live.report().cutShort(RunStatus.CANCELLED);
      assertEquals(1, action.calls().size(), "calls");
      assertEquals(report.outcomes().size(), report.notRun().size(), "not run");
    }
  }

  @Everywhere
  @DisplayName("A74 an order or a thread that the entry point cannot offer is refused at the call")
  default void impossibleOptionsAreRefused(Way way) {
    Tally calls = new Tally("calls");
    if (way.is(Trait.COLLECTS)) {
      var report =
          way.over(Way.numbers(3), item -> calls.increment()).with(p -> p.unordered()).run();
      assertInstanceOf(IllegalArgumentException.class, report.thrown());
    }
    if (way.is(Trait.DETACHED)) {
      var report =
          way.over(Way.numbers(3), item -> calls.increment())
              .with(p -> p.workers(Workers.caller()))
              .run();
      assertInstanceOf(IllegalArgumentException.class, report.thrown());
    }
    assertEquals(0, calls.get(), "calls");
  }

  @Everywhere
  @DisplayName("A74 I1 platform threads run as many items at once as virtual ones")
  default void platformThreads(Way way) throws Exception {
    ScriptedAction<Integer, Integer> action = Actions.blocking();
    try (var live =
        way.over(Way.numbers(2 * way.concurrency()), action)
            .with(p -> p.workers(Workers.platform()))
            .start()) {
      action.awaitRunning(way.concurrency());
      assertTrue(
          action.calls().stream().map(RecordedCall::thread).noneMatch(Thread::isVirtual),
          "virtual threads");
      action.releaseAll();
      live.report().complete(2 * way.concurrency());
    }
    assertEquals(way.concurrency(), action.maxRunning(), "most at once");
  }

  @Everywhere
  @DisplayName("A74 an executor's threads call the action, though they be fewer than wanted")
  default void anExecutor(Way way) throws Exception {
    try (ExecutorService executor = threads(3)) {
      var action =
          ScriptedAction.<Integer, Integer>on(io.millrace.time.TimeSource.system())
              .anyItem()
              .fails(new IOException("once"))
              .computes(item -> item);
      way.over(Supply.of(100), action)
          .with(
              p ->
                  p.workers(Workers.on(executor))
                      .retry(Retry.ofAttempts(2).backoff(Backoff.none())))
          .run()
          .complete(100);
      assertEquals(
          Set.of("executor"),
          action.calls().stream().map(call -> call.thread().getName()).collect(Collectors.toSet()),
          "threads");
    }
  }

  private static ExecutorService threads(int count) {
    return Executors.newFixedThreadPool(
        count, Thread.ofPlatform().name("executor").daemon().factory());
  }

  @Everywhere
  @DisplayName("I7 an executor gets its threads back without an interrupt, whatever ended the run")
  default void executorThreadsComeBackClean(Way way) throws Exception {
    int count = 3;
    try (ExecutorService executor = threads(count)) {
      for (int round = 0; round < 10; round++) {
        StopToken token = new StopToken();
        ScriptedAction<Integer, Integer> action = Actions.blocking();
        try (var live =
            way.over(Way.numbers(3 * way.concurrency()), action)
                .with(p -> p.workers(Workers.on(executor)).stopToken(token))
                .start()) {
          action.awaitRunning(Math.min(count, way.concurrency()));
          action.release(0); // its end races with the stop
          token.stop();
          live.report().cutShort(RunStatus.CANCELLED);
        }
        CyclicBarrier all = new CyclicBarrier(count);
        Callable<Boolean> flag =
            () -> {
              boolean interrupted = Thread.interrupted();
              all.await();
              return interrupted;
            };
        for (Future<Boolean> interrupted : executor.invokeAll(Collections.nCopies(count, flag))) {
          assertFalse(interrupted.get(), "an interrupt was left behind");
        }
      }
    }
  }

  @Everywhere
  @DisplayName("I10 a task that the executor rejects ends the run with the executor's error")
  default void aRejectingExecutor(Way way) {
    RejectedExecutionException error = new RejectedExecutionException("closed");
    var report =
        way.over(Way.numbers(10), item -> item)
            .with(
                p ->
                    p.workers(
                        Workers.on(
                            task -> {
                              throw error;
                            })))
            .run();
    assertSame(error, report.thrown());
  }

  @Everywhere
  @DisplayName("A19 a stop does not wait for an executor that never runs its tasks")
  default void anIdleExecutor(Way way) throws Exception {
    StopToken token = new StopToken();
    Tally tasks = new Tally("tasks");
    try (var live =
        way.over(Way.numbers(5), item -> item)
            .with(p -> p.stopToken(token).workers(Workers.on(task -> tasks.increment())))
            .start()) {
      tasks.await(1);
      token.stop();
      var report = live.report().cutShort(RunStatus.CANCELLED);
      assertEquals(report.outcomes().size(), report.notRun().size(), "not run");
      report.each(way.is(Trait.CALLER_READS) ? report.outcomes().size() : 5);
    }
  }
}
