package io.millrace.cli.resume;

import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.jdbc.CheckpointInfo;
import io.millrace.cli.console.ExitStatus;
import io.millrace.cli.console.Streams;
import io.millrace.cli.text.FileReason;
import io.millrace.cli.text.Output;
import io.millrace.cli.text.StreamTarget;
import io.millrace.cli.text.UsedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace info}. */
@Command(
    name = "info",
    sortOptions = false,
    usageHelpWidth = 80,
    header = "Tells what a checkpoint has, also while a run writes to it; changes nothing.",
    footer = {
      "",
      "Exit code: 0 it was told; 2 wrong usage; 4 there is no checkpoint, or it cannot be read."
    })
public final class InfoCommand implements Callable<Integer> {
  private final Streams streams;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      index = "0",
      paramLabel = "CHECKPOINT",
      description = "A file, or a jdbc:postgresql: URL, as --checkpoint has it.")
  private String place = "";

  @Option(names = "--json", description = "As JSON.")
  private boolean asJson;

  @Option(
      names = "--failures",
      description = "The items that have failed, each with its last error, in a line of its own.")
  private boolean failures;

  @Option(names = "--help", usageHelp = true, description = "Show this help.")
  @SuppressWarnings("unused") // picocli does
  private boolean help;

  /** Makes the command. */
  public InfoCommand(Streams streams) {
    this.streams = Objects.requireNonNull(streams, "streams");
  }

  @Override
  public Integer call() {
    Optional<String> problem = CheckpointPlace.problem(place);
    if (problem.isPresent()) {
      throw new ParameterException(
          spec.commandLine(), problem.get().replace("--checkpoint", "the checkpoint"));
    }
    if (!CheckpointPlace.isDatabase(place)
        && !Files.exists(Path.of(place), LinkOption.NOFOLLOW_LINKS)) {
      streams.err().println("millrace info: there is no checkpoint '" + place + "'");
      return ExitStatus.CHECKPOINT;
    }
    UsedFiles used = new UsedFiles();
    CheckpointPlace.addTo(used, place);
    streams.addOutputsTo(used);
    Optional<String> conflict = used.conflict();
    if (conflict.isPresent()) {
      throw new ParameterException(
          spec.commandLine(), conflict.get().replace("--checkpoint", "the checkpoint"));
    }
    CheckpointPlace checkpoint = CheckpointPlace.of(place, streams.environment());
    try (Output out = new Output(new StreamTarget(streams.out()))) {
      CheckpointInfo info = checkpoint.store().info();
      UnaryOperator<String> keys =
          info.name().action().startsWith("run ") ? GivenKey::shown : UnaryOperator.identity();
      InfoReport report = new InfoReport(out.lines(), asJson, keys);
      if (failures) {
        for (var each = checkpoint.store().failures().iterator(); each.hasNext(); ) {
          report.write(each.next());
          if (out.isFull()) {
            out.flush();
            report = new InfoReport(out.lines(), asJson, keys);
          }
        }
      } else {
        report.write(info, checkpoint.text(), Instant.now());
      }
      out.flush();
      return ExitStatus.OK;
    } catch (CheckpointException unusable) {
      streams.err().println("millrace info: " + unusable.getMessage());
      return ExitStatus.CHECKPOINT;
    } catch (StreamTarget.ClosedByReaderException quietly) {
      return ExitStatus.CLOSED_OUTPUT;
    } catch (IOException error) {
      streams
          .err()
          .println("millrace info: cannot write the output: " + FileReason.withName(error));
      return ExitStatus.FAILED;
    }
  }
}
