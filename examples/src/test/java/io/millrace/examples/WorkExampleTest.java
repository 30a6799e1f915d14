package io.millrace.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.executor.ExecutorFuture;
import io.millrace.pool.Work;
import io.millrace.pool.WorkPool;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class WorkExampleTest {
  private final List<String> lines = new ArrayList<>();

  @Test
  void tasksAndStages() throws Exception {
    CompletableFuture<String> underWay = CompletableFuture.supplyAsync(() -> "b");
    // @start region="work"
    List<Callable<String>> tasks = List.of(() -> "a", Work.stage(underWay), () -> "c");
    List<String> all = Work.collect(tasks, 8);

    try (var resolved = Work.resolve(tasks, 8, 2)) {
      resolved.forEach(
          each -> lines.add(each.value())); // throws what this one threw, and nobody else
    }

    ExecutorFuture<String> later = Work.schedule(() -> "in the background");
    later.await(); // never throws what it threw
    // @end
    assertEquals(List.of("a", "b", "c"), all);
    assertEquals(all, lines);
    assertEquals("in the background", later.result());
  }

  @Test
  void pools() throws Exception {
    // @start region="pools"
    ExecutorFuture<String> page = WorkPool.io().submit(() -> "waits");
    ExecutorFuture<Integer> sum = WorkPool.cpu().submit(() -> 1 + 2);
    // @end
    assertEquals("waits", page.result());
    assertEquals(3, sum.result());
    assertTrue(WorkPool.io().started());
    WorkPool.io().shutdownAndWait();
    WorkPool.cpu().shutdownAndWait();
  }
}
