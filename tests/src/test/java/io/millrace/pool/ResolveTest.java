package io.millrace.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.ScriptedAction;
import io.millrace.time.TimeSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tasks that are resolved one by one, in their order. */
@NoLeaks
@Timeout(60)
class ResolveTest {
  private final ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
  private final IOException failure = new IOException("failure");

  @Test
  @DisplayName("AX6: in the order of the tasks, each throws only its own failure")
  void eachThrowsOnlyItsOwn() throws Exception {
    action.item(0).blocks().returns(0);
    action.item(1).fails(failure, 9);
    action.anyItem().computes(item -> item);
    List<Object> seen = new ArrayList<>();
    try (var resolved = Work.resolve(Tasks.of(action, 4), 4, 1)) {
      Thread releasing =
          Thread.startVirtualThread(
              () -> {
                try {
                  action.awaitCalls(4); // the others do not wait for the first one
                } catch (InterruptedException stop) {
                  throw new AssertionError(stop);
                }
                action.release(0);
              });
      Iterator<Outcome<?, Integer>> each = resolved.iterator();
      while (each.hasNext()) {
        Outcome<?, Integer> next = each.next();
        seen.add(next.isSuccess() ? next.value() : next.error());
        if (!next.isSuccess()) {
          assertSame(failure, assertThrows(IOException.class, next::value));
        }
      }
      releasing.join();
    }
    assertEquals(List.of(0, failure, 2, 3), seen);
  }

  @ParameterizedTest(name = "{displayName}: {0} workers, greediness {1}, {2} ahead")
  @CsvSource({"1, 0, 2", "2, 0, 4", "3, 1, 4", "2, 8, 10", "7, 2147483647, 2147483647"})
  @DisplayName("AX6: it reads ahead so far and no further, also at greediness 0")
  void itReadsAheadSoFar(int workers, int greediness, int ahead) {
    action.computes(item -> item);
    Tasks tasks = ahead > 100 ? Tasks.of(action, 1000) : Tasks.endless(action);
    int taken = 0;
    try (var resolved = Work.resolve(tasks, workers, greediness)) {
      assertEquals(0, tasks.made()); // lazy
      Iterator<Outcome<?, Integer>> each = resolved.iterator();
      for (; taken < 50; taken++) {
        each.next();
        int made = tasks.made();
        long most = (long) taken + 1 + ahead;
        assertTrue(made <= most, () -> made + " read, at most " + most);
      }
    }
    assertTrue(tasks.made() <= 1000);
  }

  @Test
  @DisplayName("AX6, A6: closing starts nothing more, and interrupts what runs")
  void closingStartsNothingMore() throws InterruptedException {
    action.item(0).returns(0);
    action.anyItem().blocks().returns(1);
    Tasks tasks = Tasks.endless(action);
    try (var resolved = Work.resolve(tasks, 3, 0)) {
      resolved.iterator().next();
      action.awaitRunning(3);
    }
    int made = tasks.made();
    int calls = action.calls().size();
    assertEquals(0, action.running());
    assertEquals(4, calls);
    assertTrue(made <= 1 + 6);
    assertEquals(made, tasks.made());
  }

  @Test
  @DisplayName(
      "AX6: abandoned without closing, it stops starting work after what it may read ahead")
  void abandonedItStops() throws InterruptedException {
    action.computes(item -> item);
    Tasks tasks = Tasks.endless(action);
    var resolved = Work.resolve(tasks, 2, 3);
    resolved.iterator().next();
    action.awaitCalls(1 + 5); // and there it stays
    for (int i = 0; i < 1000; i++) {
      Thread.onSpinWait();
    }
    assertEquals(6, tasks.made());
    assertEquals(6, action.calls().size());
    resolved.close();
  }

  @Test
  @DisplayName("AX6, A1, BL4: an error of the source comes after the tasks before it, none is lost")
  void anErrorOfTheSource() throws Exception {
    action.computes(item -> item);
    IllegalStateException broken = new IllegalStateException("broken source");
    List<Object> seen = new ArrayList<>();
    try (var resolved = Work.resolve(Tasks.failing(action, 5, broken), 2, 0)) {
      Iterator<Outcome<?, Integer>> each = resolved.iterator();
      Exception thrown =
          assertThrows(
              IllegalStateException.class,
              () -> {
                while (each.hasNext()) {
                  Outcome<?, Integer> next = each.next();
                  seen.add(next instanceof NotRun<?, ?> ? "not begun" : next.value());
                }
              });
      assertSame(broken, thrown);
    }
    assertEquals(5, seen.size());
    for (int i = 0; i < 5; i++) {
      assertTrue(seen.get(i).equals(i) || seen.get(i).equals("not begun"), seen::toString);
    }
  }

  @Test
  @DisplayName("AX6, A4: no tasks, no results")
  void noTasks() {
    try (var resolved = Work.resolve(Tasks.of(action, 0).listed(), 2, 0)) {
      assertEquals(0, resolved.count());
    }
  }
}
