package io.millrace.cli.driver;

import io.millrace.cli.spark.SparkJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;
import scala.collection.immutable.Map$;

/** Spark with its workers. Closing ends both. */
record Session(SparkSession spark) implements AutoCloseable {
  /* How long workers may take to come, and how long others may take to follow the first ones. */
  private static final long MOST_MILLIS = 60_000;
  private static final long FOLLOW_MILLIS = 3_000;
  private static final long LOOK_MILLIS = 50;

  /** Too few workers have come. */
  static final class NoWorkersException extends Exception {
    private static final long serialVersionUID = 1;

    NoWorkersException(String why) {
      super(why);
    }
  }

  /* What the input is called where Spark has sent it. */
  static final String INPUT = "millrace-lines";

  static Session open(SparkJob job) throws IOException {
    SparkSession.Builder builder = SparkSession.builder().appName("millrace");
    // files that are added later are not those of the session; and a link has a name without commas
    Path folder = Files.createTempDirectory("millrace-input");
    Path link = Files.createSymbolicLink(folder.resolve(INPUT), job.input());
    folder.toFile().deleteOnExit();
    link.toFile().deleteOnExit();
    builder.config("spark.files", link.toUri().toString());
    job.master().ifPresent(builder::master);
    settings(job).forEach(builder::config);
    return new Session(builder.getOrCreate());
  }

  private static Map<String, String> settings(SparkJob job) {
    Map<String, String> all = new LinkedHashMap<>();
    String master = job.master().orElse("");
    String jars = System.getProperty("millrace.spark.jars", "");
    if (!jars.isEmpty()) {
      all.put("spark.jars", jars);
      all.put("spark.ui.enabled", "false");
      all.put("spark.local.dir", System.getProperty("java.io.tmpdir"));
      all.put("spark.sql.warehouse.dir", System.getProperty("java.io.tmpdir"));
      // what is heard of workers is as new as that
      all.put("spark.executor.heartbeatInterval", "1s");
      all.put("spark.executor.extraJavaOptions", "-XX:+UseParallelGC");
      // files are private, as those of all commands, and have no others beside them
      all.put("spark.hadoop.fs.permissions.umask-mode", "077");
      all.put("spark.hadoop.fs.file.impl", "org.apache.hadoop.fs.RawLocalFileSystem");
    }
    if (master.startsWith("local")) {
      all.put("spark.driver.host", "127.0.0.1");
      all.put("spark.driver.bindAddress", "127.0.0.1");
    }
    if (master.startsWith("local-cluster")) {
      // other users of this machine could give its workers something to do
      all.put("spark.authenticate", "true");
      all.put("spark.authenticate.secret", UUID.randomUUID().toString());
    }
    // parts that are whole stay when the job is ended
    all.put("spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version", "2");
    all.putAll(job.settings());
    return all;
  }

  SparkContext context() {
    return spark.sparkContext();
  }

  /** Waits for them, and says how many there are. From then on there are no more. */
  int workers(OptionalInt wanted, Stopping stopping)
      throws NoWorkersException, InterruptedException {
    if (context().isLocal()) {
      return 1;
    }
    long begun = System.nanoTime();
    long lastChange = begun;
    int count = 0;
    while (stopping.reason() == null) {
      long now = System.nanoTime();
      int there = Math.max(0, context().statusTracker().getExecutorInfos().length - 1);
      if (there != count) {
        lastChange = now;
        count = there;
      }
      if (wanted.isPresent()
          ? count >= wanted.getAsInt()
          : count > 0 && millis(now - lastChange) > FOLLOW_MILLIS) {
        break;
      }
      if (context().isStopped()) {
        throw new NoWorkersException("the master has ended the application");
      }
      if (millis(now - begun) > MOST_MILLIS) {
        throw new NoWorkersException(
            count == 0
                ? "no worker came within a minute: the cluster may have no room, or its workers cannot start or reach this machine"
                : "only " + count + " of " + wanted.getAsInt() + " workers came within a minute");
      }
      var _ = stopping.await(LOOK_MILLIS);
    }
    int workers = wanted.orElse(count);
    // a worker that comes later would have a share of the limits that nobody gave it
    var _ = context().requestTotalExecutors(workers, 0, Map$.MODULE$.empty());
    return workers;
  }

  private static long millis(long nanos) {
    return nanos / 1_000_000;
  }

  @Override
  public void close() {
    spark.stop();
  }
}
