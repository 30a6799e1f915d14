package io.millrace.cli.text;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Standard output: its owner closes it. */
public record StreamTarget(OutputStream out) implements Output.Target {
  /* How long a command that is just being started may keep its copies, and how often it is looked whether it still does. */
  private static final long COPY_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long COPY_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

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
      throw isOfClosedPipe(error) ? new ClosedByReaderException() : error;
    }
    if (out instanceof PrintStream silent && silent.checkError()) {
      throw new ClosedByReaderException();
    }
  }

  /*
   * The system says it in the language of the locale. What it says is what it says of another pipe that nobody reads. A command
   * that is just being started has a copy of what would read that pipe, for a moment: so long it can be written.
   */
  private static boolean isOfClosedPipe(IOException error) throws IOException {
    Pipe pipe = Pipe.open();
    try (Pipe.SinkChannel in = pipe.sink()) {
      in.configureBlocking(false);
      pipe.source().close();
      long begin = System.nanoTime();
      do {
        in.write(ByteBuffer.allocate(1));
        LockSupport.parkNanos(COPY_LOOK_NANOS);
      } while (System.nanoTime() - begin < COPY_NANOS);
      return false;
    } catch (IOException closed) {
      return Objects.equals(closed.getMessage(), error.getMessage());
    }
  }

  @Override
  public void close() {}
}
