package io.millrace.retention;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.Run;
import io.millrace.executor.ExecutorFuture;
import io.millrace.executor.ParallelExecutor;
import io.millrace.executor.WaitStrategy;
import io.millrace.limit.Limits;
import io.millrace.limit.RateLimiter;
import io.millrace.limit.WeightedSemaphore;
import io.millrace.outcome.Outcome;
import io.millrace.plan.Action;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Source;
import io.millrace.plan.StopToken;
import io.millrace.pool.Work;
import io.millrace.scope.CancelScope;
import io.millrace.scope.Handle;
import io.millrace.scope.TaskGroup;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What nobody wants any more is collected. */
@Timeout(30)
class DroppedTest {
  private final CountDownLatch end = new CountDownLatch(1);

  // Runs

  @Test
  @DisplayName("E1: a stop token does not keep a run that has ended")
  void endedRunOfALiveToken() throws Exception {
    StopToken token = new StopToken();
    Garbage.assertCollected(
        () -> {
          Run<Integer, Integer> run = Parallel.of(2).stopToken(token).start(List.of(1, 2), x -> x);
          try (run) {
            while (run.take().isPresent()) {
              // to its end
            }
          }
          return run;
        });
    Reference.reachabilityFence(token);
  }

  @Test
  @DisplayName("E11: a stop token does not keep a run that could not begin")
  void runThatCouldNotBegin() throws Exception {
    StopToken token = new StopToken();
    Garbage.assertCollected(
        () -> {
          Object marker = new Object();
          Iterable<Object> broken =
              () -> {
                throw new IllegalStateException(marker.toString());
              };
          try {
            Parallel.of(2).stopToken(token).map(broken, x -> x);
          } catch (IllegalStateException expected) {
            // as it should
          }
          return broken;
        });
    Reference.reachabilityFence(token);
  }

  @Test
  @DisplayName("E2: a run that is closed keeps no items, even if somebody holds it")
  void closedRun() throws Exception {
    AtomicReference<Run<Item, Integer>> held = new AtomicReference<>();
    Garbage.assertCollected(
        () -> {
          Item item = new Item(1);
          Run<Item, Integer> run = Parallel.of(2).start(List.of(item), _ -> 1);
          held.set(run);
          run.close();
          return item;
        });
    Reference.reachabilityFence(held.get());
  }

  @Test
  @DisplayName("E2: a run that nobody takes from is collected when its workers have nothing to do")
  void abandonedByItsConsumer() throws Exception {
    Garbage.assertCollected(
        () -> Parallel.of(2).window(4).start(IntStream.range(0, 100).boxed().toList(), x -> x));
  }

  @Test
  @DisplayName("E1: neither timeouts nor a long grace outlive their run")
  void longGraceOfAClosedRun() throws Exception {
    Garbage.assertCollected(
        () -> {
          Item item = new Item(1);
          Parallel timed =
              Parallel.of(2)
                  .attemptTimeout(ofMillis(2))
                  .itemTimeout(ofHours(1))
                  .runTimeout(ofHours(1))
                  .grace(ofMinutes(10));
          Results<Item, Integer> results =
              timed.map(
                  List.of(item),
                  _ -> {
                    end.await();
                    return 1;
                  });
          assertTrue(results.failures().getFirst().error() instanceof TimeoutException);
          return item;
        });
  }

  @Test
  @DisplayName("E2: a thread that is stuck keeps its own item only")
  void stuckThread() throws Exception {
    try {
      Garbage.assertCollected(
          () -> {
            Item fine = new Item(1);
            Parallel impatient = Parallel.of(4).attemptTimeout(ofMillis(5)).grace(ofMillis(5));
            Results<Item, Integer> results =
                impatient.map(
                    List.of(new Item(0), fine, new Item(2)),
                    item -> {
                      if (item.number == 0) {
                        awaitDeaf(end);
                      }
                      return 1;
                    });
            assertEquals(1, results.abandoned().size());
            return fine;
          });
    } finally {
      end.countDown();
    }
  }

