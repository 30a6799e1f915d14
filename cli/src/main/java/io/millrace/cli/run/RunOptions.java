package io.millrace.cli.run;

import io.millrace.Parallel;
import io.millrace.cli.console.EndReason;
import io.millrace.cli.console.OpenFileLimit;
import io.millrace.cli.option.FailRate;
import io.millrace.cli.option.Rate;
import io.millrace.cli.option.TimeSpan;
import io.millrace.cli.option.WholeNumber;
import io.millrace.cli.process.Programs;
import io.millrace.plan.FailureRate;
import io.millrace.plan.Order;
import io.millrace.plan.RateLimit.TokenBucket;
import io.millrace.plan.Retry;
import io.millrace.plan.StopToken;
import io.millrace.plan.Workers;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How commands are run: the options that become a {@link Parallel}. */
final class RunOptions {
  /* Beyond the time in which a command is killed. */
  private static final Duration UNTIL_REAPED = Duration.ofSeconds(5);
  private static final int LEAST_IN_MEMORY = 1 << 12;
  private static final int MOST_IN_MEMORY = 1 << 20;

  @Option(
      names = {"--jobs", "-j", "-P"},
      paramLabel = "N",
      converter = WholeNumber.Jobs.class,
      description = "Commands at once (default: the number of processors).")
  private int jobs = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--window",
      paramLabel = "N",
      converter = WholeNumber.FromOne.class,
      description =
          "Items read and not yet written (default: twice the jobs). A wider one helps where --ordered or --per-key"
              + " makes many wait for one.")
  private @Nullable Integer window;

  @Option(
      names = "--rate",
      paramLabel = "RATE",
      converter = Rate.class,
      description = "Commands started in a time, for example 400/s, 90/m, 1000/h; retries count.")
  private @Nullable TokenBucket rate;

  @Option(
      names = "--burst",
      paramLabel = "N",
      converter = WholeNumber.FromOne.class,
      description = "Commands that may start at once after a quiet time (default: 1).")
  private @Nullable Integer burst;

  @Option(
      names = "--per-key",
      paramLabel = "FIELD=N",
      converter = KeyLimit.Converter.class,
      description = "At most N commands at once with the same value of this field.")
  private @Nullable KeyLimit perKey;

  @Option(
      names = "--retries",
      paramLabel = "N",
      converter = WholeNumber.FromZero.class,
      description =
          "Run a command that failed or took too long again, up to N times, after a random pause of at"
              + " most 0.1 s, then 0.2 s, doubling up to 30 s (default: 0).")
  private int retries;

  @Option(
      names = "--retry-on",
      paramLabel = "CODE,...",
      converter = ExitCodes.class,
      description =
          "Only after these exit codes; 124 is a --timeout. What cannot be started is not repeated.")
  private @Nullable Set<Integer> retryOn;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description =
          "For one command, for example 30s: then it and all that it has started are asked to end (SIGTERM).")
  private @Nullable Duration timeout;

  @Option(
      names = "--grace",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description = "How long after SIGTERM what is left gets SIGKILL (default: 5s).")
  private Duration grace = Duration.ofSeconds(5);

  @Option(
      names = "--run-timeout",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description = "For everything.")
  private @Nullable Duration runTimeout;

  @Option(
      names = "--drain",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description =
          "After the first Ctrl-C or SIGTERM nothing new starts, and commands that run have this long"
              + " (default: as long as they take). The second one ends all at once.")
  private @Nullable Duration drain;

  @Option(
      names = "--max-failures",
      paramLabel = "N",
      converter = WholeNumber.FromOne.class,
      description = "Start nothing more when so many items have failed.")
  private @Nullable Integer maxFailures;

  @Option(
      names = "--fail-rate",
      paramLabel = "P%/N",
      converter = FailRate.class,
      description =
          "Start nothing more when more than P percent of the last N items have failed, as 50%%/100.")
  private @Nullable FailureRate failRate;

  @Option(names = "--ordered", description = "Write outputs in the order of the items.")
  private boolean ordered;

  /** What is wrong with the options together. */
  Optional<String> conflict() {
    if (burst != null && rate == null) {
      return Optional.of("--burst needs --rate, for example --rate 400/s --burst " + burst);
    }
    if (retryOn != null && retries == 0) {
      return Optional.of("--retry-on needs --retries, for example --retries 3");
    }
    return Optional.empty();
  }

  /** How many open files all commands and items need that there can be at once. */
  long openFiles(int each, int kept) {
    return (long) jobs * each + (long) Math.max(jobs, window()) * kept;
  }

  /**
   * Lowers what goes on at once to what the limit of open files has room for.
   *
   * @param each how many a command needs
   * @param kept how many an item needs until it is written
   */
  void fitInto(OpenFileLimit files, int each, int kept) {
    jobs = files.jobs(jobs, each + kept);
    if (kept > 0) {
      long readable = (files.room() - (long) jobs * each) / kept;
      window = (int) Math.max(jobs, Math.min(window(), readable));
    }
  }

  int jobs() {
    return jobs;
  }

  /** What is said of an early end. */
  EndReason endReason(boolean hasCheckpoint) {
    return EndReason.of(maxFailures, failRate, hasCheckpoint);
  }

  /** The field by whose values commands are counted. */
  Optional<String> keyField() {
    return Optional.ofNullable(perKey).map(KeyLimit::field);
  }

  /** How much of each stream is kept in memory: all of them together a quarter of the heap. */
  int inMemory() {
    long each = Runtime.getRuntime().maxMemory() / 4 / 2 / (window() + (long) jobs);
    return Math.clamp(each, LEAST_IN_MEMORY, MOST_IN_MEMORY);
  }

  Programs.Limits limits() {
    return new Programs.Limits(timeout, grace);
  }

  /** How long commands may take after the first signal. */
  Duration drain() {
    return drain == null ? ChronoUnit.FOREVER.getDuration() : drain;
  }

  private int window() {
    return window == null ? (int) Math.min(2L * jobs, Integer.MAX_VALUE) : window;
  }

  /**
   * How the run is done.
   *
   * @param key a field that all items have to have
   */
  Parallel parallel(StopToken stopToken, Optional<String> key) {
    Parallel parallel =
        Parallel.of(jobs)
            .workers(Workers.platform())
            .order(ordered ? Order.INPUT : Order.COMPLETION)
            // a malformed item fails here, before it takes a permit or a slot
            .itemKey((Item item) -> item.check(key).number())
            .retry(retry())
            .window(window())
            .grace(grace.plus(UNTIL_REAPED))
            .stopToken(stopToken);
    parallel =
        with(parallel, rate, (p, limit) -> p.rateLimit(burst == null ? limit : limit.burst(burst)));
    parallel =
        with(
            parallel,
            perKey,
            (p, limit) ->
                p.concurrencyPerKey(limit.most(), (Item item) -> item.fieldText(limit.field())));
    parallel = with(parallel, runTimeout, Parallel::runTimeout);
    parallel = with(parallel, maxFailures, Parallel::maxFailures);
    return with(parallel, failRate, (p, rate) -> p.failureRate(rate.most(), rate.items()));
  }

  private Retry retry() {
    Set<Integer> codes = retryOn;
    return Retry.ofRetries(retries)
        .when(
            error ->
                error instanceof CommandException failed
                    && failed.isWorthRepeating()
                    && (codes == null || codes.contains(failed.code())));
  }

  private static <V> Parallel with(
      Parallel parallel, @Nullable V value, BiFunction<Parallel, V, Parallel> option) {
    return value == null ? parallel : option.apply(parallel, value);
  }
}
