package io.millrace.retention;

import io.millrace.Parallel;
import io.millrace.Run;
import io.millrace.executor.ExecutorFuture;
import io.millrace.executor.ParallelExecutor;
import io.millrace.limit.Limits;
import io.millrace.limit.RateLimiter;
import io.millrace.limit.WeightedSemaphore;
import io.millrace.outcome.FailedItemsException;
import io.millrace.outcome.Outcome;
import io.millrace.plan.Action;
import io.millrace.plan.RateLimit;
import io.millrace.pool.Work;
import io.millrace.scope.TaskGroup;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** An entry point through which a million items pass without being kept. */
enum Way {
  FOR_EACH(false) {
    @Override
    void run(Task task) {
      silently(
          () ->
              task.parallel()
                  .onOutcome(_ -> task.taken().run())
                  .<Item>forEach(task.items(), task.action()::apply));
    }
  },
  FOR_EACH_OF_A_FUNCTION(false) {
    @Override
    void run(Task task) {
      Parallel listening = task.parallel().onOutcome(_ -> task.taken().run());
      silently(() -> listening.<Item, Integer>function(task.action()).forEach(task.items()));
    }
  },
  STREAM(false) {
    @Override
    void run(Task task) {
      drain(task.parallel().stream(task.items(), task.action()), task);
    }
  },
  STREAM_OF_A_FUNCTION(false) {
    @Override
    void run(Task task) {
      drain(task.parallel().<Item, Integer>function(task.action()).stream(task.items()), task);
    }
  },
  ORDERED_STREAM(true) {
    @Override
    void run(Task task) {
      drain(task.parallel().ordered().stream(task.items(), task.action()), task);
    }
  },
  ITERATOR(false) {
    @Override
    void run(Task task) {
      try (Stream<Outcome<Item, Integer>> stream =
          task.parallel().stream(task.items(), task.action())) {
        for (Iterator<?> each = stream.iterator(); each.hasNext(); ) {
          each.next();
          task.taken().run();
        }
      }
    }
  },
  BATCHES(true) {
    @Override
    void run(Task task) {
      try (var batches = task.parallel().batches(task.items(), 100, task.action())) {
        batches.forEach(batch -> batch.forEach(_ -> task.taken().run()));
      }
    }
  },
  GATHERER(true) {
    @Override
    void run(Task task) {
      Stream<Item> upstream = StreamSupport.stream(task.items().spliterator(), false);
      drain(upstream.gather(task.parallel().<Item, Integer>gatherer(task.action())), task);
    }
  },
  PUBLISHER(false) {
    @Override
    void run(Task task) throws InterruptedException {
      CountDownLatch end = new CountDownLatch(1);
      task.parallel()
          .publisher(task.items(), task.action())
          .subscribe(new Taking(task.taken(), end));
      end.await();
    }
  },
  TAKE(false) {
    @Override
    void run(Task task) {
      try (Run<Item, Integer> run = task.parallel().start(task.items(), task.action())) {
        while (run.take().isPresent()) {
          task.taken().run();
        }
      }
    }
  },
  STREAM_OF_A_RUN(false) {
    @Override
    void run(Task task) {
      try (Run<Item, Integer> run = task.parallel().start(task.items(), task.action())) {
        drain(run.stream(), task);
      }
    }
  },
  SUBMIT(
      true,
      EnumSet.complementOf(EnumSet.of(Trouble.SLOTS_OF_MANY_KEYS, Trouble.RATES_OF_MANY_KEYS))) {
    @Override
    void run(Task task) throws InterruptedException {
      try (ParallelExecutor executor = ParallelExecutor.of(task.parallel().withoutWindow())) {
        Queue<ExecutorFuture<Integer>> pending = new ArrayDeque<>();
        for (Item item : task.items()) {
          if (pending.size() == task.window()) {
            await(pending.remove(), task);
          }
          pending.add(executor.submit(() -> task.action().apply(item)));
        }
        while (!pending.isEmpty()) {
          await(pending.remove(), task);
        }
      }
    }
  },
  MAP_ITER(
      true,
      EnumSet.of(
          Trouble.NONE,
          Trouble.RETRIES,
          Trouble.BACKOFFS,
          Trouble.LIMITER_PAUSES,
          Trouble.STRAGGLERS,
          Trouble.SOURCE_PAUSES,
          Trouble.CONSUMER_PAUSES)) {
    @Override
    void run(Task task) {
      try (ParallelExecutor executor = ParallelExecutor.of(task.parallel().withoutWindow());
          Stream<Integer> values = executor.mapIter(task.items(), task.action())) {
        values.forEachOrdered(_ -> task.taken().run());
      }
    }
  },
  GROUP(true, EnumSet.of(Trouble.NONE, Trouble.STRAGGLERS, Trouble.SOURCE_PAUSES)) {
    @Override
    void run(Task task) throws Exception {
      var places = new java.util.concurrent.Semaphore(task.concurrency());
      TaskGroup.run(
          group -> {
            for (Item item : task.items()) {
              places.acquire();
              group.start(
                  () -> {
                    try {
                      task.action().apply(item);
                    } finally {
                      places.release();
                    }
                  });
              task.taken().run();
            }
          });
    }
  },
  RESOLVE(
      true,
      EnumSet.of(
          Trouble.NONE,
          Trouble.FAILURES,
          Trouble.STRAGGLERS,
          Trouble.SOURCE_PAUSES,
          Trouble.CONSUMER_PAUSES)) {
    @Override
    void run(Task task) {
      Iterable<Callable<Integer>> tasks = () -> calls(task);
      try (var values =
          Work.<Integer>resolve(tasks, task.concurrency(), task.window() - task.concurrency())) {
        values.forEachOrdered(_ -> task.taken().run());
      }
    }
  },
  GENERATE(true, EnumSet.of(Trouble.NONE, Trouble.SOURCE_PAUSES, Trouble.CONSUMER_PAUSES)) {
    @Override
    void run(Task task) {
      try (Stream<Item> items = Work.generate(task.items(), task.window())) {
        items.forEachOrdered(_ -> task.taken().run());
      }
    }
  },
  ASYNC_CALLS_IN_A_SEMAPHORE(
      true,
      EnumSet.of(Trouble.NONE, Trouble.FAILURES, Trouble.SOURCE_PAUSES, Trouble.CONSUMER_PAUSES)) {
    @Override
    void run(Task task) {
      Queue<CompletableFuture<Integer>> begun = new ConcurrentLinkedQueue<>();
      WeightedSemaphore limit = Limits.maxConcurrent(task.concurrency());
      Function<Item, CompletableFuture<Integer>> call =
          limit.<Item, Integer>async(
              item -> {
                CompletableFuture<Integer> stage = new CompletableFuture<>();
                begun.add(stage);
                return stage;
              });
      Queue<CompletableFuture<Integer>> pending = new ArrayDeque<>();
      for (Item item : task.items()) {
        if (pending.size() == task.window()) {
          awaitCall(pending.remove(), begun, task);
        }
        pending.add(call.apply(item));
      }
      while (!pending.isEmpty()) {
        awaitCall(pending.remove(), begun, task);
      }
    }
  },
  ASYNC_CALLS_IN_A_LIMITER(true, EnumSet.of(Trouble.NONE, Trouble.LIMITER_PAUSES)) {
    @Override
    void run(Task task) {
      RateLimiter limit = RateLimiter.of(RateLimit.perSecond(1_000_000).burst(1_000));
      Function<Item, CompletableFuture<Integer>> call =
          limit.<Item, Integer>async(item -> CompletableFuture.completedFuture(item.number));
      Queue<CompletableFuture<Integer>> pending = new ArrayDeque<>();
      for (Item item : task.items()) {
        if (pending.size() == task.window()) {
          pending.remove().join();
          task.taken().run();
        }
        if (task.trouble() == Trouble.LIMITER_PAUSES && item.number % 5_000 == 0) {
          limit.pause(Duration.ofMillis(1));
        }
        pending.add(call.apply(item));
      }
      while (!pending.isEmpty()) {
        pending.remove().join();
        task.taken().run();
      }
    }
  };

