package io.millrace.cli.run;

import io.millrace.Parallel;
import io.millrace.cli.console.Breakdown;
import io.millrace.cli.console.EndNotice;
import io.millrace.cli.console.ExitStatus;
import io.millrace.cli.console.OpenFileLimit;
import io.millrace.cli.console.Signals;
import io.millrace.cli.console.Streams;
import io.millrace.cli.process.Programs;
import io.millrace.cli.resume.KeyField;
import io.millrace.cli.resume.Rerun;
import io.millrace.cli.resume.ResumeHint;
import io.millrace.cli.resume.RunStore;
import io.millrace.cli.resume.UnfinishedFile;
import io.millrace.cli.resume.WrittenFiles;
import io.millrace.cli.resume.WrittenFiles.UnusableFileException;
import io.millrace.cli.run.InputOptions.UnusableInputException;
import io.millrace.cli.text.FileReason;
import io.millrace.cli.text.FileTarget;
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
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code millrace run}. */
@Command(
    name = "run",
    sortOptions = false,
    usageHelpWidth = 80,
    header = "Runs a command for each line of the input.",
    customSynopsis = {
      "millrace run [OPTIONS] [FILE...] -- COMMAND [ARGUMENT...]",
      "       millrace run [OPTIONS] -- COMMAND [ARGUMENT...] ::: ITEM..."
    },
    description = {
      "",
      "In the command, {} stands for the line, {#} for its number, and {name} for a field of a line that is JSON, "
          + "or of a record of --csv. Of a line that is a path, {.} is all but the extension, {/} the name, {//} the "
          + "folder, and {/.} the name without its extension. If the first line is no JSON, {name} is text. Without "
          + "any of these, the line is the last argument. No "
          + "shell reads the command, and none reads the lines.",
      ""
    },
    footer = {
      "",
      "Exit code: 0 all succeeded; 1 something failed; 2 wrong usage; 3 ended by a limit (--max-failures, "
          + "--fail-rate, --run-timeout); 4 the checkpoint is that of another run, in use, or none; 129, 130 or 143 "
          + "hung up, interrupted or terminated; 141 nobody reads the output.",
      "",
      "Examples:",
      "  find . -name '*.log' -print0 | millrace run -0 --jobs 8 -- gzip {}",
      "  millrace run --csv --per-key host=2 --retries 3 --timeout 30s hosts.csv \\",
      "    -- ssh {host} uptime",
      "  millrace run --shell -- 'curl -sf {} | wc -c' < urls.txt"
    })
public final class RunCommand implements Callable<Integer> {
  private static final Set<String> SHOWN =
      Set.of(
          "--jobs",
          "--window",
          "--rate",
          "--burst",
          "--per-key",
          "--retries",
          "--retry-on",
          "--timeout",
          "--grace",
          "--run-timeout",
          "--drain",
          "--max-failures",
          "--fail-rate",
          "--ordered");

  private static final String NAME = "millrace run";

  private final Streams streams;
  private final CommandWords words;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private InputOptions input = new InputOptions();

  @Mixin private FormOptions forms = new FormOptions();

  @Mixin private RunOptions options = new RunOptions();

  @Mixin private ItemCheckpointOptions checkpoints = new ItemCheckpointOptions();

  @Mixin private OutputOptions outputs = new OutputOptions();

  @Mixin private ExtraFiles extraFiles = new ExtraFiles();

  @Option(
      names = "--force",
      description =
          "Replace what stands in the files of --failed, --log and --report, if they are regular files of yours.")
  private boolean force;

  @Mixin private LiveOption live = new LiveOption();

  @Option(
      names = "--dry-run",
      description = "Write the commands, as a shell takes them, and run none.")
  private boolean dryRun;

  @Option(names = "--quiet", description = "No progress, no summary.")
  private boolean quiet;

  @Option(names = "--help", usageHelp = true, description = "Show this help.")
  @SuppressWarnings("unused") // picocli does
  private boolean help;

