package io.millrace.cli.spark;

import io.millrace.cli.option.WholeNumber;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the workers are, and what becomes of the answers. */
final class SparkOptions {
  private static final Pattern URL = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]+://.*");
  private static final Pattern MASTER =
      Pattern.compile(
          "local(\\[(\\*|[1-9]\\d{0,5})(,[1-9]\\d{0,5})?])?"
              + "|local-cluster\\[ *([1-9]\\d{0,3}) *, *([1-9]\\d{0,3}) *, *([1-9]\\d{0,6}) *]"
              + "|spark://[\\w.-]+:\\d{1,5}(,[\\w.-]+:\\d{1,5})*"
              + "|yarn|k8s://\\S+");
  private static final int WORKERS = 4;

  @Option(
      names = "--master",
      paramLabel = "MASTER",
      description =
          "Where the workers are: local-cluster[2,4,1024] starts 2 processes here, with 4 tasks at a time and 1024 MB "
              + "each; spark://host:7077 is a cluster; local[4] has no other process.")
  private @Nullable String master;

  @Option(
      names = "--workers",
      paramLabel = "N",
      converter = WholeNumber.FromOne.class,
      description =
          "Use so many workers, among which the limits are divided (default: those that come within a few seconds).")
  private @Nullable Integer workers;

  @Option(
      names = "--limiter",
      paramLabel = "URL",
      description =
          "Keep --rate in this database, as jdbc:postgresql://host/database?user=me, so that a worker with little to do "
              + "leaves its share to the others. The password comes from the variable PGPASSWORD.")
  private @Nullable String limiter;

  @Option(
      names = "--part-lines",
      paramLabel = "N",
      converter = WholeNumber.FromOne.class,
      description =
          "Lines of a task, which is what is repeated when a worker dies (default: for a minute at most, and 1000).")
  private @Nullable Integer partLines;

  @Option(
      names = "--conf",
      paramLabel = "KEY=VALUE",
      description = "A setting of Spark, as spark.executor.memory=4g; can be given several times.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--output",
      paramLabel = "DIR",
      required = true,
      description =
          "Write part files there, one line of JSON for each line of the input. All workers have to see the same "
              + "directory: on several machines it is a shared one, or a URL as hdfs://host/dir. It may not be there yet.")
  private String output = "";

  @Option(names = "--parquet", description = "Write Parquet: a column for each field of an answer.")
  private boolean parquet;

  /** Whether that names a place by its scheme. */
  static boolean isUrl(String name) {
    return URL.matcher(name).matches();
  }

  /** What is wrong with the options together. */
  Optional<String> conflict(boolean hasRate) {
    Optional<String> wanted = master();
    if (wanted.isEmpty()) {
      return Optional.of(
          "--master is missing: local-cluster[2,4,1024] has 2 workers on this machine, spark://host:7077 those of a cluster");
    }
    if (!MASTER.matcher(wanted.get()).matches()) {
      return Optional.of(
          "--master must be like local-cluster[2,4,1024] (workers, tasks of each, megabytes of each), local[4],"
              + " spark://host:7077, yarn or k8s://URL");
    }
    if (output.isBlank()) {
      return Optional.of("--output needs the name of a directory");
    }
    for (String key : settings.keySet()) {
      if (!key.startsWith("spark.")) {
        return Optional.of("--conf needs a setting of Spark, whose name begins with 'spark.'");
      }
      if (key.equals("spark.master")) {
        return Optional.of("--conf spark.master is --master");
      }
    }
    if (workers == null && Boolean.parseBoolean(settings.get("spark.dynamicAllocation.enabled"))) {
      return Optional.of(
          "--conf spark.dynamicAllocation.enabled needs --workers N: the limits are divided among so many");
    }
    if (limiter != null && !limiter.startsWith("jdbc:postgresql:")) {
      return Optional.of("--limiter must be like jdbc:postgresql://host/database?user=me");
    }
    if (limiter != null && !hasRate) {
      return Optional.of("--limiter needs --rate, for example 400/s");
    }
    OptionalInt here = ofLocalCluster();
    return workers != null && here.isPresent() && workers != here.getAsInt()
        ? Optional.of("--workers " + workers + " and --master " + wanted.get() + " differ")
        : Optional.empty();
  }

  /** What was given, or what {@code spark-submit} says. */
  Optional<String> master() {
    return Optional.ofNullable(master)
        .or(() -> Optional.ofNullable(System.getProperty("spark.master")));
  }

  private OptionalInt ofLocalCluster() {
    Matcher form = MASTER.matcher(master().orElse(""));
    return form.matches() && form.group(WORKERS) != null
        ? OptionalInt.of(Integer.parseInt(form.group(WORKERS)))
        : OptionalInt.empty();
  }

  /** How many there are to be, if that is known. */
  OptionalInt workers() {
    if (master().orElse("").matches("local(\\[.*])?")) {
      return OptionalInt.of(1);
    }
    return workers == null ? ofLocalCluster() : OptionalInt.of(workers);
  }

  OptionalInt partLines() {
    return partLines == null ? OptionalInt.empty() : OptionalInt.of(partLines);
  }

  Optional<String> limiter() {
    return Optional.ofNullable(limiter);
  }

  Map<String, String> settings() {
    return Map.copyOf(settings);
  }

  String output() {
    return output;
  }

  boolean isParquet() {
    return parquet;
  }
}