  /** Whether one slow item holds up what comes after it. */
  final boolean ordered;

  private final Set<Trouble> troubles;

  Way(boolean ordered) {
    this(ordered, EnumSet.allOf(Trouble.class));
  }

  Way(boolean ordered, Set<Trouble> troubles) {
    this.ordered = ordered;
    this.troubles = troubles;
  }

  /** Whether there can be such trouble. */
  boolean knows(Trouble trouble) {
    return troubles.contains(trouble);
  }

  abstract void run(Task task) throws Exception;

  /** What there is to do. {@code taken} is called for each outcome, by one thread at a time. */
  record Task(
      Trouble trouble,
      Parallel parallel,
      int concurrency,
      int window,
      Iterable<Item> items,
      Action<Item, Integer> action,
      Runnable taken) {}

  private static void drain(Stream<Outcome<Item, Integer>> outcomes, Task task) {
    try (outcomes) {
      outcomes.forEach(_ -> task.taken().run());
    }
  }

  private static void silently(Runnable call) {
    try {
      call.run();
    } catch (FailedItemsException failed) {
      // as it should
    }
  }

  private static void await(ExecutorFuture<Integer> future, Task task) throws InterruptedException {
    try {
      future.get();
    } catch (ExecutionException failed) {
      // as it may
    }
    task.taken().run();
  }

  private static void awaitCall(
      CompletableFuture<Integer> call, Queue<CompletableFuture<Integer>> begun, Task task) {
    while (!call.isDone()) {
      CompletableFuture<Integer> next = begun.poll();
      if (next == null) {
        Thread.onSpinWait();
      } else if (task.trouble() == Trouble.FAILURES) {
        next.completeExceptionally(new IllegalStateException("as it may"));
      } else {
        next.complete(0);
      }
    }
    task.taken().run();
  }

  private static Iterator<Callable<Integer>> calls(Task task) {
    Iterator<Item> items = task.items().iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return items.hasNext();
      }

      @Override
      public Callable<Integer> next() {
        Item item = items.next();
        return () -> task.action().apply(item);
      }
    };
  }

  /** Asks for a hundred at a time. */
  private static final class Taking implements Flow.Subscriber<Outcome<Item, Integer>> {
    private final Runnable taken;
    private final CountDownLatch end;
    private Flow.Subscription subscription;
    private int asked;

    Taking(Runnable taken, CountDownLatch end) {
      this.taken = taken;
      this.end = end;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      this.subscription = subscription;
      asked = 100;
      subscription.request(100);
    }

    @Override
    public void onNext(Outcome<Item, Integer> outcome) {
      taken.run();
      if (--asked == 0) {
        asked = 100;
        subscription.request(100);
      }
    }

    @Override
    public void onError(Throwable error) {
      end.countDown();
    }

    @Override
    public void onComplete() {
      end.countDown();
    }
  }
}
