package io.millrace.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Handing in single tasks. */
interface SubmitConformance extends Conformance {

  @Test
  @DisplayName("AF1: execute runs the command, once")
  default void executeRunsTheCommandOnce() throws Exception {
    var runs = new AtomicInteger();
    var ran = new CountDownLatch(1);
    executor()
        .execute(
            () -> {
              runs.incrementAndGet();
              ran.countDown();
            });
    Patience.await(ran, "the run of a command");
    executor().shutdown();
    awaitTermination();
    assertEquals(1, runs.get(), "runs");
  }

  @Test
  @DisplayName("AF1: execute runs a future that is a command itself, which then has its result")
  default void executeRunsAFutureTask() throws Exception {
    RunnableFuture<String> future = new FutureTask<>(() -> "result");
    executor().execute(future);
    assertEquals("result", future.get(10, TimeUnit.SECONDS));
  }

  @Test
  @DisplayName("AF1: a null task is refused at the call")
  default void nullTasksAreRefused() throws Exception {
    var executor = executor();
    assertThrows(NullPointerException.class, () -> executor.execute(null));
    assertThrows(NullPointerException.class, () -> executor.submit((Callable<String>) null));
    assertThrows(NullPointerException.class, () -> executor.submit((Runnable) null));
    assertThrows(NullPointerException.class, () -> executor.submit(null, "result"));
    assertHealthy();
  }

  @Test
  @DisplayName("AF2: the future of a callable gives its result")
  default void aCallableGivesItsResult() throws Exception {
    String result = new String("result");
    assertSame(result, executor().submit(() -> result).get());
  }

  @Test
  @DisplayName("AF2: a null result is a result")
  default void aNullResultIsAResult() throws Exception {
    Future<String> future = executor().submit(() -> (String) null);
    assertNull(future.get());
    assertNull(future.get(0, TimeUnit.SECONDS));
    assertNull(future.resultNow());
    assertEquals(Future.State.SUCCESS, future.state());
  }

  @Test
  @DisplayName("AF2: the future of a runnable gives null, after it has run")
  default void aRunnableGivesNull() throws Exception {
    var runs = new AtomicInteger();
    Future<?> future = executor().submit((Runnable) runs::incrementAndGet);
    assertNull(future.get());
    assertEquals(1, runs.get(), "runs");
    assertEquals(Future.State.SUCCESS, future.state());
  }

  @Test
  @DisplayName("AF2: the future of a runnable with a result gives that result, after it has run")
  default void aRunnableWithAResultGivesIt() throws Exception {
    var runs = new AtomicInteger();
    String result = new String("result");
    assertSame(result, executor().submit(runs::incrementAndGet, result).get());
    assertEquals(1, runs.get(), "runs");
    assertNull(executor().<String>submit(runs::incrementAndGet, null).get());
    assertEquals(2, runs.get(), "runs");
  }

  @Test
  @DisplayName("AF2: a task that is handed in several times runs as often, with a future each")
  default void theSameTaskSeveralTimes() throws Exception {
    var runs = new AtomicInteger();
    Callable<Integer> task = runs::incrementAndGet;
    List<Future<Integer>> futures = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      futures.add(executor().submit(task));
    }
    Set<Integer> results = new HashSet<>();
    for (Future<Integer> future : futures) {
      results.add(future.get());
    }
    assertEquals(Set.of(1, 2, 3, 4, 5), results);
  }

  @Test
  @DisplayName("AF1: tasks that several threads hand in at once each run once")
  default void severalThreadsHandIn() throws Exception {
    int callers = 4;
    int each = 1_000;
    var runs = new AtomicIntegerArray(callers * each);
    List<Caller<Boolean>> all = new ArrayList<>();
    for (int caller = 0; caller < callers; caller++) {
      int first = caller * each;
      all.add(
          Caller.running(
              () -> {
                for (int task = first; task < first + each; task++) {
                  int number = task;
                  if (task % 2 == 0) {
                    executor().execute(() -> runs.incrementAndGet(number));
                  } else {
                    executor().submit(() -> runs.incrementAndGet(number));
                  }
                }
              }));
    }
    for (var caller : all) {
      caller.value();
    }
    executor().shutdown();
    awaitTermination();
    for (int task = 0; task < runs.length(); task++) {
      assertEquals(1, runs.get(task), "runs of task " + task);
    }
  }

  @Test
  @DisplayName("AF5: a completion service over it hands out each future as it completes")
  default void aCompletionService() throws Exception {
    var service = new ExecutorCompletionService<String>(executor());
    var first = Held.task();
    Future<String> last = service.submit(first);
    first.awaitStart();
    if (threads() > 1) {
      Future<String> quick = service.submit(() -> "quick");
      assertSame(quick, service.poll(10, TimeUnit.SECONDS));
      assertEquals("quick", quick.get());
    }
    assertNull(service.poll(), "a future of a task that runs");
    first.release();
    assertSame(last, service.poll(10, TimeUnit.SECONDS));
    assertTrue(last.isDone());
  }
}
