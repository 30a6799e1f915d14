package io.millrace.cli.driver;

import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;

/**
 * A part of the input, which is one task.
 *
 * @param from the byte at which it begins
 * @param bytes how long it is
 * @param first the number of its first line
 */
record Part(long from, long bytes, long first) implements Serializable {

  /** What it has of the file. */
  InputStream open(String file) throws IOException {
    InputStream in = new FileInputStream(file);
    try {
      in.skipNBytes(from);
    } catch (IOException | RuntimeException | Error broken) {
      in.close();
      throw broken;
    }
    return new Bounded(new BufferedInputStream(in), bytes);
  }

  /** A stream that ends early. */
  private static final class Bounded extends InputStream {
    private final InputStream in;
    private long left;

    Bounded(InputStream in, long left) {
      this.in = in;
      this.left = left;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int count = left == 0 ? -1 : in.read(bytes, offset, (int) Math.min(length, left));
      left -= Math.max(0, count);
      return count;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
