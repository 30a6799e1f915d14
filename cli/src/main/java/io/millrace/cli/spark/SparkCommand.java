package io.millrace.cli.spark;

import io.millrace.cli.console.ExitStatus;
import io.millrace.cli.console.Streams;
import io.millrace.cli.http.ClusterHttpOptions;
import io.millrace.cli.http.WorkerOrder;
import io.millrace.cli.resume.WrittenFiles.UnusableFileException;
import io.millrace.cli.text.FileReason;
import io.millrace.cli.text.MalformedInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code millrace spark}. It runs in two processes, which read the same options: the one that was called checks them, fetches Spark
 * and starts the other one, the driver.
 */
@Command(
    name = "spark",
    sortOptions = false,
    customSynopsis = "millrace spark --master MASTER --output DIR [OPTION]... [FILE|URL]",
    usageHelpWidth = 80,
    header = "Performs the requests of millrace http on the workers of a Spark cluster.",
    description = {
      "",
      "Reads the same lines, and writes the same answers, into part files. Spark is fetched when it is first needed. "
          + "The limits of --jobs, --rate and --per-host hold for all workers together: each has its share. "
          + "When a worker dies, the others do its tasks again, so a line has one answer, and may be requested twice.",
      ""
    },
    footer = {
      "",
      "Exit code: 0 all succeeded; 1 something failed; 2 wrong usage; 3 ended by --run-timeout; 129, 130 or 143 hung up, "
          + "interrupted or terminated.",
      "",
      "Examples:",
      "  millrace spark --master 'local-cluster[2,4,1024]' --jobs 64 --rate 400/s \\",
      "    --output answers urls.txt",
      "  millrace spark --master spark://host:7077 --parquet \\",
      "    --output hdfs://host/answers urls.txt"
    })
public final class SparkCommand implements Callable<Integer> {
  /** As which it speaks. */
  public static final String NAME = "millrace spark";

  private final Streams streams;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "FILE|URL",
      description = "What to request; standard input if it is missing or -.")
  private @Nullable String from;

  @Mixin private SparkOptions options = new SparkOptions();

  @Mixin private ClusterHttpOptions http = new ClusterHttpOptions();

  @Option(names = "--quiet", description = "No progress, no summary.")
  private boolean quiet;

  @Option(names = "--help", usageHelp = true, description = "Show this help.")
  @SuppressWarnings("unused") // picocli does
  private boolean help;

  /** Makes the command. */
  public SparkCommand(Streams streams) {
    this.streams = Objects.requireNonNull(streams, "streams");
  }

  @Override
  public Integer call() {
    options
        .conflict(http.rate().isPresent())
        .or(http::conflict)
        .or(
            () ->
                options.workers().isEmpty()
                    ? Optional.empty()
                    : http.conflictOnWorkers(options.workers().getAsInt()))
        .or(this::isThere)
        .ifPresent(this::refuse);
    try (Spool spool = Spool.of(streams, from)) {
      WorkerOrder order = http.order(spec.commandLine().getParseResult(), streams.environment());
      SparkJob job =
          new SparkJob(
              options.master(),
              options.settings(),
              spool.file(),
              spool.isCopy(),
              options.output(),
              options.isParquet(),
              options.workers(),
              options.partLines(),
              options.limiter(),
              order,
              http,
              quiet);
      return engine().run(job, streams);
    } catch (MalformedInputException | UnusableFileException error) {
      throw new ParameterException(spec.commandLine(), String.valueOf(error.getMessage()));
    } catch (IOException error) {
      streams.err().println(NAME + ": cannot read the input: " + FileReason.withName(error));
      return ExitStatus.FAILED;
    } catch (LinkageError | ServiceConfigurationError broken) {
      streams.err().println(NAME + ": Spark cannot be loaded: " + broken + remedy());
      return ExitStatus.FAILED;
    }
  }

  /* Its jars are damaged, or those of another version. */
  private String remedy() {
    return System.getProperty(DriverProcess.JARS) == null
        ? ". It must be Spark " + Fetched.version()
        : ". Remove " + Fetched.folder(streams.environment()) + ", and it is fetched again";
  }

  private SparkEngine engine() {
    List<String> args = spec.root().commandLine().getParseResult().originalArgs();
    return ServiceLoader.load(SparkEngine.class)
        .findFirst()
        .orElseGet(() -> new DriverProcess(args));
  }

  private Optional<String> isThere() {
    if (SparkOptions.isUrl(options.output())) {
      return Optional.empty();
    }
    try {
      Path folder = Path.of(options.output());
      return Files.exists(folder, LinkOption.NOFOLLOW_LINKS)
          ? Optional.of(
              "--output '"
                  + folder
                  + "' is there already: remove it, or give the name of another directory")
          : Optional.empty();
    } catch (InvalidPathException invalid) {
      return Optional.of(
          "--output must be the name of a directory" + FileReason.ofName(options.output()));
    }
  }

  private void refuse(String problem) {
    throw new ParameterException(spec.commandLine(), problem);
  }
}
