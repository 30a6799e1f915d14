package io.millrace.cli.http;

import io.millrace.Parallel;
import io.millrace.cli.console.EndReason;
import io.millrace.cli.console.OpenFileLimit;
import io.millrace.cli.option.FailRate;
import io.millrace.cli.option.Rate;
import io.millrace.cli.option.TimeSpan;
import io.millrace.cli.option.WholeNumber;
import io.millrace.cli.text.UsedFiles;
import io.millrace.cli.watch.RunView;
import io.millrace.cli.watch.Times;
import io.millrace.engine.terms.ConfigAccess;
import io.millrace.engine.terms.ItemDeadline;
import io.millrace.plan.Budget;
import io.millrace.plan.FailureRate;
import io.millrace.plan.Order;
import io.millrace.plan.RateLimit;
import io.millrace.plan.RateLimit.TokenBucket;
import io.millrace.plan.RetryBudget;
import io.millrace.plan.StopToken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
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
      converter = WholeNumber.Jobs.class,
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
              + "a timeout or a status of --retry-on, each after a random pause of at most 0.1 s, then 0.2 s, doubling "
              + "up to 30 s, and obeying Retry-After. A method that is not "
              + "idempotent, such as POST, is repeated only if the server cannot have done it (no "
              + "connection, 429, or 503, 529 or 403 with Retry-After), or if it has an Idempotency-Key header.")
  private int retries = 3;

  @Option(
      names = "--retry-on",
      paramLabel = "STATUS,...",
      converter = StatusList.class,
      description =
          "Repeat these, as 429,5xx (default: 408,429,500,502-504,520-524,529, and what the server asks for; none "
              + "repeats no status).")
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
      names = "--idempotency-key",
      description =
          "Send an Idempotency-Key with each line that has none, so that POST can be repeated: the same in all its "
              + "attempts and, with --checkpoint, in all runs.")
  private boolean idempotencyKey;

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
      description = "Stop when so many lines have failed; then what is under way finishes.")
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
      description =
          "Stop when more than P percent of the last N lines have failed, as 50%%/100; then what is under "
              + "way finishes.")
  private @Nullable FailureRate failRate;

  @Option(names = "--ordered", description = "Write answers in the order of the input.")
  private boolean ordered;

  @Option(
      names = "--max-line",
      paramLabel = "BYTES",
      converter = WholeNumber.FromOne.class,
      description = "A longer line of the input fails (default: ${DEFAULT-VALUE}).")
  private int maxLine = 10_000_000;

  @Mixin private LineCheckpointOptions checkpoints = new LineCheckpointOptions();

  /** What is wrong with the options together. */
  Optional<String> conflict() {
    return checkpoints.conflict().or(this::burstAlone);
  }

  /** What is wrong with these and the headers of all requests. */
  Optional<String> conflict(List<Header> general) {
    return idempotencyKey && general.stream().anyMatch(each -> each.isNamed(IdempotencyKeys.NAME))
        ? Optional.of(
            "--idempotency-key and a header Idempotency-Key for all lines exclude each other: each line needs its own")
        : Optional.empty();
  }

  /** What is wrong with these and what is expected of answers. */
  Optional<String> conflict(Expected expected) {
    if (expected.names(stopOn)) {
      return Optional.of("--expect and --stop-on have the same status: leave it out of one");
    }
    return retryOn != RetryRules.USUAL && expected.names(retryOn)
        ? Optional.of("--expect and --retry-on have the same status: leave it out of one")
        : Optional.empty();
  }

  private Optional<String> burstAlone() {
    return burst != null && rate == null && hostRate == null
        ? Optional.of("--burst needs --rate, for example --rate 400/s --burst " + burst)
        : Optional.empty();
  }

  /** What is wrong with these on so many workers. */
  Optional<String> conflictOnWorkers(int workers) {
    if (jobs < workers) {
      return Optional.of(tooFew("--jobs " + jobs, workers));
    }
    return perHost != null && perHost < workers
        ? Optional.of(tooFew("--per-host " + perHost, workers))
        : Optional.empty();
  }

  private static String tooFew(String option, int workers) {
    return option + " is less than one for each of " + workers + " workers";
  }

  /** From now on these are those of one worker: its share of what holds for all of them together. */
  void divideAmong(int workers) {
    jobs = Math.max(1, jobs / workers);
    perHost = perHost == null ? null : Math.max(1, perHost / workers);
    burst = burst == null ? null : Math.max(1, burst / workers);
    rate = share(rate, workers);
    hostRate = share(hostRate, workers);
  }

  private static @Nullable TokenBucket share(@Nullable TokenBucket all, int workers) {
    return all == null
        ? null
        : new TokenBucket(all.permits() / workers, all.period(), all.burst(), all.cost());
  }

  /** The rate of all requests, undivided; empty if there is none. */
  Optional<TokenBucket> rate() {
    return Optional.ofNullable(rate).map(this::withBurst);
  }

  /** The limits of hosts alone. */
  RateLimit byHost() {
    return hostLimit().by(HttpOptions::host);
  }

  /** How long everything may take. */
  Optional<Duration> runTimeout() {
    return Optional.ofNullable(runTimeout);
  }

  boolean isOrdered() {
    return ordered;
  }

  /** The bound on the bodies of answers until they are written, when it is known how many requests are under way. */
  BodyMemory memory(long most) {
    return ordered
        ? BodyMemory.ordered(most, jobs, perHost == null ? Integer.MAX_VALUE : perHost)
        : new BodyMemory(most);
  }

  boolean wantsKeys() {
    return idempotencyKey;
  }

  int jobs() {
    return jobs;
  }

  /** Sends no more requests at once than fit into the limit, if each needs so many open files. */
  void lowerJobs(OpenFileLimit files, int each) {
    jobs = files.jobs(jobs, each);
  }

  /** Lines that are open at once. */
  int window() {
    return window == null ? (int) Math.min(2L * jobs, Integer.MAX_VALUE) : window;
  }

  /** How lines are known again, if they are. */
  Optional<LineIdentity> identity() {
    return checkpoints.areGiven()
        ? Optional.of(new LineIdentity(checkpoints.key()))
        : Optional.empty();
  }

  /** How the run survives; empty if it does not. */
  Optional<ResumableLines> resumable(
      List<Header> general, ResumableLines.Kept kept, Optional<IdempotencyKeys> keys) {
    return checkpoints.areGiven()
        ? Optional.of(new ResumableLines(checkpoints, general, kept, keys))
        : Optional.empty();
  }

  /** The keys of the lines of this run, or of the checkpoint with which it goes on. */
  Optional<IdempotencyKeys> keys(Map<String, String> environment) {
    return idempotencyKey
        ? Optional.of(IdempotencyKeys.of(checkpoints.action(environment), checkpoints.areGiven()))
        : Optional.empty();
  }

  /** Names the files of the checkpoint. */
  void addTo(UsedFiles files) {
    checkpoints.addTo(files);
  }

  /** Where the checkpoint is, without a password. */
  Optional<String> checkpoint() {
    return checkpoints.place();
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

  /** What is said of an early end. */
  EndReason endReason() {
    return EndReason.of(maxFailures, failRate, checkpoints.areGiven());
  }

  HttpRun.Manner manner(boolean isQuiet, RunView view, Optional<String> again) {
    return new HttpRun.Manner(ordered, isQuiet, view, again, endReason());
  }

  HostRetries hostRetries() {
    return new HostRetries(retryBudget);
  }

  Plan.Limits limits(CostOptions costs) {
    return new Plan.Limits(
        Optional.ofNullable(rate).map(this::withBurst),
        Optional.ofNullable(hostRate).map(this::withBurst),
        costs.limit(),
        maxCalls == null ? OptionalLong.empty() : OptionalLong.of(maxCalls),
        costs.most(),
        Optional.ofNullable(runTimeout),
        costs.estimate().isPresent());
  }

  Parallel parallel(
      StopToken stopToken, HostRetries budgets, BodyMemory memory, CostOptions costs) {
    RetryRules rules =
        new RetryRules(retries, retryOn, stopOn, retryUnsafe, itemTimeout(), budgets, memory);
    Parallel parallel =
        Parallel.of(jobs)
            .order(Order.COMPLETION) // lines are put in order where they are written
            // a malformed line fails here, before it takes a permit or a slot
            .itemKey(InputLine::call)
            .rateLimit(limit(costs))
            .retry(rules.retry())
            .window(window())
            .stopToken(stopToken);
    parallel = with(parallel, perHost, (p, most) -> p.concurrencyPerKey(most, HttpOptions::host));
    parallel = with(parallel, itemTimeout().orElse(null), HttpOptions::endingWaits);
    parallel = with(parallel, runTimeout, Parallel::runTimeout);
    parallel = with(parallel, maxFailures, Parallel::maxFailures);
    parallel = with(parallel, failRate, (p, rate) -> p.failureRate(rate.most(), rate.items()));
    List<Budget> spendable = new ArrayList<>();
    if (maxCalls != null) {
      spendable.add(Budget.calls(maxCalls));
    }
    costs.budget().ifPresent(spendable::add);
    return spendable.isEmpty()
        ? parallel
        : parallel.budget(Budget.all(spendable.toArray(Budget[]::new)));
  }

  /* Each request is an item of its own, and all those of a line share its time. */
  private static Parallel endingWaits(Parallel parallel, Duration most) {
    long nanos = most.toNanos();
    ItemDeadline deadline =
        new ItemDeadline(
            item ->
                item instanceof InputLine line
                    ? line.history().endNanos(nanos)
                    : ItemDeadline.NEVER);
    return ConfigAccess.changed(parallel, copy -> copy.itemDeadline = deadline);
  }

  /* The rate of all requests stands behind the limits of their hosts: who waits for a host takes nothing of it. */
  RateLimit limit(CostOptions costs) {
    List<RateLimit> all = new ArrayList<>();
    if (rate != null) {
      all.add(withBurst(rate));
    }
    costs.limit().ifPresent(all::add);
    all.add(byHost());
    return all.size() == 1 ? all.getFirst() : RateLimit.all(all.toArray(RateLimit[]::new));
  }

  /** Without a rate there is no limit until the host refuses a request; then its rate is adaptive. */
  private RateLimit hostLimit() {
    return hostRate == null
        ? RateLimit.adaptive().startingAt(Double.POSITIVE_INFINITY)
        : withBurst(hostRate);
  }

  /** What hosts take, where their rates are adaptive. */
  Optional<HostPaces> paces() {
    return hostRate == null
        ? Optional.of(HostPaces.of(Optional.ofNullable(rate).map(HttpOptions::perSecond)))
        : Optional.empty();
  }

  private static String perSecond(TokenBucket limit) {
    return Times.rate(limit.permits() / (limit.period().toNanos() / 1e9));
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
