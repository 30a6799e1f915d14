package io.millrace.cli.http;

import io.millrace.cli.http.BodyFile.UnusableException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.hc.core5.http.io.entity.AbstractHttpEntity;

/** Sends a file in pieces: as many bytes as it had when its length was asked for. */
final class FileContent extends AbstractHttpEntity {
  private static final int PIECE = 1 << 16;
  private final BodyFile.Found file;

  FileContent(BodyFile.Found file) {
    super((String) null, null);
    this.file = file;
  }

  @Override
  public long getContentLength() {
    return file.length();
  }

  @Override
  public boolean isStreaming() {
    return false;
  }

  @Override
  public boolean isRepeatable() {
    return true;
  }

  @Override
  public InputStream getContent() throws IOException {
    return file.open();
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    try (InputStream in = file.open()) {
      byte[] piece = new byte[PIECE];
      long left = file.length();
      while (left > 0) {
        int count = in.read(piece, 0, (int) Math.min(left, PIECE));
        if (count < 0) {
          throw new UnusableException("it became shorter while it was sent");
        }
        out.write(piece, 0, count);
        left -= count;
      }
    }
  }

  @Override
  public void close() {
    // nothing is open but while it is sent
  }
}
