package io.millrace.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Running all of a collection of tasks. */
interface InvokeAllConformance extends Conformance {

  /** The call with and without a timeout, which does not come. */
  enum Form {
    PLAIN,
    TIMED;

    <T> List<Future<T>> call(Conformance suite, Collection<? extends Callable<T>> tasks)
        throws InterruptedException {
      var executor = suite.executor();
      return this == PLAIN
          ? executor.invokeAll(tasks)
          : executor.invokeAll(tasks, 1, TimeUnit.DAYS);
    }
  }

  @Test
  @DisplayName("AF3: the futures come in the order of the tasks, all done")
  default void theOrderOfTheTasks() throws Exception {
    for (Form form : Form.values()) {
      var tasks = new ArrayDeque<Callable<Integer>>();
      IntStream.range(0, 100).forEach(number -> tasks.add(() -> number));
      List<Future<Integer>> futures = form.call(this, tasks);
      assertTrue(futures.stream().allMatch(Future::isDone), "done");
      assertEquals(
          IntStream.range(0, 100).boxed().toList(),
          futures.stream().map(Future::resultNow).toList());
    }
  }

  @Test
  @DisplayName("AF3: invokeAll waits for the last task")
  default void waitsForTheLast() throws Exception {
    for (Form form : Form.values()) {
      var held = Held.task();
      List<Callable<String>> tasks = List.of(() -> "quick", held, () -> "quick");
      var call = Caller.of(() -> form.call(this, tasks));
      held.awaitStart();
      call.awaitBlocked().assertWaiting();
      held.release();
      assertEquals(
          List.of("quick", Held.VALUE, "quick"),
          call.value().stream().map(Future::resultNow).toList());
    }
  }

  @Test
  @DisplayName("AF3: a task that throws is a future that failed, and stops no other")
  default void failuresAreFutures() throws Exception {
    var error = new IOException("thrown");
    for (Form form : Form.values()) {
      List<Future<String>> futures =
          form.call(this, List.of(() -> "one", Broken.task(error), () -> "three"));
      assertEquals("one", futures.get(0).resultNow());
      assertSame(error, futures.get(1).exceptionNow());
      assertEquals("three", futures.get(2).resultNow());
    }
  }

  @Test
  @DisplayName("AF3: no tasks give no futures")
  default void invokeAllOfNothing() throws Exception {
    for (Form form : Form.values()) {
      assertEquals(List.of(), form.call(this, List.<Callable<String>>of()));
    }
    assertEquals(List.of(), executor().invokeAll(List.<Callable<String>>of(), 0, TimeUnit.DAYS));
  }

  @Test
  @DisplayName("AF3: a task that is in the collection twice runs twice")
  default void theSameTaskTwice() throws Exception {
    for (Form form : Form.values()) {
      var runs = new AtomicInteger();
      Callable<Integer> task = runs::incrementAndGet;
      assertEquals(2, form.call(this, List.of(task, task)).size(), "futures");
      assertEquals(2, runs.get(), "runs");
    }
  }

  @Test
  @DisplayName("AF3: null instead of tasks, of one of them, or of the unit is refused")
  default void invokeAllRefusesNulls() throws Exception {
    for (Form form : Form.values()) {
      assertThrows(
          NullPointerException.class, () -> form.call(this, (List<Callable<String>>) null));
      for (int at = 0; at < 3; at++) {
        Callable<String> task = () -> "result";
        List<Callable<String>> tasks = Arrays.asList(task, task, task);
        tasks.set(at, null);
        assertThrows(NullPointerException.class, () -> form.call(this, tasks));
      }
    }
    List<Callable<String>> tasks = List.of(() -> "result");
    assertThrows(NullPointerException.class, () -> executor().invokeAll(tasks, 1, null));
    assertHealthy();
  }

  @Test
  @DisplayName("AF8: without time nothing is left unfinished: what has not completed is cancelled")
  default void withoutTime() throws Exception {
    for (long timeout : new long[] {0, -1, Long.MIN_VALUE}) {
      var tasks = Stream.generate(Held::task).limit(2L * threads()).toList();
      List<Future<String>> futures = executor().invokeAll(tasks, timeout, TimeUnit.MILLISECONDS);
      assertEquals(tasks.size(), futures.size(), "futures");
      assertTrue(futures.stream().allMatch(Future::isCancelled), "cancelled");
      assertHealthy();
    }
  }

  @Test
  @DisplayName("AF8: when the time is over, what completed is kept and the rest cancelled")
  default void whenTheTimeIsOver() throws Exception {
    Future<String> quick = null;
    for (int millis = 20; quick == null || quick.isCancelled(); millis *= 4) {
      assertTrue(millis < 100_000, "the quick task never completed");
      List<Held> held = Stream.generate(Held::task).limit(2L * threads()).toList();
      List<Callable<String>> tasks = new ArrayList<>(held);
      tasks.addFirst(() -> "quick");
      List<Future<String>> futures = executor().invokeAll(tasks, millis, TimeUnit.MILLISECONDS);
      assertTrue(futures.stream().allMatch(Future::isDone), "done");
      assertTrue(futures.stream().skip(1).allMatch(Future::isCancelled), "cancelled");
      quick = futures.getFirst();
      assertHealthy();
      assertTrue(held.stream().allMatch(task -> task.isStarted() == task.isEnded()), "ended");
    }
    assertEquals("quick", quick.resultNow());
  }

  @Test
  @DisplayName("AF8: more time than there is means as long as it takes")
  default void invokeAllWithAllTheTime() throws Exception {
    List<Callable<String>> tasks = Collections.nCopies(10, () -> "result");
    for (Future<String> future : executor().invokeAll(tasks, Long.MAX_VALUE, TimeUnit.DAYS)) {
      assertEquals("result", future.resultNow());
    }
  }

  @Test
  @DisplayName("AF3: an interrupt of the caller ends the call and cancels what is unfinished")
  default void invokeAllEndsByAnInterrupt() throws Exception {
    for (Form form : Form.values()) {
      List<Held> tasks = Stream.generate(Held::task).limit(2L * threads()).toList();
      var call = Caller.of(() -> form.call(this, tasks));
      for (Held task : tasks.subList(0, threads())) {
        task.awaitStart();
      }
      call.awaitBlocked().interrupt();
      call.thrown(InterruptedException.class);
      assertFalse(call.leftInterrupted(), "the flag was left");
      for (Held task : tasks.subList(0, threads())) {
        task.awaitInterrupt();
      }
      assertHealthy();
      assertTrue(tasks.stream().allMatch(task -> task.isStarted() == task.isEnded()), "ended");
    }
  }

  @Test
  @DisplayName("AF3: a caller who comes interrupted does not wait, and leaves nothing behind")
  default void invokeAllByAnInterruptedCaller() throws Exception {
    for (Form form : Form.values()) {
      List<Held> tasks = Stream.generate(Held::task).limit(2L * threads()).toList();
      Thread.currentThread().interrupt();
      assertThrows(InterruptedException.class, () -> form.call(this, tasks));
      assertFalse(Thread.interrupted(), "the flag was left");
      assertHealthy();
      assertTrue(tasks.stream().allMatch(task -> task.isStarted() == task.isEnded()), "ended");
    }
  }
}
