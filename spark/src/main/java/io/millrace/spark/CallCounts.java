package io.millrace.spark;

import java.io.Serializable;
import java.util.Objects;
import org.apache.spark.SparkContext;
import org.apache.spark.util.LongAccumulator;

/**
 * Counts on the driver what the workers do: Spark's accumulators, which the tasks bring along when they end. The web page of
 * the application shows them by their names, for each stage and task.
 *
 * <p>A task that fails brings nothing, so calls that it made are missing. A task that is done again, because its worker was
 * lost or because the rows are needed twice, is counted again. To know exactly how many items succeeded, count the rows.
 */
public final class CallCounts implements Serializable {
  private static final long serialVersionUID = 1;
  private final LongAccumulator successes;
  private final LongAccumulator failures;
  private final LongAccumulator retries;

  private CallCounts(SparkContext context, String name) {
    successes = context.longAccumulator(name + " successes");
    failures = context.longAccumulator(name + " failures");
    retries = context.longAccumulator(name + " retries");
  }

  /**
   * Registers the counts.
   *
   * @param name with which the names of the accumulators begin
   */
  public static CallCounts register(SparkContext context, String name) {
    Objects.requireNonNull(context, "context");
    Objects.requireNonNull(name, "name");
    return new CallCounts(context, name);
  }

  /** Items whose action returned, so far. */
  public long successes() {
    return successes.value();
  }

  /** Items that failed, so far. */
  public long failures() {
    return failures.value();
  }

  /** Calls beyond the first one of each item, so far. */
  public long retries() {
    return retries.value();
  }

  /** On a worker. */
  void add(SparkOutcome<?, ?> row) {
    (row.isSuccess() ? successes : failures).add(1L);
    if (row.attempts() > 1) {
      retries.add(row.attempts() - 1L);
    }
  }

  @Override
  public String toString() {
    return "CallCounts["
        + successes()
        + " successes, "
        + failures()
        + " failures, "
        + retries()
        + " retries]";
  }
}
