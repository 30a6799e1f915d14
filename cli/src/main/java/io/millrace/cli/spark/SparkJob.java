package io.millrace.cli.spark;

import io.millrace.cli.http.ClusterHttpOptions;
import io.millrace.cli.http.WorkerOrder;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is to be done.
 *
 * @param master where the workers are, as Spark has it; empty if Spark knows it already
 * @param settings of Spark
 * @param input the lines
 * @param isCopy whether those are a copy, which goes when the command and the driver end
 * @param output a directory that is not there yet, or a URL of one
 * @param isParquet whether to write columns in place of lines of JSON
 * @param workers how many there are to be; empty for those that come
 * @param linesOfPart how many lines a task has; empty for a fit number
 * @param limiter the database that keeps the rate; empty if each worker has a share of it
 * @param order what the workers are told, not divided
 * @param http the options of that
 * @param isQuiet whether to say neither progress nor a summary
 */
public record SparkJob(
    Optional<String> master,
    Map<String, String> settings,
    Path input,
    boolean isCopy,
    String output,
    boolean isParquet,
    OptionalInt workers,
    OptionalInt linesOfPart,
    Optional<String> limiter,
    WorkerOrder order,
    ClusterHttpOptions http,
    boolean isQuiet) {

  /** The directory on this machine that is written to; empty if it is elsewhere. */
  public Optional<Path> folder() {
    return Optional.of(output)
        .filter(name -> !SparkOptions.isUrl(name))
        .map(name -> Path.of(name).toAbsolutePath());
  }
}
