package io.millrace.cli.driver;

import io.millrace.spark.SparkParallel;
import java.util.Collections;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;

/** A small job before the first request: workers that cannot run what they are sent are found, and said, without one. */
final class Probe {
  private Probe() {}

  static void check(JavaSparkContext context) throws Exception {
    int slots = Math.max(1, context.defaultParallelism());
    SparkParallel.run(
        context
            .parallelize(IntStream.range(0, slots).boxed().toList(), slots)
            .mapPartitions(_ -> Collections.<Integer>emptyIterator()),
        (_, _) -> {});
  }
}
