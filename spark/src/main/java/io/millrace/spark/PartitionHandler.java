package io.millrace.spark;

import java.util.List;

/**
 * Takes the rows of one partition on the driver: see {@link SparkParallel#run(org.apache.spark.sql.Dataset,
 * PartitionHandler)}.
 *
 * @param <O> the rows, most often {@link SparkOutcome}s
 */
@FunctionalInterface
public interface PartitionHandler<O> {

  /**
   * Takes a partition, which comes once.
   *
   * @param partition its number, from 0
   * @param rows all its rows, in their order; unmodifiable
   * @throws Exception anything; it cancels the job
   */
  void accept(int partition, List<O> rows) throws Exception;
}
