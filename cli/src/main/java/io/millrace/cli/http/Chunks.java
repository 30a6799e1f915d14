package io.millrace.cli.http;

import java.io.IOException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.ChunkedInputStream;
import org.apache.hc.core5.http.io.SessionInputBuffer;

/** A chunked body. What stands between two chunks, or after the last one, is bounded as a head is. */
final class Chunks extends ChunkedInputStream {
  private final BoundedInput in;

  Chunks(SessionInputBuffer buffer, BoundedInput in, Http1Config bounds) {
    super(buffer, in, bounds);
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
}
