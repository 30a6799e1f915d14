package io.millrace.cli.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Collects whole lines and hands them on together. Used by one thread. */
final class Output implements AutoCloseable {
  private static final int FULL = 1 << 16;
  private final Target target;
  private Lines lines = new Lines();

  Output(Target target) {
    this.target = target;
  }

  /** Where lines go. */
  interface Target extends AutoCloseable {
    /** Nowhere. */
    Target NONE =
        new Target() {
          @Override
          public void write(byte[] lines, int count) {}

          @Override
          public void close() {}
        };

    /** Writes so many of these bytes; if it cannot, it leaves no part of a line behind where it can. */
    void write(byte[] lines, int count) throws IOException;

    @Override
    void close() throws IOException;
  }

  /** Where lines are collected; only whole ones may be added. */
  ByteArrayOutputStream lines() {
    return lines;
  }

  boolean isFull() {
    return lines.size() >= FULL;
  }

  boolean isEmpty() {
    return lines.size() == 0;
  }

  void flush() throws IOException {
    Lines all = lines;
    // the memory of large ones is not kept for the next ones
    lines = all.size() > 2 * FULL ? new Lines() : all;
    if (all.size() > 0) {
      int count = all.size();
      all.reset();
      target.write(all.bytes(), count);
    }
  }

  /** What is collected, to be written without a copy. */
  private static final class Lines extends ByteArrayOutputStream {
    byte[] bytes() {
      return buf;
    }
  }

  @Override
  public void close() throws IOException {
    target.close();
  }
}
