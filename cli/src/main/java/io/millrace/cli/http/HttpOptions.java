package io.millrace.cli.http;

import io.millrace.Parallel;
import io.millrace.cli.option.ByteCount;
import io.millrace.cli.option.FailRate;
import io.millrace.cli.option.Rate;
import io.millrace.cli.option.TimeSpan;
import io.millrace.cli.option.WholeNumber;
import io.millrace.cli.resume.CheckpointOptions;
import io.millrace.plan.Budget;
import io.millrace.plan.FailureRate;
import io.millrace.plan.Order;
import io.millrace.plan.RateLimit;
import io.millrace.plan.RateLimit.TokenBucket;
import io.millrace.plan.RetryBudget;
import io.millrace.plan.StopToken;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How to run: the options that become a {@link Parallel}, and what each request is like. */
final class HttpOptions {
  @Option(
      names = "--jobs",
      paramLabel = "N",
      converter = WholeNumber.FromOne.class,
      description = "Requests under way at once (default: ${DEFAULT-VALUE}).")
  private int jobs = 16;

  @Option(
      names = "--window",
      paramLabel = "N",
      converter = WholeNumber.FromOne.class,
      description =
          "Lines read and not yet written, running or waiting (default: twice the jobs). A "
              + "wider one helps when many lines in a row go to one busy host.")
  private @Nullable Integer window;

  @Option(
      names = "--rate",
      paramLabel = "RATE",
      converter = Rate.class,
      description =
          "Requests started in a time, for example 400/s, 90/m, 1000/h; retries and redirects count. "
              + "Stay a little below a limit that the server counts strictly.")
  private @Nullable TokenBucket rate;

  @Option(
      names = "--rate-per-host",
      paramLabel = "RATE",
      converter = Rate.class,
      description =
          "The same for each host; both rates can be given. Different ports are different hosts.")
  private @Nullable TokenBucket hostRate;

  @Option(
      names = "--burst",
      paramLabel = "N",
      converter = WholeNumber.FromOne.class,
      description =
          "Requests that may start at once after a quiet time, of each rate (default: 1).")
  private @Nullable Integer burst;

  @Option(
      names = "--per-host",
      paramLabel = "N",
      converter = WholeNumber.FromOne.class,
      description = "Requests under way at once to one host, as --rate-per-host has it.")
  private @Nullable Integer perHost;

  @Option(
      names = "--retries",
      paramLabel = "N",
      converter = WholeNumber.FromZero.class,
      description =
          "Tries after the first one (default: ${DEFAULT-VALUE}), after a lost connection, "
              + "a timeout or a status of --retry-on, obeying Retry-After. A method that is not "
              + "idempotent, such as POST, is repeated only if the server cannot have done it (no "
              + "connection, 429, 503 with Retry-After), or if it has an Idempotency-Key header.")
  private int retries = 3;

  @Option(
      names = "--retry-on",
      paramLabel = "STATUS,...",
      converter = StatusList.class,
      description = "Repeat these (default: 408,429,500,502,503,504; none repeats no status).")
  private Set<Integer> retryOn = RetryRules.USUAL;

  @Option(
      names = "--retry-budget",
      paramLabel = "P%",
      converter = RetryShare.class,
      description =
          "Of each host's requests, repeat at most so many in vain, and 100 more in 10 s (default: 10%%; "
              + "none has no limit). What the host asks for with 429 or Retry-After is not counted.")
  private Supplier<RetryBudget> retryBudget = RetryShare.USUAL;

  @Option(
      names = "--stop-on",
      paramLabel = "STATUS,...",
      converter = StatusList.class,
      description =
          "Stop when an answer has one of these, as 401,402: send nothing more, and let what is under way "
              + "finish (default: none).")
  private Set<Integer> stopOn = Set.of();

