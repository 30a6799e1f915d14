package io.millrace.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What the tests of an executor ask about. */
interface Conformance {

  /** One for each test, idle at first, and ended after it. */
  ExecutorService executor();

  /** One more of the kind, ended after the test as well. */
  ExecutorService another();

  /** How many tasks it runs at once. */
  int threads();

  /** Fills all threads. */
  default List<Held> occupy() throws InterruptedException {
    List<Held> tasks = Stream.generate(Held::task).limit(threads()).toList();
    tasks.forEach(executor()::submit);
    for (Held task : tasks) {
      task.awaitStart();
    }
    return tasks;
  }

  /** Queues tasks, which do not start if all threads are busy. */
  default List<Held> queue(int count) {
    List<Held> tasks = Stream.generate(Held::task).limit(count).toList();
    tasks.forEach(executor()::submit);
    return tasks;
  }

  /** Has one task on each thread at the same time. */
  default <T> List<T> onEachThread(Callable<T> task) throws Exception {
    var all = new CyclicBarrier(threads());
    List<Future<T>> futures = new ArrayList<>();
    for (int i = 0; i < threads(); i++) {
      futures.add(
          executor()
              .submit(
                  () -> {
                    T result = task.call();
                    all.await(Patience.LIMIT.toNanos(), TimeUnit.NANOSECONDS);
                    return result;
                  }));
    }
    List<T> results = new ArrayList<>();
    for (Future<T> future : futures) {
      results.add(future.get(Patience.SECONDS, TimeUnit.SECONDS));
    }
    return results;
  }

  /** As many tasks run at once as before. */
  default void assertHealthy() throws Exception {
    assertEquals(threads(), onEachThread(() -> true).size(), "tasks at once");
  }

  default void awaitTermination() throws InterruptedException {
    assertTrue(executor().awaitTermination(10, TimeUnit.SECONDS), "termination");
  }

  static Throwable failure(Future<?> future) {
    return assertThrows(
            ExecutionException.class, () -> future.get(Patience.SECONDS, TimeUnit.SECONDS))
        .getCause();
  }
}
