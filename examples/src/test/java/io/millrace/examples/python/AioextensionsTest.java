package io.millrace.examples.python;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.executor.ExecutorFuture;
import io.millrace.limit.Limits;
import io.millrace.limit.WeightedSemaphore;
import io.millrace.plan.Action;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Source;
import io.millrace.pool.Work;
import io.millrace.pool.WorkPool;
import io.millrace.process.ProcessOptions;
import io.millrace.process.ProcessPool;
import io.millrace.process.WorkerOutput;
import io.millrace.scope.CancelScope;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AioextensionsTest {
  private final List<Object> printed = new ArrayList<>();

  private static CompletionStage<Integer> doAsync(int a, int b) {
    return CompletableFuture.completedFuture(a + b);
  }

  private int query(int number) {
    return number;
  }

  private int failing() throws IOException {
    throw new IOException("no such query");
  }

  @Test
  @DisplayName("AX1: run, run_decorator")
  void run() throws Exception {
    // @start region="run"
    int sum = Work.run(doAsync(1, 2)); // run(do(1, 2))
    Action<Integer, Integer> next = Action.awaiting(n -> doAsync(n, 1)); // run_decorator
    // @end
    assertEquals(3, sum);
    assertEquals(2, next.apply(1));
  }

  @Test
  @DisplayName("AX2, AX10: in_thread, THREAD_POOL, CPU_CORES")
  void pools() throws Exception {
    // @start region="pools"
    ExecutorFuture<Integer> waiting = WorkPool.io().submit(() -> query(1)); // in_thread
    ExecutorFuture<Integer> computing = WorkPool.cpu().submit(() -> query(2));

    var own = WorkPool.of(Parallel.of(4).rateLimit(100));
    own.configure(WorkPool.cores()); // THREAD_POOL.initialize(max_workers=CPU_CORES)
    own.shutdownAndWait();
    // @end
    assertEquals(1, waiting.result());
    assertEquals(2, computing.result());
    WorkPool.io().shutdownAndWait();
    WorkPool.cpu().shutdownAndWait();
  }

  @Test
  @DisplayName("AX3: in_process, PROCESS_POOL")
  void inProcess() throws Exception {
    BigInteger prime;
    // @start region="process"
    var options = ProcessOptions.of(2).standardOutput(WorkerOutput.discard());
    try (var processes = ProcessPool.open(options)) {
      prime = processes.call(() -> BigInteger.TEN.pow(20).nextProbablePrime()); // in_process
    }
    // @end
    assertEquals(21, prime.toString().length());
  }

  @Test
  @DisplayName("AX4: rate_limited")
  void rateLimited() throws Exception {
    // @start region="rate"
    var limiter = Limits.rateLimited(2, ofSeconds(1), ofMillis(5)); // exactly those three arguments
    Action<Integer, Integer> query = limiter.wrap(this::query);

    var both = RateLimit.all(RateLimit.window(2, ofSeconds(1)), RateLimit.spacing(ofMillis(5)));
    var parallel = Parallel.of(10).rateLimit(both); // the same for a run
    // @end
    assertEquals(7, query.apply(7));
    assertEquals(7, Limits.rateLimited(2, ofSeconds(1)).wrap(this::query).apply(7));
    assertEquals(List.of(1, 2), parallel.map(List.of(1, 2), this::query).values());
  }

  @Test
  @DisplayName("AX5, AX6, AX8: collect, resolve, schedule")
  void tasks() throws Exception {
    // @start region="tasks"
    List<Callable<Integer>> tasks =
        IntStream.range(0, 5).<Callable<Integer>>mapToObj(n -> () -> query(n)).toList();

    List<Integer> results = Work.collect(tasks); // the first failure ends it

    try (var resolved = Work.resolve(tasks, 2, 10)) {
      resolved.forEach(next -> printed.add(next.isSuccess() ? "ok" : "failed"));
    }

    ExecutorFuture<Integer> task = Work.schedule(() -> query(3)); // runs in the background now
    int three = task.result(); // throws what it threw
    // @end
    assertEquals(List.of(0, 1, 2, 3, 4), results);
    assertEquals(List.of("ok", "ok", "ok", "ok", "ok"), printed);
    assertEquals(3, three);
    assertEquals(results, Parallel.of(1024).map(Source.range(0, 5), this::query).values());
    ExecutorFuture<Integer> failed = Work.schedule(this::failing);
    assertTrue(failed.await().isDone());
    assertThrows(IOException.class, () -> failed.result());
  }

  @Test
  @DisplayName(
      "AX2, AX8, L11: tasks of pools and of schedule outlive the scope in which they began")
  void outliveScopes() throws Exception {
    var held = new CountDownLatch(1);
    var pool = WorkPool.of(Parallel.of(1));
    var scope = CancelScope.of();
    List<ExecutorFuture<Boolean>> tasks = new ArrayList<>();
    scope.run(
        () -> {
          tasks.add(Work.schedule(() -> held.await(1, TimeUnit.MINUTES)));
          tasks.add(pool.submit(() -> held.await(1, TimeUnit.MINUTES)));
          scope.cancel();
        });
    held.countDown();
    assertTrue(tasks.getFirst().result());
    assertTrue(tasks.getLast().result());
    pool.shutdownAndWait();
  }

  @Test
  @DisplayName("AX5, L11: what is running already is a task, too")
  void runningAlready() {
    var future = CompletableFuture.completedFuture(1);
    assertEquals(
        List.of(1, 2), Work.collect(List.of(Work.future(future), Work.stage(doAsync(1, 1))), 2));
  }

  @Test
  @DisplayName("AX7: generate_in_thread")
  void generate(@TempDir Path directory) throws IOException {
    Files.createFile(directory.resolve("entry"));
    // @start region="generate"
    try (var listing = Files.newDirectoryStream(directory);
        var entries = Work.generate(listing, 16)) { // at most 16 read ahead
      entries.forEach(entry -> printed.add(entry.getFileName()));
    }
    // @end
    assertEquals(List.of(Path.of("entry")), printed);
  }

  @Test
  @DisplayName("AX9, AX11: acquire_many, force_loop_cycle")
  void semaphore() throws Exception {
    // @start region="semaphore"
    var semaphore =
        WeightedSemaphore.bounded(
            10); // BoundedSemaphore(10); WeightedSemaphore.unbounded(10) may grow
    try (var _ = semaphore.hold(5)) { // acquire_many(5)
      query(1);
    }
    // @end
    assertEquals(10, semaphore.availablePermits());
    Thread.yield();
  }
}
