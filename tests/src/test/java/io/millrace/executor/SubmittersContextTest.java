package io.millrace.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.Parallel;
import io.millrace.limit.WeightedSemaphore;
import io.millrace.plan.Context;
import io.millrace.plan.ContextCarrier;
import io.millrace.plan.Workers;
import io.millrace.pool.Work;
import io.millrace.pool.WorkPool;
import io.millrace.scope.TaskGroup;
import io.millrace.testkit.NoLeaks;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/** What of the submitter's context a task has, however it was submitted. */
@NoLeaks
@Timeout(60)
class SubmittersContextTest {
  private static final ThreadLocal<String> LOCAL = new ThreadLocal<>();
  private static final ScopedValue<String> SCOPED = ScopedValue.newInstance();
  private static final ContextCarrier<String> CARRIER = ContextCarrier.of(LOCAL);
  private static final Context CONTEXT = Context.of(CARRIER).scopedValues(SCOPED);
  private static final Parallel CARRYING = Parallel.of(2).context(CARRIER).scopedValues(SCOPED);

  /** What a task sees. */
  private record Seen(ClassLoader loader, String local, String scoped) {
    static Seen now() {
      return new Seen(
          Thread.currentThread().getContextClassLoader(),
          LOCAL.get(),
          SCOPED.isBound() ? SCOPED.get() : null);
    }
  }

  /** A way to have a task done. */
  @FunctionalInterface
  private interface Submission {
    Seen submit(Callable<Seen> task) throws Exception;
  }

  /** Runs something in a thread that has a context of its own. */
  private static <R> R with(ClassLoader loader, String text, Callable<R> body) throws Exception {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    LOCAL.set(text);
    try {
      return ScopedValue.where(SCOPED, text).call(body::call);
    } finally {
      LOCAL.remove();
      thread.setContextClassLoader(before);
    }
  }

  private static ClassLoader newLoader() {
    return new ClassLoader(SubmittersContextTest.class.getClassLoader()) {};
  }

  private static void assertSubmittersContext(Submission submission) throws Exception {
    for (String text : List.of("first", "second")) { // one executor, two submitters
      ClassLoader loader = newLoader();
      Seen seen =
          with(
              loader,
              text,
              () ->
                  submission.submit(
                      () -> {
                        Seen now = Seen.now();
                        LOCAL.set("written by a task");
                        Thread.currentThread().setContextClassLoader(null);
                        return now;
                      }));
      assertEquals(new Seen(loader, text, text), seen);
    }
  }

  private static <R> R executed(ParallelExecutor executor, Callable<R> task) throws Exception {
    CompletableFuture<R> result = new CompletableFuture<>();
    executor.execute(
        () -> {
          try {
            result.complete(task.call());
          } catch (Exception thrown) {
            result.completeExceptionally(thrown);
          }
        });
    return result.get();
  }

  /** Holds the only permit until the call has been made, if it is to wait. */
  private static Seen limited(boolean contended, Callable<Seen> task) throws Exception {
    WeightedSemaphore one = WeightedSemaphore.bounded(1);
    Supplier<CompletableFuture<Seen>> limited =
        one.context(CONTEXT)
            .async(
                () -> {
                  try {
                    return CompletableFuture.completedFuture(task.call());
                  } catch (Exception thrown) {
                    return CompletableFuture.failedFuture(thrown);
                  }
                });
    if (!contended) {
      Seen seen = limited.get().get();
      assertEquals(Seen.now(), seen, "what the call writes does not reach the caller");
      return seen;
    }
    one.acquire();
    CompletableFuture<Seen> result = limited.get();
    one.release();
    return result.get();
  }

  @TestFactory
  @DisplayName("X5: each task has the class loader and the chosen context of its submitter")
  Stream<DynamicTest> everySubmission() {
    ExecutorService platform = Executors.newFixedThreadPool(2);
    ParallelExecutor executor = ParallelExecutor.of(CARRYING);
    ParallelExecutor inPool = ParallelExecutor.of(CARRYING.workers(Workers.on(platform)));
    WorkPool pool = WorkPool.of(CARRYING);
    Stream<DynamicTest> tests =
        Stream.of(
            test(
                "a run", task -> CARRYING.map(List.of(1), item -> task.call()).values().getFirst()),
            test("submit", task -> executor.submit(task).get()),
            test("execute", task -> executed(executor, task)),
            test("invokeAll", task -> executor.invokeAll(List.of(task)).getFirst().get()),
            test("invokeAny", task -> executor.invokeAny(List.of(task))),
            test("map", task -> executor.map(List.of(1), item -> task.call()).getFirst()),
            test("submit, workers of a pool", task -> inPool.submit(task).get()),
            test("a pool", task -> pool.submit(task).get()),
            test("schedule", task -> Work.schedule(task, CONTEXT).result()),
            test("a group", task -> TaskGroup.call(CONTEXT, group -> group.start(task).result())),
            test("an asynchronous call that need not wait", task -> limited(false, task)),
            test("an asynchronous call that has to wait", task -> limited(true, task)));
    return tests.onClose(
        () -> {
          executor.close();
          inPool.close();
          platform.close();
          pool.executor().close();
        });
  }

