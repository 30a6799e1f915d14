package io.millrace.cli;

import io.millrace.cli.console.ExitStatus;
import io.millrace.cli.console.Streams;
import io.millrace.cli.text.FileReason;
import io.millrace.cli.text.StreamTarget;
import io.millrace.cli.text.StreamTarget.ClosedByReaderException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Where help and the version are written to. A {@code PrintWriter} hides errors; here they are kept. */
final class HelpOutput extends OutputStream {
  private final Streams streams;
  private final StreamTarget target;
  private @Nullable IOException lost;

  HelpOutput(Streams streams) {
    this.streams = streams;
    this.target = new StreamTarget(streams.out());
  }

  @Override
  public void write(int octet) {
    write(new byte[] {(byte) octet}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int count) {
    if (lost == null) {
      try {
        target.write(Arrays.copyOfRange(bytes, from, from + count), count);
      } catch (IOException error) {
        lost = error;
      }
    }
  }

  /** What to exit with. If nothing else went wrong, an error of the output is reported here. */
  int exitCode(int code) {
    if (lost == null || code != ExitStatus.OK) {
      return code;
    }
    if (lost instanceof ClosedByReaderException) {
      return ExitStatus.CLOSED_OUTPUT;
    }
    streams.err().println("millrace: cannot write the output: " + FileReason.of(lost));
    return ExitStatus.FAILED;
  }
}
