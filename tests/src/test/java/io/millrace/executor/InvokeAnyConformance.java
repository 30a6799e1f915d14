package io.millrace.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Running tasks until one has succeeded. */
interface InvokeAnyConformance extends Conformance {

  /** The call with and without a timeout, which does not come. */
  enum Form {
    PLAIN,
    TIMED;

    <T> T call(Conformance suite, Collection<? extends Callable<T>> tasks) throws Exception {
      var executor = suite.executor();
      return this == PLAIN
          ? executor.invokeAny(tasks)
          : executor.invokeAny(tasks, 1, TimeUnit.DAYS);
    }
  }

  private static boolean over(Collection<Held> tasks) {
    return tasks.stream().allMatch(task -> task.isStarted() == task.isEnded());
  }

  @Test
  @DisplayName("AF6: the result is that of a task that succeeded")
  default void theResultOfOne() throws Exception {
    for (Form form : Form.values()) {
      assertEquals("only", form.call(this, List.of(() -> "only")));
      assertNull(form.<String>call(this, List.of(() -> null)));
      String result = form.call(this, List.of(() -> "one", () -> "two", () -> "three"));
      assertTrue(List.of("one", "two", "three").contains(result), result);
    }
  }

  @Test
  @DisplayName("AF6: failures are passed over as long as a task may succeed")
  default void failuresArePassedOver() throws Exception {
    for (Form form : Form.values()) {
      List<Callable<String>> tasks =
          Stream.concat(
                  Broken.kinds().stream().map(Broken::task), Stream.of(() -> "the last succeeds"))
              .toList();
      assertEquals("the last succeeds", form.call(this, tasks));
    }
  }

  @Test
  @DisplayName("AF6: if no task succeeds, the error has what one of them threw")
  default void noneSucceeds() throws Exception {
    var errors = Broken.kinds();
    for (Form form : Form.values()) {
      var tasks = errors.stream().map(Broken::task).toList();
      var thrown = assertThrows(ExecutionException.class, () -> form.call(this, tasks));
      assertTrue(errors.contains(thrown.getCause()), () -> "cause " + thrown.getCause());
    }
    assertHealthy();
  }

  @Test
  @DisplayName("AF6: with the first success the others are cancelled")
  default void theOthersAreCancelled() throws Exception {
    for (Form form : Form.values()) {
      List<Held> held = Stream.generate(Held::task).limit(2L * threads()).toList();
      List<Callable<String>> tasks = new ArrayList<>(held);
      tasks.addFirst(() -> "quick");
      assertEquals("quick", form.call(this, tasks));
      assertHealthy();
      assertTrue(over(held), "a task goes on");
    }
  }

  @Test
  @DisplayName("AF6: tasks that fail later do not change the result")
  default void theOthersMayFail() throws Exception {
    for (Form form : Form.values()) {
      for (int round = 0; round < 50; round++) {
        List<Callable<String>> tasks =
            List.of(() -> "good", Broken.task(new AssertionError("a")), () -> "good");
        assertEquals("good", form.call(this, tasks));
      }
    }
    assertHealthy();
  }

  @Test
  @DisplayName("AF6: no tasks are refused")
  default void invokeAnyOfNothing() {
    List<Callable<String>> none = List.of();
    assertThrows(IllegalArgumentException.class, () -> executor().invokeAny(none));
    var timed = assertThrows(Exception.class, () -> executor().invokeAny(none, 1, TimeUnit.DAYS));
    assertTrue(
        timed instanceof IllegalArgumentException || timed instanceof ExecutionException,
        () -> "threw " + timed);
  }

  @Test
  @DisplayName("AF6: null instead of tasks, of the only one, or of the unit is refused")
  default void invokeAnyRefusesNulls() throws Exception {
    for (Form form : Form.values()) {
      assertThrows(
          NullPointerException.class, () -> form.call(this, (List<Callable<String>>) null));
      List<Callable<String>> nulls = Collections.singletonList(null);
      assertThrows(NullPointerException.class, () -> form.call(this, nulls));
    }
    List<Callable<String>> tasks = List.of(() -> "result");
    assertThrows(NullPointerException.class, () -> executor().invokeAny(tasks, 1, null));
    assertHealthy();
  }

  @Test
  @DisplayName("AF8: if none succeeds in time, all are cancelled")
  default void noneSucceedsInTime() throws Exception {
    for (long timeout : new long[] {1, 0, -1, Long.MIN_VALUE}) {
      List<Held> held = Stream.generate(Held::task).limit(2L * threads()).toList();
      assertThrows(
          TimeoutException.class, () -> executor().invokeAny(held, timeout, TimeUnit.MILLISECONDS));
      assertHealthy();
      assertTrue(over(held), "a task goes on");
    }
  }

  @Test
  @DisplayName("AF8: more time than there is means as long as it takes")
  default void invokeAnyWithAllTheTime() throws Exception {
    List<Callable<String>> tasks = List.of(() -> "result");
    assertEquals("result", executor().invokeAny(tasks, Long.MAX_VALUE, TimeUnit.DAYS));
  }

  @Test
  @DisplayName("AF6: an interrupt of the caller ends the call and cancels the tasks")
  default void invokeAnyEndsByAnInterrupt() throws Exception {
    for (Form form : Form.values()) {
      List<Held> tasks = Stream.generate(Held::task).limit(2L * threads()).toList();
      var call = Caller.of(() -> form.call(this, tasks));
      for (Held task : tasks.subList(0, threads())) {
        task.awaitStart();
      }
      call.awaitBlocked().interrupt();
      call.thrown(InterruptedException.class);
      assertFalse(call.leftInterrupted(), "the flag was left");
      assertHealthy();
      assertTrue(over(tasks), "a task goes on");
    }
  }

  @Test
  @DisplayName("AF6: a caller who comes interrupted does not wait, and leaves nothing behind")
  default void invokeAnyByAnInterruptedCaller() throws Exception {
    for (Form form : Form.values()) {
      List<Held> tasks = Stream.generate(Held::task).limit(2L * threads()).toList();
      Thread.currentThread().interrupt();
      assertThrows(InterruptedException.class, () -> form.call(this, tasks));
      assertFalse(Thread.interrupted(), "the flag was left");
      assertHealthy();
      assertTrue(over(tasks), "a task goes on");
    }
  }
}
