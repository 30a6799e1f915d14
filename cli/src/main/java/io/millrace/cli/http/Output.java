package io.millrace.cli.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Collects whole lines and hands them on together. Used by one thread. */
final class Output implements AutoCloseable {
  private static final int FULL = 1 << 16;
  private final Target target;
  private final ByteArrayOutputStream lines = new ByteArrayOutputStream();

  Output(Target target) {
    this.target = target;
  }

  /** Where lines go. */
  interface Target extends AutoCloseable {
    /** Writes all these bytes; if it cannot, it leaves no part of a line behind where it can. */
    void write(byte[] lines) throws IOException;

    @Override
    void close() throws IOException;
  }

  void add(byte[] line) {
    lines.writeBytes(line);
  }

  boolean isFull() {
    return lines.size() >= FULL;
  }

  boolean isEmpty() {
    return lines.size() == 0;
  }

  void flush() throws IOException {
    byte[] all = lines.toByteArray();
    lines.reset();
    if (all.length > 0) {
      target.write(all);
    }
  }

  @Override
  public void close() throws IOException {
    target.close();
  }
}
