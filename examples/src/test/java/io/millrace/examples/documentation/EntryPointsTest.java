package io.millrace.examples.documentation;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.call.Call;
import io.millrace.executor.ParallelExecutor;
import io.millrace.outcome.Outcome;
import io.millrace.plan.Action;
import io.millrace.plan.ContextCarrier;
import io.millrace.plan.Source;
import io.millrace.pool.Work;
import io.millrace.scope.CancelScope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the README's table of entry points says. */
class EntryPointsTest {
  private final Parallel parallel = Parallel.of(2);
  private final List<Integer> items = List.of(1, 2, 3);
  private final Action<Integer, Integer> action = item -> 2 * item;
  private final List<Callable<Integer>> tasks = List.of(() -> 1, () -> 2);
  private final int n = 2;

  @Test
  void inTheContextOfTheCaller() {
    var local = new ThreadLocal<String>();
    local.set("mine");
    var carrying = parallel.context(ContextCarrier.of(local));
    assertEquals(List.of("mine"), carrying.map(List.of(1), _ -> local.get()).values());
    local.remove();
  }

  @Test
  void overItems() throws Exception {
    assertEquals(List.of(2, 4, 6), parallel.map(items, action).values());
    try (var outcomes = parallel.stream(items, action)) {
      assertEquals(3, outcomes.filter(Outcome::isSuccess).count());
    }
    try (var outcomes = parallel.ordered().stream(items, action)) {
      assertEquals(items, outcomes.map(Outcome::item).toList());
    }
    try (var lists = parallel.batches(items, n, action)) {
      assertEquals(2, lists.count());
    }
    try (var values = parallel.values(items, action)) {
      assertEquals(12, values.mapToInt(value -> value).sum());
    }
    var function = parallel.function(action);
    int item = 2;
    assertEquals(4, function.call(item));
    Stream<Integer> stream = items.stream();
    assertEquals(3, stream.gather(parallel.gatherer(action)).count());
    var published = Source.of(parallel.publisher(items, action));
    assertEquals(3, parallel.map(published, Outcome::isSuccess).values().size());
    try (var run = parallel.start(items, action)) {
      assertTrue(run.take().isPresent());
    }
    assertEquals(List.of(2, 4, 6), parallel.function(action).map(items).values());
  }

  @Test
  void forItsSideEffects() {
    Set<Integer> seen = ConcurrentHashMap.newKeySet();
    Action.Each<Integer> action = seen::add;
    parallel.forEach(items, action);
    assertEquals(Set.copyOf(items), seen);
  }

  @Test
  void ofSeveralArguments() {
    List<Integer> as = List.of(1, 2);
    List<Integer> bs = List.of(3, 4);
    assertEquals(List.of(4, 6), parallel.map(as, bs, (a, b) -> a + b).values());
    try (var sums = parallel.stream(Source.zip(as, bs), Action.spread((a, b) -> a + b))) {
      assertEquals(2, sums.count());
    }
  }

  @Test
  void forTasks() throws Exception {
    int ahead = 2;
    Duration time = ofSeconds(60);
    List<Integer> ran = new ArrayList<>();
    CancelScope.Block<RuntimeException> block = () -> ran.add(1);
    assertEquals(List.of(1, 2), Work.collect(tasks, n));
    try (var resolved = Work.resolve(tasks, n, ahead)) {
      assertEquals(2, resolved.count());
    }
    try (var executor = ParallelExecutor.of(n)) {
      assertEquals(1, executor.submit(() -> 1).result());
    }
    CancelScope.withTimeout(time).run(block);
    assertEquals(List.of(1), ran);
    assertEquals(List.of(2, 4, 6), Call.of(parallel, action).list(items));
  }
}
