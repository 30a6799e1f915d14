package io.millrace.cli.spark;

import io.millrace.cli.console.Streams;

/**
 * Does the job. In the process of the command nobody provides it: that starts another process, the driver, which has Spark among
 * its libraries, and with it a provider.
 */
public interface SparkEngine {

  /** Does the job, and says what to exit with. */
  int run(SparkJob job, Streams streams);
}
