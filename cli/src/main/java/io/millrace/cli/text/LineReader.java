package io.millrace.cli.text;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts bytes into lines, and waits for no byte beyond the end of a line. Used by one thread at a
 * time.
 */
public final class LineReader {
  private final InputStream in;
  private final int limit;
  private final byte delimiter;
  private final byte[] buffer = new byte[1 << 16];
  private int position;
  private int end;
  private boolean ended;
  private long lines;

  /**
   * Makes a reader.
   *
   * @param limit the longest line that is kept, in bytes
   */
  public LineReader(InputStream in, int limit) {
    this(in, limit, (byte) '\n');
  }

  /** Makes a reader of lines that end in another byte. */
  public LineReader(InputStream in, int limit, byte delimiter) {
    this.in = in;
    this.limit = limit;
    this.delimiter = delimiter;
  }

  /**
   * One line.
   *
   * @param number from 1
   * @param bytes without the line's end; empty for a line above the limit
   */
  public record Line(long number, ByteBuffer bytes, boolean tooLong) {}

  /** Whether the next line is here already, so that {@link #next} does not wait. */
  public boolean isReady() {
    return ended || endOfLine() < end;
  }

  /** The next line; null at the end. */
  public @Nullable Line next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    boolean tooLong = false;
    boolean any = false;
    while (position < end || fill()) {
      any = true;
      int stop = endOfLine();
      tooLong |= line.size() + (stop - position) > limit;
      if (!tooLong) {
        line.write(buffer, position, stop - position);
      }
      boolean complete = stop < end;
      position = complete ? stop + 1 : stop;
      if (complete) {
        break;
      }
    }
    if (!any) {
      return null;
    }
    byte[] bytes = tooLong ? new byte[0] : line.toByteArray();
    return new Line(++lines, ByteBuffer.wrap(bytes), tooLong);
  }

  private boolean fill() throws IOException {
    // a terminal would be asked for a second end
    if (!ended) {
      position = 0;
      end = Math.max(in.read(buffer), 0);
      ended = end == 0;
    }
    return !ended;
  }

  private int endOfLine() {
    int stop = position;
    while (stop < end && buffer[stop] != delimiter) {
      stop++;
    }
    return stop;
  }
}
