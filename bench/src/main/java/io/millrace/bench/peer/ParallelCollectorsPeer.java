package io.millrace.bench.peer;

import static java.util.stream.Collectors.toList;

import com.pivovarit.collectors.ParallelCollectors;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/** parallel-collectors, on its own virtual threads. Its streams begin when all items are read. */
final class ParallelCollectorsPeer implements Contender {
  @Override
  public String name() {
    return "parallelCollectors";
  }

  @Override
  public void run(Job job, Consumer<Integer> sink) {
    Stream<Integer> items = job.items().stream();
    Function<Integer, Integer> task = job.task().unchecked();
    int concurrency = job.concurrency();
    switch (job.delivery()) {
      case COLLECTED ->
          items
              .collect(ParallelCollectors.parallel(task, toList(), concurrency))
              .join()
              .forEach(sink);
      case ORDERED ->
          items
              .collect(ParallelCollectors.parallelToOrderedStream(task, concurrency))
              .forEach(sink);
      case COMPLETION ->
          items.collect(ParallelCollectors.parallelToStream(task, concurrency)).forEach(sink);
    }
  }
}
