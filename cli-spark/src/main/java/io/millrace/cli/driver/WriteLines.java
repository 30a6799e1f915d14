package io.millrace.cli.driver;

import io.millrace.cli.http.WorkerLine;
import io.millrace.spark.SparkOutcome;
import org.apache.spark.api.java.function.Function;

/** Makes a line of JSON of what came of a line, and counts it. */
record WriteLines(Counts counts) implements Function<SparkOutcome<WorkerLine, Object>, String> {

  @Override
  public String call(SparkOutcome<WorkerLine, Object> row) {
    WorkerLine line = row.item();
    counts.add(line.isFailed(), line.retries());
    return line.json();
  }
}
