package io.millrace.cli.driver;

import java.io.Serializable;
import org.apache.spark.SparkContext;
import org.apache.spark.util.LongAccumulator;

/** Spark's accumulators of what came of lines. The driver hears of them about once a second, and exactly at the end of a task. */
final class Counts implements Serializable {
  static final String OK = "millrace ok";
  static final String FAILED = "millrace failed";
  static final String RETRIES = "millrace retries";

  private static final long serialVersionUID = 1;
  private final LongAccumulator ok;
  private final LongAccumulator failed;
  private final LongAccumulator retries;

  Counts(SparkContext context) {
    ok = context.longAccumulator(OK);
    failed = context.longAccumulator(FAILED);
    retries = context.longAccumulator(RETRIES);
  }

  /** On a worker. */
  void add(boolean isFailed, long repeated) {
    (isFailed ? failed : ok).add(1L);
    retries.add(repeated);
  }

  /** Of the tasks that have ended: each is counted once, however often it was done. */
  Count ended() {
    return new Count(ok.value(), failed.value(), retries.value());
  }

  /** Numbers at one time. */
  record Count(long ok, long failed, long retries) {
    static final Count NONE = new Count(0, 0, 0);

    long done() {
      return ok + failed;
    }

    Count and(Count other) {
      return new Count(ok + other.ok, failed + other.failed, retries + other.retries);
    }
  }
}
