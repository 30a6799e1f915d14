package io.millrace.cli.watch;

import io.millrace.Monitor;
import io.millrace.cli.resume.UnfinishedFile.Left;
import io.millrace.cli.resume.WrittenFiles;
import io.millrace.cli.resume.WrittenFiles.UnusableFileException;
import io.millrace.cli.text.ErrorMessage;
import io.millrace.cli.text.Output;
import io.millrace.cli.text.UsedFiles;
import io.millrace.outcome.Wording;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The files beside the output: what failed, and what happened. */
public final class ExtraFiles {
  private static final String FAILED = "--failed";
  private static final String LOG = "--log";
  private static final String REPORT = "--report";

  @Option(
      names = FAILED,
      paramLabel = "FILE",
      description =
          "Write the lines there that failed, as they were read, to run only those again; only you can read the file.")
  private @Nullable Path failed;

  @Option(
      names = LOG,
      paramLabel = "FILE",
      description =
          "Write a line of JSON there for each attempt, wait, retry and pause; only you can read the file.")
  private @Nullable Path log;

  @Option(
      names = REPORT,
      paramLabel = "FILE.html",
      description =
          "Write a page there at the end: what happened over time, waits, pauses, failures, settings; only you can read it.")
  private @Nullable Path report;

  /** Whether there are any. */
  public boolean areWanted() {
    return failed != null || log != null || report != null;
  }

  /** All that are asked for. */
  public Stream<Path> all() {
    return Stream.of(failed, log, report).filter(Objects::nonNull).map(Objects::requireNonNull);
  }

  /** Names the files, and where they are written. */
  public void addTo(UsedFiles files, WrittenFiles written) {
    named()
        .forEach(each -> each.file().ifPresent(file -> written.addTo(files, each.option(), file)));
  }

  private record Named(String option, Optional<Path> file) {}

  private List<Named> named() {
    return List.of(
        new Named(FAILED, Optional.ofNullable(failed)),
        new Named(LOG, Optional.ofNullable(log)),
        new Named(REPORT, Optional.ofNullable(report)));
  }

  /** Where the lines go that failed. */
  public Optional<Path> failed() {
    return Optional.ofNullable(failed);
  }

  /**
   * Makes the files.
   *
   * @param command which is said where there is a problem
   * @param wording how items and causes are called
   */
  public Open open(WrittenFiles written, String command, Wording wording)
      throws UnusableFileException, IOException {
    List<Output.Target> opened = new ArrayList<>();
    try {
      for (Named each : named()) {
        opened.add(
            each.file().isEmpty()
                ? Output.Target.NONE
                : written.open(
                    each.option(),
                    each.file().get(),
                    each.option().equals(LOG) ? Left.KEPT : Left.REPLACED));
      }
      return new Open(
          command,
          wording,
          failed == null ? null : new Output(opened.get(0)),
          log == null ? null : opened.get(1),
          report == null ? null : opened.get(2));
    } catch (UnusableFileException unusable) {
      for (Output.Target each : opened) {
        each.close();
      }
      throw unusable;
    }
  }

  /** The files, while the command runs. */
  public static final class Open implements AutoCloseable {
    private final @Nullable Output failures;
    private final Output.@Nullable Target logTarget;
    private final @Nullable EventLog events;
    private final Output.@Nullable Target reportTarget;
    private final Wording wording;
    private final String command;

    private Open(
        String command,
        Wording wording,
        @Nullable Output failures,
        Output.@Nullable Target logTarget,
        Output.@Nullable Target reportTarget) {
      this.command = command;
      this.wording = wording;
      this.reportTarget = reportTarget;
      this.failures = failures;
      this.logTarget = logTarget;
      this.events =
          logTarget == null ? null : new EventLog(lines -> write(logTarget, lines), wording);
    }

    private static void write(Output.Target target, String lines) throws IOException {
      byte[] bytes = lines.getBytes(StandardCharsets.US_ASCII);
      target.write(bytes, bytes.length);
    }

    /** Where lines go that failed; null if nobody wants them. */
    public @Nullable Output failures() {
      return failures;
    }

    /** What the run tells: with a log, each event as well. */
    public Monitor monitor() {
      return events == null ? Monitor.of(wording) : Monitor.of(wording, events);
    }

    /** Whether a report is wanted. */
    public boolean hasReport() {
      return reportTarget != null;
    }

    /** Writes the report. */
    public void report(String page) throws IOException {
      if (reportTarget != null) {
        byte[] bytes = page.getBytes(StandardCharsets.UTF_8);
        reportTarget.write(bytes, bytes.length);
      }
    }

    /** Ends the log; a problem with it is only told. */
    public void end(PrintStream err) {
      if (events != null) {
        events.close();
        events
            .problem()
            .ifPresent(
                problem ->
                    err.println(command + ": --log is not complete: " + ErrorMessage.of(problem)));
      }
    }

    /** The run has been through all lines: what comes into being when it is whole does so. */
    public void complete() throws IOException {
      if (failures != null) {
        failures.complete();
      }
      if (logTarget != null) {
        logTarget.complete();
      }
      if (reportTarget != null) {
        reportTarget.complete();
      }
    }

    @Override
    public void close() throws IOException {
      try (Output _ = failures;
          Output.Target _ = logTarget;
          Output.Target _ = reportTarget;
          EventLog _ = events) {
        if (failures != null) {
          failures.flush(); // what was collected when something else has ended the run
        }
      }
    }
  }
}
