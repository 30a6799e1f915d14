package io.millrace.cli.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hc.core5.http.MessageConstraintException;

/**
 * The input of a connection, with a bound on all that a server can send beside a body, because that is kept until it
 * is parsed.
 */
final class BoundedInput extends FilterInputStream {
  /** The bound of curl. */
  private static final int MOST_BYTES = 300 * 1024;

  private long left = MOST_BYTES;
  private boolean isAtEnd;

  BoundedInput(InputStream in) {
    super(in);
  }

  /** Begins to count again. */
  void startAgain(int body) {
    left = (long) MOST_BYTES + body;
  }

  @Override
  public int read(byte[] bytes, int from, int length) throws IOException {
    if (left <= 0) {
      throw new MessageConstraintException("more than " + MOST_BYTES + " bytes of headers");
    }
    int count = in.read(bytes, from, length);
    left -= Math.max(count, 0);
    isAtEnd |= count < 0;
    return count;
  }

  /** Whether the connection has ended, so that the last line that was read has no end. */
  boolean isAtEnd() {
    return isAtEnd;
  }
}