  @Option(names = "--retry-unsafe", description = "Repeat all methods alike, POST too.")
  private boolean retryUnsafe;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description = "For one attempt, the body included (default: 30s).")
  private Duration timeout = Duration.ofSeconds(30);

  @Option(
      names = "--item-timeout",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description = "For one line with all its retries, from its first request.")
  private @Nullable Duration itemTimeout;

  @Option(
      names = "--run-timeout",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description = "For everything.")
  private @Nullable Duration runTimeout;

  @Option(
      names = "--grace",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description =
          "After the first Ctrl-C or SIGTERM nothing new starts, and what is under way has this long "
              + "(default: 5s). The second one ends at once.")
  private Duration grace = Duration.ofSeconds(5);

  @Option(
      names = "--max-failures",
      paramLabel = "N",
      converter = WholeNumber.FromOne.class,
      description = "Stop when so many lines have failed.")
  private @Nullable Integer maxFailures;

  @Option(
      names = "--max-calls",
      paramLabel = "N",
      converter = WholeNumber.FromOne.class,
      description =
          "Send at most so many requests, retries and redirects included; then what is under way "
              + "finishes.")
  private @Nullable Integer maxCalls;

  @Option(
      names = "--fail-rate",
      paramLabel = "P%/N",
      converter = FailRate.class,
      description = "Stop when more than P percent of the last N lines have failed, as 50%%/100.")
  private @Nullable FailureRate failRate;

  @Option(names = "--ordered", description = "Write answers in the order of the input.")
  private boolean ordered;

  @Option(
      names = "--max-body",
      paramLabel = "BYTES",
      converter = WholeNumber.FromZero.class,
      description = "A line with a larger answer fails (default: ${DEFAULT-VALUE}).")
  private int maxBody = 10_000_000;

  @Option(names = "--no-body", description = "Do not keep the bodies of answers.")
  private boolean noBody;

  @Option(
      names = "--max-memory",
      paramLabel = "BYTES",
      converter = ByteCount.class,
      description =
          "For the bodies and large headers of all answers together, until they are written, for example "
              + "200m; further ones wait (default: a quarter of the heap).")
  private long maxMemory = Runtime.getRuntime().maxMemory() / 4;

  @Option(
      names = "--max-line",
      paramLabel = "BYTES",
      converter = WholeNumber.FromOne.class,
      description = "A longer line of the input fails (default: ${DEFAULT-VALUE}).")
  private int maxLine = 10_000_000;

  @Option(
      names = "--include",
      paramLabel = "HEADER,...",
      converter = HeaderNames.class,
      description = "Write these headers of the answer as 'headers'; * is all.")
  private Set<String> included = Set.of();

  @Mixin private CheckpointOptions checkpoints = new CheckpointOptions();

  /** What is wrong with the options together. */
  Optional<String> conflict() {
    if (checkpoints.areGiven() && !noBody && maxBody > ResumableRun.LARGEST_BODY) {
      return Optional.of(
          "--checkpoint keeps bodies of at most "
              + ResumableRun.LARGEST_BODY
              + " bytes: give a smaller --max-body, or --no-body");
    }
    return checkpoints.conflict().or(this::burstAlone);
  }

  private Optional<String> burstAlone() {
    return burst != null && rate == null && hostRate == null
        ? Optional.of("--burst needs --rate, for example --rate 400/s --burst " + burst)
        : Optional.empty();
  }

  int jobs() {
    return jobs;
  }

  /** Lines that are open at once. */
  int window() {
    return window == null ? (int) Math.min(2L * jobs, Integer.MAX_VALUE) : window;
  }

  /** How the run survives; empty if it does not. */
  Optional<ResumableRun> resumable(List<Header> general, boolean followsRedirects) {
    return checkpoints.areGiven()
        ? Optional.of(
            new ResumableRun(
                checkpoints, general, included, new ResumableRun.Kept(!noBody, followsRedirects)))
        : Optional.empty();
  }

  boolean haveCheckpoint() {
    return checkpoints.areGiven();
  }

  int maxLine() {
    return maxLine;
  }

  Duration timeout() {
    return timeout;
  }

  /** How long what is under way may take after the first signal. */
  Duration grace() {
    return grace;
  }

  Optional<Duration> itemTimeout() {
    return Optional.ofNullable(itemTimeout);
  }

  OutputLine form() {
    return new OutputLine(included);
  }

  HttpRun.Manner manner(boolean isQuiet, Optional<Path> failed, Map<String, String> settings) {
    return new HttpRun.Manner(ordered, isQuiet, failed, settings);
  }

  ContentReader contents() {
    return new ContentReader(
        new KeptHeaders(included), maxBody, !noBody, new BodyMemory(maxMemory));
  }

  HostRetries hostRetries() {
    return new HostRetries(retryBudget);
  }

  Parallel parallel(StopToken stopToken, HostRetries budgets, BodyMemory memory) {
    RetryRules rules =
        new RetryRules(retries, retryOn, stopOn, retryUnsafe, itemTimeout(), budgets, memory);
    Parallel parallel =
        Parallel.of(jobs)
            .order(Order.COMPLETION) // lines are put in order where they are written
            // a malformed line fails here, before it takes a permit or a slot
            .itemKey(InputLine::call)
            .rateLimit(limit())
            .retry(rules.retry())
            .window(window())
            .stopToken(stopToken);
    parallel = with(parallel, perHost, (p, most) -> p.concurrencyPerKey(most, HttpOptions::host));
    parallel = with(parallel, runTimeout, Parallel::runTimeout);
    parallel = with(parallel, maxFailures, Parallel::maxFailures);
    parallel = with(parallel, failRate, (p, rate) -> p.failureRate(rate.most(), rate.items()));
    return with(parallel, maxCalls, (p, most) -> p.budget(Budget.calls(most)));
  }

  /* The rate of all requests stands behind the limits of their hosts: who waits for a host takes nothing of it. */
  private RateLimit limit() {
    RateLimit ofHosts = hostLimit().by(HttpOptions::host);
    return rate == null ? ofHosts : RateLimit.all(withBurst(rate), ofHosts);
  }

  /** Without a rate there is no limit until the host refuses a request; then its rate finds itself. */
  private RateLimit hostLimit() {
    return hostRate == null
        ? RateLimit.adaptive().startingAt(Double.POSITIVE_INFINITY)
        : withBurst(hostRate);
  }

  private TokenBucket withBurst(TokenBucket limit) {
    return burst == null ? limit : limit.burst(burst);
  }

  private static String host(InputLine line) {
    return line.call().host();
  }

  private static <V> Parallel with(
      Parallel parallel, @Nullable V value, BiFunction<Parallel, V, Parallel> option) {
    return value == null ? parallel : option.apply(parallel, value);
  }
}
