package io.millrace.bench.peer;

import static java.util.stream.Collectors.toList;

import com.pivovarit.collectors.ParallelCollectors;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/** parallel-collectors that deals the items out beforehand: one batch for each virtual thread. */
final class ParallelCollectorsBatching implements Contender {
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @Override
  public String name() {
    return "parallelCollectorsBatching";
  }

  @Override
  public void run(Job job, Consumer<Integer> sink) {
    Stream<Integer> items = job.items().stream();
    Function<Integer, Integer> task = job.task().unchecked();
    int concurrency = job.concurrency();
    switch (job.delivery()) {
      case COLLECTED ->
          items
              .collect(ParallelCollectors.Batching.parallel(task, toList(), threads, concurrency))
              .join()
              .forEach(sink);
      case ORDERED ->
          items
              .collect(
                  ParallelCollectors.Batching.parallelToOrderedStream(task, threads, concurrency))
              .forEach(sink);
      case COMPLETION ->
          items
              .collect(ParallelCollectors.Batching.parallelToStream(task, threads, concurrency))
              .forEach(sink);
    }
  }

  @Override
  public void close() {
    threads.close();
  }
}
