package io.millrace.cli.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.regex.Pattern;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.ChunkedInputStream;
import org.apache.hc.core5.http.io.HttpTransportMetrics;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.apache.hc.core5.util.CharArrayBuffer;

/** A chunked body. What stands between two chunks, or after the last one, is bounded as a head is. */
final class Chunks extends ChunkedInputStream {
  private final BoundedInput in;

  Chunks(SessionInputBuffer buffer, BoundedInput in, Http1Config bounds) {
    super(new Unsigned(buffer), in, bounds);
    this.in = in;
  }

  @Override
  public int read() throws IOException {
    in.startAgain(1);
    return super.read();
  }

  @Override
  public int read(byte[] bytes, int from, int length) throws IOException {
    in.startAgain(length);
    return super.read(bytes, from, length);
  }

  /** Refuses sizes that are cut off, and those with a sign, which Java takes for a part of a number. */
  private record Unsigned(SessionInputBuffer buffer) implements SessionInputBuffer {
    private static final Pattern SIGNED_SIZE = Pattern.compile("\\s*[+-][0-9A-Fa-f]+\\s*(;.*)?");

    @Override
    public int readLine(CharArrayBuffer line, InputStream in) throws IOException {
      int count = buffer.readLine(line, in);
      if (!line.isEmpty() && in instanceof BoundedInput bounded && bounded.isAtEnd()) {
        throw new ConnectionClosedException(); // 0 may be the start of 0a
      }
      if (SIGNED_SIZE.matcher(line).matches()) {
        throw new MalformedChunkCodingException("a size with a sign");
      }
      return count;
    }

    @Override
    public int length() {
      return buffer.length();
    }

    @Override
    public int capacity() {
      return buffer.capacity();
    }

    @Override
    public int available() {
      return buffer.available();
    }

    @Override
    public int read(byte[] bytes, int from, int length, InputStream in) throws IOException {
      return buffer.read(bytes, from, length, in);
    }

    @Override
    public int read(byte[] bytes, InputStream in) throws IOException {
      return buffer.read(bytes, in);
    }

    @Override
    public int read(InputStream in) throws IOException {
      return buffer.read(in);
    }

    @Override
    public HttpTransportMetrics getMetrics() {
      return buffer.getMetrics();
    }
  }
}