  /**
   * Makes the command.
   *
   * @param words what stands behind {@code --}
   */
  public RunCommand(Streams streams, CommandWords words) {
    this.streams = Objects.requireNonNull(streams, "streams");
    this.words = Objects.requireNonNull(words, "words");
  }

  @Override
  public Integer call() {
    if (words.command().isEmpty()) {
      throw problem("the command stands behind --, as in 'millrace run -- gzip {}'");
    }
    Optional<String> conflict =
        options
            .conflict()
            .or(() -> input.conflict(words))
            .or(forms::conflict)
            .or(outputs::conflict)
            .or(checkpoints::conflictWithoutKey)
            .or(this::conflict);
    if (conflict.isPresent()) {
      throw problem(conflict.get());
    }
    UsedFiles used = used();
    used.conflict()
        .ifPresent(
            both -> {
              throw problem(both);
            });
    try {
      return call(used);
    } catch (ScriptException refused) {
      throw problem(String.valueOf(refused.getMessage()));
    }
  }

  private WrittenFiles written() {
    return new WrittenFiles(force, checkpoints.areGiven());
  }

  private UsedFiles used() {
    UsedFiles used = new UsedFiles();
    input.addTo(used, words, streams);
    streams.addOutputsTo(used);
    checkpoints.addTo(used);
    outputs.addTo(used);
    extraFiles.addTo(used, written());
    return used;
  }

  private int call(UsedFiles used) throws ScriptException {
    Optional<CommandForm> known = Optional.empty();
    if (!mayHaveNoFields()) {
      known = Optional.of(form(Template.Fields.KNOWN)); // what is wrong with it is said at once
    }
    try (Inputs opened = input.open(words, streams);
        Output output = new Output(new StreamTarget(streams.out()))) {
      return known.isPresent()
          ? call(known.get(), opened, output, used)
          : callByBeginning(opened, output, used);
    } catch (UnusableInputException
        | UnusableFileException
        | LivePage.UnavailableException unusable) {
      throw problem(String.valueOf(unusable.getMessage()));
    } catch (RunStore.RefusedException refused) {
      streams.err().println(NAME + ": " + refused.getMessage());
      return ExitStatus.CHECKPOINT;
    } catch (StreamTarget.ClosedByReaderException quietly) {
      return ExitStatus.CLOSED_OUTPUT;
    } catch (IOException error) {
      streams.err().println(NAME + ": cannot write the output: " + FileReason.withName(error));
      return ExitStatus.FAILED;
    }
  }

  private CommandForm form(Template.Fields fields) throws ScriptException {
    return forms.form(words.command(), input.isZeroTerminated(), fields);
  }

  /* Whether words in braces are text if the lines are no JSON. */
  private boolean mayHaveNoFields() {
    return !forms.areFieldsKnown()
        && !input.isCsv()
        && options.keyField().isEmpty()
        && checkpoints.key().isEmpty()
        && !forms.named(words.command()).isEmpty();
  }

  /*
   * The first line decides for all: so a line of JSON that is broken never turns the name of a field into a text with which its
   * command would run.
   */
  private int callByBeginning(Inputs opened, Output output, UsedFiles used)
      throws ScriptException,
          IOException,
          UnusableInputException,
          UnusableFileException,
          RunStore.RefusedException,
          LivePage.UnavailableException {
    Inputs.Beginning beginning = opened.beginning();
    if (!beginning.isObject() && !quiet) {
      String named = "{" + String.join("}, {", forms.named(words.command())) + "}";
      streams
          .err()
          .println(NAME + ": the lines are no JSON, so this is text: " + named + " (--no-fields)");
    }
    return call(
        form(beginning.isObject() ? Template.Fields.KNOWN : Template.Fields.NONE),
        beginning.inputs(),
        output,
        used);
  }

  private int call(CommandForm form, Inputs in, Output output, UsedFiles used)
      throws IOException,
          UnusableInputException,
          UnusableFileException,
          RunStore.RefusedException,
          LivePage.UnavailableException {
    try (ItemSource items =
        input.items(in, words, fields(form), forms.bracedTexts(form), whyJson(form))) {
      return dryRun
          ? new CommandDryRun(NAME, form, fields(form), streams).go(items, output)
          : run(form, items, output, used);
    }
  }

