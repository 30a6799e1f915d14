package io.millrace.process.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Bytes in memory, up to a limit. Used by one thread. */
final class BoundedBytes extends OutputStream {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
  private final int most;
  private boolean full;

  BoundedBytes(int most) {
    this.most = most;
  }

  int most() {
    return most;
  }

  /** Whether there was more to write. */
  boolean full() {
    return full;
  }

  @Override
  public void write(int one) throws IOException {
    checkRoom(1);
    bytes.write(one);
  }

  @Override
  public void write(byte[] from, int offset, int length) throws IOException {
    checkRoom(length);
    bytes.write(from, offset, length);
  }

  void checkRoom(int length) throws IOException {
    if (length > most - bytes.size()) {
      full = true;
      throw new IOException("more than " + most + " bytes");
    }
  }

  byte[] toByteArray() {
    return bytes.toByteArray();
  }
}
