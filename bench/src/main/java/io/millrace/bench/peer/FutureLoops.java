package io.millrace.bench.peer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/** Loops over futures as one writes them by hand; streams are no more than two rounds ahead. */
final class FutureLoops implements Contender {
  /** Makes what runs the tasks of one run. */
  private interface Crews {
    Crew hire(int concurrency);
  }

  /** The threads, and the way to them. */
  private record Crew(ExecutorService threads, Executor entrance) {}

  private final String name;
  private final Crews crews;

  private FutureLoops(String name, Crews crews) {
    this.name = name;
    this.crews = crews;
  }

  /** A virtual thread an item, behind a semaphore. */
  static Contender semaphore(String name) {
    return new FutureLoops(
        name,
        concurrency -> {
          ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
          return new Crew(threads, limited(threads, new Semaphore(concurrency)));
        });
  }

  private static Executor limited(Executor threads, Semaphore permits) {
    return task -> {
      permits.acquireUninterruptibly();
      threads.execute(
          () -> {
            try {
              task.run();
            } finally {
              permits.release();
            }
          });
    };
  }

  /** So many virtual threads that share a queue. */
  static Contender fixedPool(String name) {
    return new FutureLoops(
        name,
        concurrency -> {
          ExecutorService threads =
              Executors.newFixedThreadPool(concurrency, Thread.ofVirtual().factory());
          return new Crew(threads, threads);
        });
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void run(Job job, Consumer<Integer> sink) throws Exception {
    Crew crew = crews.hire(job.concurrency());
    try (ExecutorService threads = crew.threads()) {
      try {
        switch (job.delivery()) {
          case COLLECTED -> collected(job, crew.entrance(), sink);
          case ORDERED -> ordered(job, crew.entrance(), sink);
          case COMPLETION -> asCompleted(job, crew.entrance(), sink);
        }
      } catch (Exception failure) {
        threads.shutdownNow();
        throw failure;
      }
    }
  }

  private static Future<Integer> submit(Job job, Integer item, Executor entrance) {
    FutureTask<Integer> future = new FutureTask<>(job.task().on(item));
    entrance.execute(future);
    return future;
  }

  private static void collected(Job job, Executor entrance, Consumer<Integer> sink)
      throws Exception {
    List<Future<Integer>> futures = new ArrayList<>(job.items().size());
    for (Integer item : job.items()) {
      futures.add(submit(job, item, entrance));
    }
    List<Integer> results = new ArrayList<>(futures.size());
    for (Future<Integer> future : futures) {
      results.add(future.get());
    }
    results.forEach(sink);
  }

  private static void ordered(Job job, Executor entrance, Consumer<Integer> sink) throws Exception {
    Queue<Future<Integer>> futures = new ArrayDeque<>();
    for (Integer item : job.items()) {
      if (futures.size() == 2 * job.concurrency()) {
        sink.accept(futures.remove().get());
      }
      futures.add(submit(job, item, entrance));
    }
    for (Future<Integer> future : futures) {
      sink.accept(future.get());
    }
  }

  private static void asCompleted(Job job, Executor entrance, Consumer<Integer> sink)
      throws Exception {
    ExecutorCompletionService<Integer> done = new ExecutorCompletionService<>(entrance);
    int pending = 0;
    for (Integer item : job.items()) {
      if (pending == 2 * job.concurrency()) {
        sink.accept(done.take().get());
        pending--;
      }
      done.submit(job.task().on(item));
      pending++;
      for (Future<Integer> next = done.poll(); next != null; next = done.poll()) {
        sink.accept(next.get());
        pending--;
      }
    }
    for (; pending > 0; pending--) {
      sink.accept(done.take().get());
    }
  }
}
