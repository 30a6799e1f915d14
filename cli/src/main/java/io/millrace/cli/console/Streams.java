package io.millrace.cli.console;

import io.millrace.cli.text.ByteText;
import io.millrace.cli.text.UsedFiles;
import io.millrace.cli.text.WaitingOutput;
import java.io.FileDescriptor;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where a command reads and writes, and the variables around it.
 *
 * @param out not a print stream if it is that of the process: those hide what went wrong
 * @param isProcess whether the streams are those of the process, which may have a terminal
 */
public record Streams(
    InputStream in,
    OutputStream out,
    PrintStream err,
    Map<String, String> environment,
    boolean isProcess) {

  /** Nothing that is printed to standard error as text steers a terminal. */
  public Streams {
    err = Messages.to(err);
  }

  /** Streams that somebody made, and the variables that a command sees. */
  public static Streams of(
      InputStream in, PrintStream out, PrintStream err, Map<String, String> environment) {
    return new Streams(in, out, err, Map.copyOf(environment), false);
  }

  /** The standard streams and variables. */
  public static Streams ofProcess() {
    return new Streams(
        System.in,
        new WaitingOutput(FileDescriptor.out),
        System.err,
        ProcessText.variables(),
        true);
  }

  /**
   * Arguments as they were given.
   *
   * @throws ProcessText.UnreadableException if that cannot be known
   */
  public List<byte[]> bytesOf(String... arguments) throws ProcessText.UnreadableException {
    return isProcess
        ? ProcessText.arguments(List.of(arguments))
        : Stream.of(arguments).map(ByteText::bytes).toList();
  }

  /** Names the file that standard input is, if it is one. */
  public void addInputTo(UsedFiles files) {
    if (isProcess) {
      files.reads("the input (standard input)", Path.of("/dev/stdin"));
    }
  }

  /** Names the files that standard output and standard error are, if they are files. */
  public void addOutputsTo(UsedFiles files) {
    if (isProcess) {
      files.writes("standard output", Path.of("/dev/stdout"));
      files.writes("standard error", Path.of("/dev/stderr"));
    }
  }

  /** The command as it was called. */
  public String program() {
    return isProcess ? System.getProperty("millrace.command", "millrace") : "millrace";
  }

  /** Whether a terminal shows what is written to standard output. */
  public boolean isOutputShown() {
    return isProcess && Terminal.isStandardOutput();
  }

  /** Whether a terminal shows what is written to standard error. */
  public boolean isErrorShown() {
    return isProcess && Terminal.isStandardError();
  }

  /** The terminal that standard error is, if it is one. */
  public Optional<Terminal> terminal() {
    return isProcess ? Terminal.ofStandardError() : Optional.empty();
  }
}