  @Test
  @DisplayName("E2: a source that goes quiet keeps nothing of what was delivered")
  void quietSource() throws Exception {
    LinkedBlockingQueue<Item> queue = new LinkedBlockingQueue<>();
    Item last = new Item(-1);
    try (Run<Item, Integer> run =
        Parallel.of(2).window(2_000).start(Source.of(queue, last), _ -> 1)) {
      for (int burst = 0; burst < 5; burst++) {
        IntStream.range(0, 10_000).mapToObj(Item::new).forEach(queue::add);
        for (int taken = 0; taken < 10_000; taken++) {
          run.take();
        }
      }
      assertFewAlive();
    }
    Reference.reachabilityFence(last);
  }

  /* A worker whose last outcome was taken may not have ended its turn yet: it is looked at again. */
  private static void assertFewAlive() {
    long start = System.nanoTime();
    long alive = Census.take().items() - 1;
    while (alive > 8 && System.nanoTime() - start < ofSeconds(10).toNanos()) {
      alive = Census.take().items() - 1;
    }
    assertTrue(alive <= 8, alive + " items that were delivered are alive");
  }

  /* Takes the outcomes of two items, made when they are read: the second one takes long. */
  private static Stream<Named<BiConsumer<Iterable<Item>, Action<Item, Integer>>>> consumers() {
    Parallel parallel = Parallel.of(2);
    return Stream.of(
        named("forEach", (items, action) -> parallel.forEach(items, action::apply)),
        named(
            "gatherer",
            (items, action) ->
                StreamSupport.stream(items.spliterator(), false)
                    .gather(parallel.<Item, Integer>gatherer(action))
                    .forEach(_ -> {})),
        named(
            "publisher",
            (items, action) -> takeAll(parallel.<Item, Integer>publisher(items, action))));
  }

  private static Named<BiConsumer<Iterable<Item>, Action<Item, Integer>>> named(
      String name, BiConsumer<Iterable<Item>, Action<Item, Integer>> consumer) {
    return Named.of(name, consumer);
  }