  private Optional<String> conflict() {
    if (force && !extraFiles.areWanted()) {
      return Optional.of("--force needs a file to replace, such as --failed");
    }
    return outputs.areFiles() && checkpoints.areGiven() && checkpoints.key().isEmpty()
        ? Optional.of(
            "--output-dir with --checkpoint needs --key: numbers change when lines are added")
        : Optional.empty();
  }

  /* All that items have to have. */
  private Set<String> fields(CommandForm form) {
    Set<String> fields = new TreeSet<>(form.fields());
    options.keyField().ifPresent(fields::add);
    checkpoints.key().map(KeyField::name).ifPresent(fields::add);
    return fields;
  }

  private static String whyJson(CommandForm form) {
    return form.fields().stream()
        .findFirst()
        .map(Template::hint)
        .orElse(" (--key and --per-key name a field of it)");
  }

  private int run(CommandForm form, ItemSource items, Output output, UsedFiles used)
      throws IOException,
          RunStore.RefusedException,
          UnusableFileException,
          LivePage.UnavailableException {
    ResumableItems resumable =
        ResumableItems.of(
            form,
            forms.shown() + outputs.shown(),
            checkpoints.key(),
            decided(form).contains("--no-fields"));
    StopToken stop = new StopToken();
    Breakdown breakdown = new Breakdown(NAME, streams.err(), () -> stop.drain(options.drain()));
    try (Programs programs = programs(form);
        RunStore store =
            checkpoints.areGiven()
                ? checkpoints.take(resumable.action(), streams.environment())
                : null;
        OutputFolder folder = openFolder(used, store);
        ExtraFiles.Open files =
            extraFiles.open(
                written(), NAME, new RunWording(checkpoints.key().map(KeyField::name)));
        Signals signals =
            Signals.handle(streams.err(), () -> drain(breakdown.ending()), programs::killAll)) {
      if (folder != null && !quiet) {
        FileTarget.openToOthers("--output-dir", folder.folder())
            .ifPresent(what -> streams.err().println(NAME + ": " + what));
      }
      OpenFileLimit.of(streams).ifPresent(limit -> fitInto(limit, form, programs));
      Parallel parallel = options.parallel(stop, checkpoints.key().map(KeyField::name));
      RunEnd end =
          new CommandRun(
                  store == null ? parallel : parallel.checkpoint(resumable.checkpoint(store)),
                  items,
                  action(programs, form, Optional.ofNullable(folder)),
                  output,
                  outputs.writer(output, streams, Optional.ofNullable(folder), checkpoints.key()),
                  streams,
                  manner(form),
                  files,
                  failed(files),
                  breakdown)
              .go();
      files.end(streams.err());
      if (end.status() == RunStatus.COMPLETED) {
        files.complete();
      }
      return breakdown.exitCode(ended(end, signals.exitCode().orElse(ExitStatus.FAILED)));
    }
  }

  /* The limit is raised only where that is needed: commands have the same one. */
  private void fitInto(OpenFileLimit given, CommandForm form, Programs programs) {
    boolean isPiped = !outputs.areFiles();
    int each = Programs.openFiles(isPiped, form.input() != CommandForm.Input.NOTHING);
    int kept = isPiped ? Captured.MOST_FILES : 0;
    long needed = given.with(options.openFiles(each, kept));
    OpenFileLimit limit = given;
    if (needed > given.most()) {
      programs.allowOpenFiles(needed);
      limit = OpenFileLimit.of(streams).orElse(given);
    }
    if (!quiet) {
      limit
          .tooLowFor(options.jobs(), each + kept)
          .ifPresent(why -> streams.err().println(NAME + ": " + why));
    }
    options.fitInto(limit, each, kept);
  }

  private @Nullable FailedItems failed(ExtraFiles.Open files) {
    Output failures = files.failures();
    return failures == null ? null : input.failed(failures, words);
  }

