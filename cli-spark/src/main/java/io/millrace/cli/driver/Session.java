package io.millrace.cli.driver;

import io.millrace.cli.spark.SparkJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.function.BinaryOperator;
import java.util.regex.Pattern;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;

/** Spark with its workers. Closing ends both. */
record Session(SparkSession spark) implements AutoCloseable {
  /* How long workers may take to come if Spark was not told so, and how long others may take to follow the first ones. */
  private static final long MOST_SECONDS = 60;
  private static final String WAITING_TIME = "spark.scheduler.maxRegisteredResourcesWaitingTime";
  private static final long FOLLOW_MILLIS = 3_000;
  private static final long LOOK_MILLIS = 50;

  /** Too few workers have come. */
  static final class NoWorkersException extends Exception {
    private static final long serialVersionUID = 1;

    NoWorkersException(String why) {
      super(why);
    }
  }

  /* The last number of local-cluster. */
  private static final Pattern MEMORY = Pattern.compile(".*, *(\\d+) *]");

  /* What lets nobody see a page without a signed token. */
  private static final String LOCKED = "org.apache.spark.ui.JWSFilter";
  private static final int KEY_BYTES = 32;

  /* Settings that have several values. */
  private static final Set<String> LISTS = Set.of("spark.files", "spark.jars");

  /* What the input is called where Spark has sent it. */
  static final String INPUT = "millrace-lines";

  static Session open(SparkJob job) throws IOException {
    SparkSession.Builder builder = SparkSession.builder().appName("millrace");
    // files that are added later are not those of the session; and a link has a name without commas
    Path folder = Files.createTempDirectory("millrace-input");
    Path link = Files.createSymbolicLink(folder.resolve(INPUT), job.input());
    folder.toFile().deleteOnExit();
    link.toFile().deleteOnExit();
    job.master().ifPresent(builder::master);
    Map<String, String> settings = settings(job);
    settings.merge("spark.files", link.toUri().toString(), Session::and);
    settings.forEach(builder::config);
    return new Session(builder.getOrCreate());
  }

  /** What Spark is told. */
  static Map<String, String> settings(SparkJob job) {
    Map<String, String> all = new HashMap<>();
    // what spark-submit was told to send along is sent as well
    LISTS.forEach(name -> all.put(name, System.getProperty(name, "")));
    String master = job.master().orElse("");
    String jars = System.getProperty("millrace.spark.jars", "");
    if (!jars.isEmpty()) {
      all.merge("spark.jars", jars, Session::and);
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
      // other users of this machine could read the input, or give the driver and its workers
      // something to do
      all.put("spark.authenticate", "true");
      all.put("spark.authenticate.secret", UUID.randomUUID().toString());
    }
    if (master.startsWith("local-cluster")) {
      // all that its workers may have; Spark gives each 1 GB otherwise, or says that this is too
      // much
      all.put("spark.executor.memory", MEMORY.matcher(master).replaceFirst("$1m"));
      if (!Boolean.parseBoolean(job.settings().get("spark.ui.enabled"))) {
        // its master and workers always have pages, where other users could see and end the job:
        // so those ask for a token that nobody has
        all.put("spark.ui.filters", LOCKED);
        all.put("spark." + LOCKED + ".param.secretKey", key());
      }
    }
    // what a cluster may have as its default: calls would be made twice, and workers come and go
    all.put("spark.speculation", "false");
    all.put("spark.dynamicAllocation.enabled", "false");
    if (job.workers().isPresent() && !master.startsWith("local")) {
      // a cluster gives all that it has, or two, if nobody says how many
      String workers = Integer.toString(job.workers().getAsInt());
      all.put("spark.dynamicAllocation.enabled", "true");
      for (String number : List.of("initialExecutors", "minExecutors", "maxExecutors")) {
        all.put("spark.dynamicAllocation." + number, workers);
      }
    }
    // parts that are whole stay when the job is ended
    all.put("spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version", "2");
    BinaryOperator<String> last = (_, given) -> given;
    job.settings()
        .forEach(
            (name, value) -> all.merge(name, value, LISTS.contains(name) ? Session::and : last));
    return all;
  }

  private static String key() {
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return Base64.getUrlEncoder().encodeToString(key);
  }

  private static String and(String list, String more) {
    return list.isEmpty() ? more : list + "," + more;
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
    long mostSeconds = context().conf().getTimeAsSeconds(WAITING_TIME, MOST_SECONDS + "s");
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
      if ((wanted.isPresent() || count == 0) && millis(now - begun) > mostSeconds * 1_000) {
        throw new NoWorkersException(tooFew(count, wanted, mostSeconds));
      }
      var _ = stopping.await(LOOK_MILLIS);
    }
    int workers = wanted.orElse(count);
    Admission.limit(context(), workers);
    return workers;
  }

  private static String tooFew(int count, OptionalInt wanted, long seconds) {
    return (count == 0
            ? "no worker came within "
                + seconds
                + " s: the cluster may have no room, or its workers cannot start or reach this machine"
            : "only "
                + count
                + " of "
                + wanted.getAsInt()
                + " workers came within "
                + seconds
                + " s")
        + ". To wait longer, give --conf "
        + WAITING_TIME
        + "=10m";
  }

  private static long millis(long nanos) {
    return nanos / 1_000_000;
  }

  @Override
  public void close() {
    spark.stop();
  }
}