  private static void takeAll(Flow.Publisher<?> publisher) {
    CountDownLatch over = new CountDownLatch(1);
    publisher.subscribe(
        new Flow.Subscriber<Object>() {
          @Override
          public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
          }

          @Override
          public void onNext(Object outcome) {}

          @Override
          public void onError(Throwable broken) {
            over.countDown();
          }

          @Override
          public void onComplete() {
            over.countDown();
          }
        });
    awaitDeaf(over);
  }

  @ParameterizedTest
  @MethodSource("consumers")
  @DisplayName("E2: who waits for the next outcome keeps nothing of the last one")
  void waitingConsumer(BiConsumer<Iterable<Item>, Action<Item, Integer>> consumer)
      throws Exception {
    CountDownLatch second = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    BlockingQueue<WeakReference<Item>> first = new LinkedBlockingQueue<>();
    Action<Item, Integer> action =
        item -> {
          if (item.number == 1) {
            awaitDeaf(second);
            first.add(new WeakReference<>(item));
          } else {
            second.countDown();
            awaitDeaf(end);
          }
          return item.number;
        };
    Iterable<Item> items = () -> IntStream.rangeClosed(1, 2).mapToObj(Item::new).iterator();
    Thread consuming = Thread.ofPlatform().daemon().start(() -> consumer.accept(items, action));
    try {
      Garbage.assertCollected(first.take());
    } finally {
      end.countDown();
    }
    assertTrue(consuming.join(ofSeconds(10)));
  }

  @Test
  @DisplayName("E2: a worker that waits for its source keeps nothing of its last claim")
  void waitingReader() throws Exception {
    LinkedBlockingQueue<Item> queue = new LinkedBlockingQueue<>();
    Item last = new Item(-1);
    try (Run<Item, Integer> run = Parallel.of(3).start(Source.of(queue, last), _ -> 1)) {
      for (int burst = 0; burst < 10; burst++) {
        IntStream.range(0, 1_000).mapToObj(Item::new).forEach(queue::add);
        for (int taken = 0; taken < 1_000; taken++) {
          run.take();
        }
        assertFewAlive();
      }
    }
    Reference.reachabilityFence(last);
  }

  @Test
  @DisplayName("E2: a stream, a function and a gatherer are collected after use")
  void streamsAndFunctions() throws Exception {
    Garbage.assertCollected(
        () -> {
          Action<Integer, Integer> action =
              new Action<>() {
                @Override
                public Integer apply(Integer item) {
                  return item + hashCode() * 0;
                }
              };
          List<Integer> items = List.of(1, 2, 3);
          var function = Parallel.of(2).<Integer, Integer>function(action);
          function.map(items);
          try (Stream<Outcome<Integer, Integer>> stream = function.stream(items)) {
            stream.limit(1).forEach(_ -> {});
          }
          items.stream().gather(Parallel.of(2).<Integer, Integer>gatherer(action)).forEach(_ -> {});
          return action;
        });
  }

  // Executors and futures

  @Test
  @DisplayName("X3: executors with a live stop token are collected when they are dropped")
  void executorsOfALiveToken() throws Exception {
    StopToken token = new StopToken();
    assertNothingLeft(() -> use(ParallelExecutor.of(Parallel.of(2).stopToken(token))));
    Reference.reachabilityFence(token);
  }

  @Test
  @DisplayName(
      "X3: executors that were made inside a long scope are collected when they are dropped")
  void executorsInAScope() throws Exception {
    CancelScope.of().<Exception>run(() -> assertNothingLeft(() -> use(ParallelExecutor.of(2))));
  }

  @Test
  @DisplayName("X3: executors that are dropped are collected")
  void executors() throws Exception {
    assertNothingLeft(() -> use(ParallelExecutor.of(2)));
  }

  private static Integer use(ParallelExecutor executor) throws Exception {
    return executor.submit(() -> 1).get();
  }

  private static void assertNothingLeft(Callable<?> use) throws Exception {
    use.call();
    long before = Census.take().objects();
    for (int number = 0; number < 1_000; number++) {
      use.call();
    }
    long left = Census.take().objects() - before;
    for (int again = 0; again < 10 && left >= 1_000; again++) {
      use.call(); // what was collected by now is taken off its token by the next one
      left = Census.take().objects() - before;
    }
    assertTrue(left < 1_000, "objects left of 1,000 executors: " + left);
  }

  @Test
  @DisplayName("X2: a future that is done does not keep its task")
  void taskOfADoneFuture() throws Exception {
    try (ParallelExecutor executor = ParallelExecutor.of(2)) {
      AtomicReference<ExecutorFuture<Integer>> future = new AtomicReference<>();
      Garbage.assertCollected(
          () -> {
            Item item = new Item(1);
            Callable<Integer> task = () -> item.number;
            future.set(executor.submit(task));
            assertEquals(1, future.get().get());
            return item;
          });
      assertEquals(1, future.get().get());
    }
  }

  @Test
  @DisplayName("X2: a task that is cancelled while it waits for a worker is let go at once")
  void cancelledTask() throws Exception {
    try (ParallelExecutor executor = ParallelExecutor.of(1)) {
      executor.execute(() -> awaitDeaf(end));
      AtomicReference<ExecutorFuture<Integer>> future = new AtomicReference<>();
      try {
        Garbage.assertCollected(
            () -> {
              Item item = new Item(1);
              future.set(executor.submit(() -> item.number));
              future.get().cancel(true);
              return item;
            });
      } finally {
        end.countDown();
      }
      assertTrue(future.get().isCancelled());
    }
  }

  @Test
  @DisplayName(
      "X2: tasks that are cancelled while they wait for a worker leave nothing in the queue")
  void cancelledTasks() {
    try (ParallelExecutor executor = ParallelExecutor.of(1)) {
      executor.execute(() -> awaitDeaf(end));
      long before = Census.take().objects();
      for (int number = 0; number < 100_000; number++) {
        executor.submit(() -> 1).cancel(true);
      }
      long after = Census.take().objects();
      end.countDown();
      assertTrue(after - before < 1_000, "objects left: " + (after - before));
    }
  }

  @Test
  @DisplayName("X2: a handle whose task has ended does not keep the task, while the group goes on")
  void handle() throws Exception {
    TaskGroup.<Exception>run(
        group -> {
          AtomicReference<Handle<Integer>> handle = new AtomicReference<>();
          Garbage.assertCollected(
              () -> {
                Item item = new Item(1);
                handle.set(group.start(() -> item.number));
                assertEquals(1, handle.get().result());
                return item;
              });
          assertEquals(1, handle.get().result());
        });
  }

  @Test
  @DisplayName("X2: what was scheduled is let go when it is done")
  void scheduled() throws Exception {
    AtomicReference<ExecutorFuture<Integer>> eventual = new AtomicReference<>();
    Garbage.assertCollected(
        () -> {
          Item item = new Item(1);
          eventual.set(Work.schedule(() -> item.number));
          assertEquals(1, eventual.get().result());
          return item;
        });
    assertEquals(1, eventual.get().result());
  }

  @Test
  @DisplayName(
      "X1: waiting for the first again and again leaves nothing at those that are not done")
  void waitForTheFirst() throws Exception {
    CompletableFuture<Integer> pending = new CompletableFuture<>();
    List<CompletableFuture<Integer>> futures =
        List.of(pending, CompletableFuture.completedFuture(1));
    for (int round = 0; round < 1_000; round++) {
      ParallelExecutor.waitFor(futures, WaitStrategy.FIRST_COMPLETED);
    }
    assertTrue(pending.getNumberOfDependents() <= 1, "left: " + pending.getNumberOfDependents());
  }

  @Test
  @DisplayName(
      "X1: waiting with a timeout again and again leaves nothing at those that are not done")
  void waitWithATimeout() throws Exception {
    CompletableFuture<Integer> pending = new CompletableFuture<>();
    for (int round = 0; round < 1_000; round++) {
      ParallelExecutor.waitFor(List.of(pending), WaitStrategy.FIRST_EXCEPTION, ofMillis(0));
    }
    assertTrue(pending.getNumberOfDependents() <= 1, "left: " + pending.getNumberOfDependents());
  }

  @Test
  @DisplayName("X1: a stream of completed futures that is left early leaves nothing at the others")
  void asCompletedLeftEarly() {
    CompletableFuture<Integer> pending = new CompletableFuture<>();
    List<CompletableFuture<Integer>> futures =
        List.of(pending, CompletableFuture.completedFuture(1));
    for (int round = 0; round < 1_000; round++) {
      try (Stream<CompletableFuture<Integer>> completed = ParallelExecutor.asCompleted(futures)) {
        assertEquals(1, completed.findFirst().orElseThrow().join());
      }
    }
    assertTrue(pending.getNumberOfDependents() <= 1, "left: " + pending.getNumberOfDependents());
  }

  @Test
  @DisplayName("X1: streams of completed futures that are dropped leave nothing when collected")
  void asCompletedDropped() {
    CompletableFuture<Integer> pending = new CompletableFuture<>();
    List<CompletableFuture<Integer>> futures =
        List.of(pending, CompletableFuture.completedFuture(1));
    for (int round = 0; round < 1_000; round++) {
      assertEquals(1, ParallelExecutor.asCompleted(futures).findFirst().orElseThrow().join());
    }
    for (int again = 0; again < 10 && pending.getNumberOfDependents() > 20; again++) {
      Census.take(); // collects
      ParallelExecutor.asCompleted(futures).close();
    }
    assertTrue(pending.getNumberOfDependents() <= 20, "left: " + pending.getNumberOfDependents());
  }

  @Test
  @DisplayName("X1: who leaves 100,000 futures, one of them 100,000 times, does so at linear cost")
  void manyFuturesLeft() throws Exception {
    CompletableFuture<Integer> same = new CompletableFuture<>();
    List<CompletableFuture<Integer>> futures =
        Stream.concat(
                Stream.generate(() -> same).limit(100_000),
                Stream.generate(CompletableFuture<Integer>::new).limit(100_000))
            .toList();
    for (int round = 0; round < 5; round++) {
      ParallelExecutor.waitFor(futures, WaitStrategy.FIRST_COMPLETED, ofMillis(1));
    }
    assertEquals(0, same.getNumberOfDependents());
    assertEquals(0, futures.getLast().getNumberOfDependents());
  }

  @Test
  @DisplayName("X3: a dropped executor whose task runs is still stopped by its token")
  void droppedExecutorAtWork() throws Exception {
    StopToken token = new StopToken();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    Garbage.assertCollected(
        () -> {
          ParallelExecutor executor = ParallelExecutor.of(Parallel.of(1).stopToken(token));
          executor.execute(
              () -> {
                begun.countDown();
                try {
                  end.await();
                } catch (InterruptedException stopped) {
                  interrupted.countDown();
                }
              });
          begun.await();
          return executor;
        });
    token.stop();
    assertTrue(interrupted.await(10, TimeUnit.SECONDS));
  }

  @Test
  @DisplayName("X3: a dropped executor whose task waits for a permit is still stopped by its scope")
  void droppedExecutorThatWaits() throws Exception {
    RateLimiter limiter = RateLimiter.of(RateLimit.perHour(1));
    limiter.acquire();
    AtomicReference<ExecutorFuture<Integer>> future = new AtomicReference<>();
    CancelScope scope = CancelScope.of();
    scope.run(
        () -> {
          Garbage.assertCollected(
              () -> {
                var executor = ParallelExecutor.of(Parallel.of(1).rateLimit(limiter));
                future.set(executor.submit(() -> 1));
                return executor;
              });
          scope.cancel();
          Thread.interrupted();
          assertThrows(CancellationException.class, () -> future.get().get(10, TimeUnit.SECONDS));
        });
  }

  // Limits and scopes

  @Test
  @DisplayName("E1: a limiter that is paused for long is collected when it is dropped")
  void pausedLimiter() throws Exception {
    Garbage.assertCollected(
        () -> {
          RateLimiter limiter = RateLimiter.of(RateLimit.perHour(1));
          limiter.acquire();
          limiter.pause(ofHours(1));
          assertTrue(!limiter.tryAcquire(ofMillis(1)));
          return limiter;
        });
  }

  @Test
  @DisplayName("E1: a limiter whose waiters were stopped is collected when it is dropped")
  void limiterOfAStoppedRun() throws Exception {
    Garbage.assertCollected(
        () -> {
          RateLimiter limiter = RateLimiter.of(RateLimit.perHour(1));
          StopToken token = new StopToken();
          Parallel limited = Parallel.of(2).rateLimit(limiter).stopToken(token);
          assertEquals(
              2,
              limited
                  .map(
                      List.of(1, 2, 3),
                      x -> {
                        token.stop();
                        return x;
                      })
                  .notRun()
                  .size());
          return limiter;
        });
  }

  @Test
  @DisplayName("E1: a call that waits for a limit and is cancelled is let go, and so is the limit")
  void cancelledAsyncCall() throws Exception {
    Garbage.assertCollected(
        () -> {
          WeightedSemaphore semaphore = Limits.maxConcurrent(1);
          semaphore.acquire();
          var call = semaphore.async(() -> CompletableFuture.completedFuture(1)).get();
          call.cancel(true);
          return semaphore;
        });
  }

  @Test
  @DisplayName("E1: a scope with a far deadline is collected when its block has ended")
  void scopeWithADeadline() throws Exception {
    Garbage.assertCollected(
        () -> {
          CancelScope scope = CancelScope.withTimeout(ofHours(1));
          scope.run(() -> assertEquals(2, Parallel.of(2).map(List.of(1, 2), x -> x).size()));
          return scope;
        });
  }

  @Test
  @DisplayName("E1: a run inside a scope that goes on is collected when it has ended")
  void runInAScope() throws Exception {
    CancelScope.of()
        .<Exception>run(
            () ->
                Garbage.assertCollected(
                    () -> {
                      Item item = new Item(1);
                      Parallel.of(2).map(List.of(item), x -> x.number).values();
                      return item;
                    }));
  }

  private static void awaitDeaf(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException ignored) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