  private int ended(RunEnd end, int signalled) {
    end.broken().ifPresent(why -> streams.err().println(NAME + ": " + why));
    if (!quiet && checkpoints.areGiven()) {
      boolean isOver = end.status() == RunStatus.COMPLETED;
      Rerun again = isOver && extraFiles.areWanted() ? again().with("--force") : again();
      new ResumeHint(again, true, standard(), streams)
          .lines(end.status(), end.failures())
          .forEach(streams.err()::println);
      if (!isOver) {
        UnfinishedFile.told(extraFiles.all()).ifPresent(streams.err()::println);
      }
    }
    return end.broken().isPresent()
        ? ExitStatus.FAILED
        : ExitStatus.of(end.status(), end.failures(), signalled);
  }

  private ResumeHint.Standard standard() {
    return new ResumeHint.Standard(input.readsStandardInput(words), !outputs.areFiles());
  }

  private Rerun again() {
    List<String> arguments =
        new ArrayList<>(spec.root().commandLine().getParseResult().originalArgs());
    arguments.addAll(words.shown());
    return Rerun.of(streams.program(), arguments);
  }

  private CommandAction action(Programs programs, CommandForm form, Optional<OutputFolder> folder) {
    boolean isKept = checkpoints.areGiven() && folder.isEmpty();
    return new CommandAction(
        programs,
        form,
        options.limits(),
        options.inMemory(),
        isKept ? Math.min(outputs.most(), ResumableItems.MOST_OUTPUT) : outputs.most(),
        outputs.isCutWanted(),
        folder);
  }

  private CommandRun.Manner manner(CommandForm form) {
    ParseResult call = spec.commandLine().getParseResult();
    // with a checkpoint, the same command runs again what failed
    Optional<Path> failed = extraFiles.failed().filter(_ -> !checkpoints.areGiven());
    RunView view =
        new RunView(
            NAME,
            ShownOptions.of(call, SHOWN),
            failed.map(file -> Rerun.ofFailedInShort(streams.program(), "run", file)),
            live.isWanted());
    return new CommandRun.Manner(
        talk(),
        view,
        failed.map(file -> ofFailed(call, form, file).text()),
        options.endReason(checkpoints.areGiven()));
  }

  private Rerun ofFailed(ParseResult call, CommandForm form, Path file) {
    return Rerun.ofFailed(streams.program(), call, file)
        .with(input.formOfFailed(words))
        .with(decided(form))
        .and(words.shownCommand());
  }

  /* What the first line has decided: among the lines that failed, another one is the first. */
  private List<String> decided(CommandForm form) {
    if (!mayHaveNoFields()) {
      return List.of();
    }
    return List.of(form.fields().isEmpty() ? "--no-fields" : "--fields");
  }

  private CommandRun.Talk talk() {
    if (!quiet) {
      return CommandRun.Talk.PROGRESS;
    }
    return outputs.isJson() ? CommandRun.Talk.SILENT : CommandRun.Talk.ERRORS;
  }

  private Programs programs(CommandForm form) {
    return Programs.open(
            streams.isProcess() ? null : streams.environment(), form.variables().keySet())
        .orElseThrow(
            () ->
                problem(
                    "this needs Linux with glibc 2.34 or newer, such as Debian 12 or Ubuntu 22.04"));
  }

  private @Nullable OutputFolder openFolder(UsedFiles used, @Nullable RunStore store)
      throws RunStore.RefusedException {
    Optional<Instant> checkpoint =
        store != null && outputs.areFiles() ? Optional.of(store.created()) : Optional.empty();
    try {
      return outputs.openFolder(used, checkpoints.key(), checkpoint).orElse(null);
    } catch (IOException error) {
      throw problem(
          "cannot use --output-dir '" + outputs.folder() + "': " + FileTarget.folderReason(error));
    }
  }

  private void drain(EndNotice ending) {
    if (quiet) {
      ending.endSilently();
    } else {
      ending.end(
          "millrace: ending; commands that run may finish, a second signal ends them at once");
    }
  }

  private ParameterException problem(String problem) {
    return new ParameterException(spec.commandLine(), problem);
  }
}
