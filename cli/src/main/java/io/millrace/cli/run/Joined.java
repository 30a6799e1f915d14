package io.millrace.cli.run;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;

/** Several inputs, one after the other; where the last line of one has no end, it gets one. */
final class Joined extends InputStream {
  private final Deque<InputStream> left;
  private final byte delimiter;
  private byte last;

  Joined(Collection<InputStream> all, byte delimiter) {
    this.left = new ArrayDeque<>(all);
    this.delimiter = delimiter;
    this.last = delimiter;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int from, int count) throws IOException {
    while (!left.isEmpty()) {
      int read = left.element().read(bytes, from, count);
      if (read > 0) {
        last = bytes[from + read - 1];
        return read;
      }
      left.remove().close();
      if (last != delimiter) {
        last = delimiter;
        bytes[from] = delimiter;
        return 1;
      }
    }
    return -1;
  }

  @Override
  public void close() throws IOException {
    for (InputStream each : left) {
      each.close();
    }
  }
}
