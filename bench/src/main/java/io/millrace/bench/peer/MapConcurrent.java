package io.millrace.bench.peer;

import java.util.function.Consumer;
import java.util.stream.Gatherers;
import java.util.stream.Stream;

/** The JDK's gatherer; it always keeps the order of the items. */
final class MapConcurrent implements Contender {
  @Override
  public String name() {
    return "mapConcurrent";
  }

  @Override
  public void run(Job job, Consumer<Integer> sink) {
    Stream<Integer> results =
        job.items().stream()
            .gather(Gatherers.mapConcurrent(job.concurrency(), job.task().unchecked()));
    switch (job.delivery()) {
      case COLLECTED -> results.toList().forEach(sink);
      case ORDERED, COMPLETION -> results.forEach(sink);
    }
  }
}
