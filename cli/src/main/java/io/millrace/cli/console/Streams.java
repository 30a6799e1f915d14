package io.millrace.cli.console;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Optional;

/**
 * Where a command reads and writes.
 *
 * @param out not a print stream if it is that of the process: those hide what went wrong
 * @param isProcess whether the streams are those of the process, which may have a terminal
 */
public record Streams(InputStream in, OutputStream out, PrintStream err, boolean isProcess) {

  /** Streams that somebody made. */
  public static Streams of(InputStream in, PrintStream out, PrintStream err) {
    return new Streams(in, out, err, false);
  }

  /** The standard streams. */
  public static Streams ofProcess() {
    return new Streams(System.in, new FileOutputStream(FileDescriptor.out), System.err, true);
  }

  /** The terminal that standard error is, if it is one. */
  public Optional<Terminal> terminal() {
    return isProcess ? Terminal.ofStandardError() : Optional.empty();
  }
}
