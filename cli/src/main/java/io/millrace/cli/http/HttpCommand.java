package io.millrace.cli.http;

import io.millrace.Parallel;
import io.millrace.cli.console.Breakdown;
import io.millrace.cli.console.EndNotice;
import io.millrace.cli.console.ExitStatus;
import io.millrace.cli.console.OpenFileLimit;
import io.millrace.cli.console.Signals;
import io.millrace.cli.console.Streams;
import io.millrace.cli.resume.Rerun;
import io.millrace.cli.resume.ResumeHint;
import io.millrace.cli.resume.RunStore;
import io.millrace.cli.resume.UnfinishedFile;
import io.millrace.cli.resume.WrittenFiles;
import io.millrace.cli.resume.WrittenFiles.UnusableFileException;
import io.millrace.cli.text.FileReason;
import io.millrace.cli.text.FileTarget;
import io.millrace.cli.text.MalformedInputException;
import io.millrace.cli.text.Output;
import io.millrace.cli.text.StreamTarget;
import io.millrace.cli.text.UsedFiles;
import io.millrace.cli.watch.ExtraFiles;
import io.millrace.cli.watch.LiveOption;
import io.millrace.cli.watch.LivePage;
import io.millrace.cli.watch.RunEnd;
import io.millrace.cli.watch.RunView;
import io.millrace.cli.watch.ShownOptions;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.StopToken;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code millrace http}. */
@Command(
    name = "http",
    sortOptions = false,
    customSynopsis = "millrace http [OPTION]... [FILE|URL]",
    usageHelpWidth = 80,
    header = "Performs HTTP requests that it reads line by line.",
    description = {
      "",
      "Writes one line of JSON for each request, as they complete:",
      "  {\"id\":..,\"url\":..,\"status\":..,\"attempts\":..,\"millis\":..,\"body\":..}",
      "or with \"error\". "
          + "A line of the input is a URL, or JSON: {\"id\", \"method\", \"url\", \"query\", \"headers\", \"body\"}, with "
          + "\"form\" or \"bodyFile\" in place of the body; other fields pass on to the answer. Blank lines and "
          + "those that start with # are skipped. The id is the line's number unless it is given.",
      ""
    },
    footer = {
      "",
      "Exit code: 0 all succeeded; 1 something failed; 2 wrong usage; 3 ended by --max-calls, "
          + "--max-cost, --max-failures, --fail-rate, --stop-on or --run-timeout; 4 the checkpoint is that of "
          + "another run, in use, or none; 129, 130 or 143 hung up, interrupted or terminated; 141 nobody reads the output.",
      "",
      "Examples:",
      "  millrace http --jobs 64 --rate 400/s --burst 20 --timeout 5s \\",
      "    --output pages.jsonl urls.txt",
      "  jq -c '{id, url, method: \"PUT\", body: .doc}' docs.json |",
      "    millrace http --per-host 8 --bearer-env TOKEN > answers.jsonl"
    })
public final class HttpCommand implements Callable<Integer> {
  private static final Set<String> SHOWN =
      Set.of(
          "--jobs",
          "--window",
          "--rate",
          "--rate-per-host",
          "--burst",
          "--per-host",
          "--retries",
          "--retry-on",
          "--retry-budget",
          "--retry-unsafe",
          "--idempotency-key",
          "--timeout",
          "--item-timeout",
          "--run-timeout",
          "--grace",
          "--max-failures",
          "--max-calls",
          "--tokens",
          "--cost",
          "--usage",
          "--max-cost",
          "--fail-rate",
          "--stop-on",
          "--ordered",
          "--method",
          "--expect",
          "--select",
          "--max-redirects");

  private static final String NAME = "millrace http";

