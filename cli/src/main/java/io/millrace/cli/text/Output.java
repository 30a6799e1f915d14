package io.millrace.cli.text;

import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Collects whole lines and hands them on together. Used by one thread. */
public final class Output implements AutoCloseable {
  private static final int FULL = 1 << 16;
  private final Target target;
  private Lines lines = new Lines();

  /** Makes it; closing it closes the target. */
  public Output(Target target) {
    this.target = target;
  }

  /** Where lines go. */
  public interface Target extends AutoCloseable {
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

    /** All is written that belongs there. */
    default void complete() throws IOException {}

    @Override
    void close() throws IOException;
  }

  /** Where lines are collected; only whole ones may be added. */
  public ByteArrayOutputStream lines() {
    return lines;
  }

  /** Whether there is enough to hand on. */
  public boolean isFull() {
    return lines.size() >= FULL;
  }

  /** Whether there is nothing to hand on. */
  public boolean isEmpty() {
    return lines.size() == 0;
  }

  /** Hands on what there is. */
  public void flush() throws IOException {
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

  /** All is written that belongs there. */
  public void complete() throws IOException {
    flush();
    target.complete();
  }

  @Override
  public void close() throws IOException {
    target.close();
  }
}