  private static DynamicTest test(String name, Submission submission) {
    return DynamicTest.dynamicTest(name, () -> assertSubmittersContext(submission));
  }

  @Test
  @DisplayName("X5: a stage has the context of who made it, also if it is due after the shutdown")
  void stages() throws Exception {
    CountDownLatch shut = new CountDownLatch(1);
    CompletableFuture<Integer> foreign = new CompletableFuture<>();
    ClassLoader loader = newLoader();
    Seen mine = new Seen(loader, "mine", "mine");
    ParallelExecutor executor = ParallelExecutor.of(CARRYING);
    assertEquals(
        mine,
        with(loader, "mine", () -> executor.submit(() -> 1).thenApplyAsync(_ -> Seen.now()).get()));
    ExecutorFuture<Integer> task =
        executor.submit(
            () -> {
              shut.await();
              return 1;
            });
    CompletableFuture<Seen> inWorker =
        with(loader, "mine", () -> task.thenApplyAsync(_ -> Seen.now()));
    CompletableFuture<Seen> elsewhere =
        with(loader, "mine", () -> task.thenCombineAsync(foreign, (_, _) -> Seen.now()));
    executor.shutdown();
    shut.countDown();
    executor.close();
    foreign.complete(2);
    assertEquals(mine, inWorker.get());
    assertEquals(mine, elsewhere.get());
    assertEquals(mine, with(loader, "mine", () -> task.thenApplyAsync(_ -> Seen.now()).get()));
  }

  @Test
  @DisplayName("X5: the class loader is carried by shared pools too, and nothing else unasked")
  void sharedPoolsCarryTheClassLoader() throws Exception {
    ClassLoader loader = newLoader();
    Seen expected = new Seen(loader, null, null);
    with(
        loader,
        "not chosen",
        () -> {
          assertEquals(expected, WorkPool.io().submit(Seen::now).get());
          assertEquals(expected, WorkPool.cpu().submit(Seen::now).get());
          assertEquals(expected, Work.schedule(Seen::now).result());
          assertEquals(
              expected, TaskGroup.<Seen, Exception>call(group -> group.start(Seen::now).result()));
          return null;
        });
  }

  @Test
  @DisplayName("X5: a pool's thread has its own class loader again after a task")
  void aPoolsThreadGetsItsClassLoaderBack() throws Exception {
    try (ExecutorService platform = Executors.newFixedThreadPool(1)) {
      ClassLoader before =
          platform.submit(() -> Thread.currentThread().getContextClassLoader()).get();
      try (ParallelExecutor executor =
          ParallelExecutor.of(Parallel.of(1).workers(Workers.on(platform)))) {
        ClassLoader loader = newLoader();
        assertSame(loader, with(loader, "text", () -> executor.submit(Seen::now).get()).loader());
      }
      Parallel.of(1).workers(Workers.on(platform)).map(List.of(1), item -> item).values();
      assertSame(
          before, platform.submit(() -> Thread.currentThread().getContextClassLoader()).get());
    }
  }

  @Test
  @DisplayName("X5: a carrier that cannot capture refuses the task, and nothing is left of it")
  void aCarrierThatFails() throws Exception {
    IllegalStateException broken = new IllegalStateException("capture");
    ContextCarrier<String> failing =
        new ContextCarrier<>() {
          @Override
          public String capture() {
            throw broken;
          }

          @Override
          public Runnable install(String captured) {
            return () -> {};
          }
        };
    WeightedSemaphore one = WeightedSemaphore.bounded(1);
    try (ParallelExecutor executor = ParallelExecutor.of(Parallel.of(1).context(failing))) {
      assertSame(broken, assertThrows(IllegalStateException.class, () -> executor.submit(() -> 1)));
      CountDownLatch ended = new CountDownLatch(1);
      assertSame(
          broken,
          assertThrows(
              IllegalStateException.class,
              () -> TaskGroup.run(Context.of(failing), group -> group.start(ended::countDown))));
      var limited = one.context(Context.of(failing)).async(() -> new CompletableFuture<String>());
      assertSame(broken, limited.get().exceptionNow());
      assertEquals(1, one.availablePermits());
    }
  }
}
