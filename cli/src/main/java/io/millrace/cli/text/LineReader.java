package io.millrace.cli.text;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts bytes into lines, and waits for no byte beyond the end of a line. A line that is too long is reported as soon
 * as that is seen, and not at its end, which may never come. After an interrupt it reads no further, whatever the
 * input is. Used by one thread at a time.
 */
public final class LineReader {
  private final InputStream in;
  private final int limit;
  private final LineEnd lineEnd;
  private final byte[] buffer = new byte[1 << 16];
  private int position;
  private int end;

  /* In the buffer: up to where the end of the line was looked for, and where it is; -1 if it was not found. */
  private int seen;
  private int stop = -1;

  /* Whether the rest of a line that was too long is still to come. */
  private boolean isInLongLine;
  private boolean ended;
  private long lines;

  /**
   * Makes a reader.
   *
   * @param limit the longest line that is kept, in bytes
   */
  public LineReader(InputStream in, int limit) {
    this(in, limit, LineEnd.of((byte) '\n'));
  }

  /** Makes a reader of lines that end elsewhere. */
  public LineReader(InputStream in, int limit, LineEnd lineEnd) {
    this.in = in;
    this.limit = limit;
    this.lineEnd = lineEnd;
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
    if (isInLongLine && hasStop()) {
      leaveLine();
      isInLongLine = false;
    }
    return ended || (!isInLongLine && hasStop());
  }

  /** The next line; null at the end. */
  public @Nullable Line next() throws IOException {
    skipLongLine();
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    boolean any = false;
    boolean complete = false;
    while (!complete && (position < end || fill())) {
      any = true;
      complete = hasStop();
      int to = complete ? stop : end;
      boolean tooLong = line.size() + (to - position) > limit;
      if (!tooLong) {
        line.write(buffer, position, to - position);
      }
      leaveLine();
      if (tooLong) {
        isInLongLine = !complete;
        return new Line(++lines, ByteBuffer.allocate(0), true);
      }
    }
    return any ? new Line(++lines, ByteBuffer.wrap(line.toByteArray()), false) : null;
  }

  private void skipLongLine() throws IOException {
    while (isInLongLine && (position < end || fill())) {
      isInLongLine = !hasStop();
      leaveLine();
    }
    isInLongLine = false;
  }

  /* Goes behind the end of the line, or else behind all that is here of it. */
  private void leaveLine() {
    position = stop < 0 ? end : stop + 1;
    stop = -1;
  }

  private boolean fill() throws IOException {
    // a terminal would be asked for a second end
    if (!ended) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedIOException();
      }
      position = 0;
      seen = 0;
      end = Math.max(in.read(buffer), 0);
      ended = end == 0;
    }
    return !ended;
  }

  /* Whether the line's end is in the buffer. */
  private boolean hasStop() {
    while (stop < 0 && seen < end) {
      if (lineEnd.isAt(buffer[seen])) {
        stop = seen;
      }
      seen++;
    }
    return stop >= 0;
  }
}
