package io.millrace.bench.peer;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Plain streams: they know nothing of a concurrency. */
final class JdkStreams implements Contender {
  private final String name;
  private final boolean parallel;

  JdkStreams(String name, boolean parallel) {
    this.name = name;
    this.parallel = parallel;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void run(Job job, Consumer<Integer> sink) {
    List<Integer> items = job.items();
    Stream<Integer> results =
        (parallel ? items.parallelStream() : items.stream()).map(job.task().unchecked());
    if (parallel || job.delivery() == Delivery.COLLECTED) {
      results.toList().forEach(sink);
    } else {
      results.forEach(sink);
    }
  }
}
