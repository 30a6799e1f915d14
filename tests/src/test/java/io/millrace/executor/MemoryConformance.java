package io.millrace.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What was written before is seen after, without any help. */
interface MemoryConformance extends Conformance {

  /** Plain fields on purpose. */
  final class Cell {
    int in;
    int out;

    Integer call() {
      out = in + 1;
      return in;
    }
  }

  private static List<Cell> cells() {
    return IntStream.range(0, 1_000)
        .mapToObj(
            number -> {
              var cell = new Cell();
              cell.in = number;
              return cell;
            })
        .toList();
  }

  private static void assertSeen(List<Cell> cells, int steps) {
    for (int number = 0; number < cells.size(); number++) {
      assertEquals(number + steps, cells.get(number).out, "written by a task");
    }
  }

  @Test
  @DisplayName("AF1: a task sees what was written before submit, and get shows what the task wrote")
  default void throughSubmitAndGet() throws Exception {
    var cells = cells();
    var futures = cells.stream().map(cell -> executor().submit(cell::call)).toList();
    for (int number = 0; number < cells.size(); number++) {
      var future = futures.get(number);
      assertEquals(number, number % 2 == 0 ? future.get() : future.get(1, TimeUnit.DAYS));
      assertEquals(number + 1, cells.get(number).out, "written by the task");
    }
  }

  @Test
  @DisplayName("AF1: it is so from task to task, each handed in by the one before")
  default void throughAChain() throws Exception {
    var cell = new Cell();
    Future<?> last = null;
    for (int step = 0; step < 1_000; step++) {
      if (last != null) {
        last.get();
      }
      last = executor().submit(() -> cell.in++);
    }
    last.get();
    assertEquals(1_000, cell.in, "steps");
  }

  @Test
  @DisplayName("AF3: invokeAll shows what its tasks wrote, and they see what was written before")
  default void throughInvokeAll() throws Exception {
    var cells = cells();
    List<Callable<Integer>> tasks = new ArrayList<>();
    cells.forEach(cell -> tasks.add(cell::call));
    List<Future<Integer>> futures = executor().invokeAll(tasks);
    for (int number = 0; number < cells.size(); number++) {
      assertEquals(number, futures.get(number).get());
    }
    assertSeen(cells, 1);
  }

  @Test
  @DisplayName("AF7: a command's writes are seen after the executor has terminated")
  default void throughTermination() throws Exception {
    var cells = cells();
    cells.forEach(cell -> executor().execute(cell::call));
    executor().shutdown();
    awaitTermination();
    assertSeen(cells, 1);
  }
}