  private final Streams streams;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "FILE|URL",
      description = "What to request; standard input if it is missing or -.")
  private @Nullable String from;

  @Mixin private RequestOptions requests = new RequestOptions();

  @Mixin private HttpOptions options = new HttpOptions();

  @Mixin private AnswerOptions answers = new AnswerOptions();

  @Mixin private CostOptions costs = new CostOptions();

  @Mixin private ExtraFiles extraFiles = new ExtraFiles();

  @Mixin private LiveOption live = new LiveOption();

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "Write there, not to standard output; only you can read the file.")
  private @Nullable Path output;

  @Option(
      names = "--force",
      description =
          "Replace what stands in the files that are written, such as --output, if they are regular files of yours.")
  private boolean force;

  @Option(
      names = "--dry-run",
      description =
          "Send nothing: write each request to standard output, without what may be secret in it, and say how long "
              + "all would take and what it would cost. No file is written.")
  private boolean dryRun;

  @Option(names = "--quiet", description = "No progress, no summary.")
  private boolean quiet;

  @Option(names = "--help", usageHelp = true, description = "Show this help.")
  @SuppressWarnings("unused") // picocli does
  private boolean help;

  /** Makes the command. */
  public HttpCommand(Streams streams) {
    this.streams = Objects.requireNonNull(streams, "streams");
  }

  @Override
  public Integer call() {
    if (streams.isProcess()) {
      HostResolver.askAgain();
    }
    options
        .conflict()
        .or(requests::conflict)
        .or(() -> answers.conflict(options.haveCheckpoint()))
        .or(() -> options.conflict(answers.expected()))
        .or(() -> costs.conflict(answers))
        .ifPresent(this::refuse);
    if (force && output == null && !extraFiles.areWanted() && !answers.areSaved()) {
      refuse("--force needs a file to replace, such as --output");
    }
    WrittenFiles written = new WrittenFiles(force, options.haveCheckpoint());
    Endpoints endpoints = new Endpoints(streams, from, output, written);
    UsedFiles used = used(endpoints, written);
    used.conflict().ifPresent(this::refuse);
    try {
      Setting setting = Setting.of(requests, streams.environment(), used);
      options.conflict(setting.form().headers()).ifPresent(this::refuse);
      if (dryRun) {
        return dryRun(setting, endpoints);
      }
      Optional<IdempotencyKeys> keys = options.keys(streams.environment());
      Optional<ResumableLines> resumable =
          options.resumable(
              setting.form().headers(), answers.kept(requests.maxRedirects() > 0), keys);
      try (InputStream in = endpoints.openInput();
          RunStore store =
              resumable.isPresent() ? resumable.get().take(streams.environment()) : null;
          SaveFolder saved = answers.open(force, options.checkpoint(), used);
          Output out = new Output(endpoints.openTarget());
          ExtraFiles.Open files = extraFiles.open(written, NAME, new HttpWording())) {
        if (saved != null && !quiet) {
          FileTarget.openToOthers("--save-dir", saved.shown()).ifPresent(this::warn);
        }
        End end = run(setting, keys, resumable, store, saved, in, out, files);
        files.end(streams.err());
        if (end.run().status() == RunStatus.COMPLETED) {
          files.complete();
        }
        return ended(end, endpoints);
      }
    } catch (RunStore.RefusedException refused) {
      streams.err().println(NAME + ": " + refused.getMessage());
      return ExitStatus.CHECKPOINT;
    } catch (MalformedInputException
        | UnusableFileException
        | LivePage.UnavailableException error) {
      throw new ParameterException(spec.commandLine(), String.valueOf(error.getMessage()));
    } catch (StreamTarget.ClosedByReaderException quietly) {
      return ExitStatus.CLOSED_OUTPUT;
    } catch (IOException error) {
      streams.err().println(NAME + ": cannot write the output: " + FileReason.withName(error));
      return ExitStatus.FAILED;
    }
  }

  private UsedFiles used(Endpoints endpoints, WrittenFiles written) {
    UsedFiles used = new UsedFiles();
    endpoints.addTo(used);
    extraFiles.addTo(used, written);
    requests.addTo(used);
    options.addTo(used);
    answers.addTo(used);
    return used;
  }

  private int dryRun(Setting setting, Endpoints endpoints)
      throws IOException, UnusableFileException {
    LineParser parser =
        new LineParser(setting.form(), options.identity(), Optional.empty(), costs.estimate());
    try (InputStream in = endpoints.openInput();
        Output out = new Output(new StreamTarget(streams.out()))) {
      InputSource input =
          new InputSource(
              in, parser, options.maxLine(), options.window(), null, false, new BodyMemory(0));
      Plan plan = new DryRun(input, out, new Plan(options.limits(costs))).go();
      if (!quiet) {
        plan.lines().forEach(streams.err()::println);
      }
      return plan.hasMalformed() ? ExitStatus.FAILED : ExitStatus.OK;
    }
  }

  private int ended(End end, Endpoints endpoints) {
    end.run().broken().ifPresent(why -> streams.err().println(NAME + ": " + why));
    if (!quiet) {
      Rerun again =
          Rerun.of(streams.program(), spec.root().commandLine().getParseResult().originalArgs());
      boolean isOver = end.run().status() == RunStatus.COMPLETED;
      boolean isThere = isOver && (output != null || extraFiles.areWanted());
      new ResumeHint(
              isThere ? again.with("--force") : again,
              options.haveCheckpoint(),
              endpoints.standard(),
              streams)
          .lines(end.run().status(), end.run().failures())
          .forEach(streams.err()::println);
      if (!isOver && options.haveCheckpoint()) {
        UnfinishedFile.told(Stream.concat(Stream.ofNullable(output), extraFiles.all()))
            .ifPresent(streams.err()::println);
      }
    }
    return end.run().broken().isPresent()
        ? ExitStatus.FAILED
        : end.breakdown()
            .exitCode(ExitStatus.of(end.run().status(), end.run().failures(), end.signalled()));
  }

  /** What the options mean where the command runs. */
  private record Setting(RequestForm form, Proxies proxies, Tls tls) {
    static Setting of(RequestOptions requests, Map<String, String> environment, UsedFiles files)
        throws MalformedInputException {
      return new Setting(
          requests.form(environment, files), requests.proxies(environment), requests.tls());
    }
  }

  /**
   * How a run ended.
   *
   * @param signalled what the first signal asks to exit with; if there was none, that of a failure
   * @param breakdown of what stands beside it, if there was one
   */
  private record End(RunEnd run, int signalled, Breakdown breakdown) {}

  private End run(
      Setting setting,
      Optional<IdempotencyKeys> keys,
      Optional<ResumableLines> resumable,
      @Nullable RunStore store,
      @Nullable SaveFolder saved,
      InputStream in,
      Output out,
      ExtraFiles.Open files)
      throws IOException, LivePage.UnavailableException {
    OpenFileLimit.of(streams).ifPresent(limit -> fitInto(limit, saved != null));
    StopToken stop = new StopToken();
    Breakdown breakdown = new Breakdown(NAME, streams.err(), () -> stop.drain(options.grace()));
    // files of answers are named as a checkpoint knows lines: a number would change with the input
    Optional<LineIdentity> named = Optional.ofNullable(saved).map(_ -> LineIdentity.usual());
    Optional<LineIdentity> identity = options.identity().or(() -> named);
    ContentReader contents = answers.contents(saved, options::memory);
    InputSource input =
        new InputSource(
            in,
            new LineParser(setting.form(), identity, keys, costs.estimate()),
            options.maxLine(),
            options.window(),
            store == null ? null : new Positions(),
            files.failures() != null,
            contents.memory());
    try (Signals signals = Signals.handle(streams.err(), () -> drain(breakdown.ending()));
        Wire wire = new Wire(options.jobs(), setting.proxies(), setting.tls());
        Alarms alarms = new Alarms(breakdown)) {
      HostRetries retries = options.hostRetries();
      Exchange exchange =
          new Exchange(
              wire,
              alarms,
              contents,
              retries,
              answers.expected(),
              answers.picking(costs.usage()),
              costs.estimate().map(_ -> new CostTotal()),
              options.paces(),
              options.timeout(),
              options.itemTimeout(),
              requests.maxRedirects(),
              store != null);
      Parallel parallel = options.parallel(stop, retries, contents.memory(), costs);
      if (store != null) {
        parallel = parallel.checkpoint(resumable.orElseThrow().checkpoint(store));
      }
      RunEnd end =
          new HttpRun(
                  parallel,
                  input,
                  exchange,
                  out,
                  answers.form(saved),
                  streams,
                  manner(),
                  files,
                  breakdown)
              .go();
      return new End(end, signals.exitCode().orElse(ExitStatus.FAILED), breakdown);
    }
  }

  /* A request has a connection, and may have a file that it sends and one that it saves. */
  private void fitInto(OpenFileLimit limit, boolean isSaved) {
    int each = isSaved ? 3 : 2;
    if (!quiet) {
      limit.tooLowFor(options.jobs(), each).ifPresent(this::warn);
    }
    options.lowerJobs(limit, each);
  }

  private HttpRun.Manner manner() {
    ParseResult call = spec.commandLine().getParseResult();
    // with a checkpoint, the same command runs again what failed
    Optional<Path> failed = extraFiles.failed().filter(_ -> !options.haveCheckpoint());
    Optional<String> inShort =
        failed.map(file -> Rerun.ofFailedInShort(streams.program(), "http", file));
    RunView view = new RunView(NAME, ShownOptions.of(call, SHOWN), inShort, live.isWanted());
    return options.manner(
        quiet, view, failed.map(file -> Rerun.ofFailed(streams.program(), call, file).text()));
  }

  private void drain(EndNotice ending) {
    if (quiet) {
      ending.endSilently();
    } else {
      ending.end("millrace: ending; what is under way may finish, a second signal ends at once");
    }
  }

  private void warn(String what) {
    streams.err().println(NAME + ": " + what);
  }

  private void refuse(String problem) {
    throw new ParameterException(spec.commandLine(), problem);
  }
}
