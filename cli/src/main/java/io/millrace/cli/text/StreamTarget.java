package io.millrace.cli.text;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;

/** Standard output: its owner closes it. */
public record StreamTarget(OutputStream out) implements Output.Target {
  private static final String CLOSED = "Broken pipe";

  /** Nobody reads any more what is written. */
  public static final class ClosedByReaderException extends IOException {
    private static final long serialVersionUID = 1;

    ClosedByReaderException() {
      super("nobody reads standard output any more");
    }
  }

  @Override
  public void write(byte[] lines, int count) throws IOException {
    try {
      out.write(lines, 0, count);
      out.flush();
    } catch (IOException error) {
      throw CLOSED.equals(error.getMessage()) ? new ClosedByReaderException() : error;
    }
    if (out instanceof PrintStream silent && silent.checkError()) {
      throw new ClosedByReaderException();
    }
  }

  @Override
  public void close() {}
}
