package io.millrace.cli.text;

import java.io.ByteArrayOutputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/**
 * Writes text into memory as UTF-8. Unlike {@link java.io.OutputStreamWriter} it has no buffers of its own, which would be made for
 * each line; so whoever writes must not cut a character in two.
 */
public final class Utf8Writer extends Writer {
  /** A longer text is not copied as a whole. */
  private static final int PART = 1 << 13;

  private final ByteArrayOutputStream out;

  /** Makes it; there is nothing to close. */
  public Utf8Writer(ByteArrayOutputStream out) {
    this.out = out;
  }

  @Override
  public void write(String text, int from, int length) {
    int end = from + length;
    int start = from;
    while (end - start > PART) {
      int next = start + PART;
      next -= Character.isHighSurrogate(text.charAt(next - 1)) ? 1 : 0;
      put(text.substring(start, next));
      start = next;
    }
    put(text.substring(start, end));
  }

  @Override
  public void write(char[] text, int from, int length) {
    write(new String(text, from, length), 0, length);
  }

  private void put(String text) {
    out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void flush() {
    // nothing is kept back
  }

  @Override
  public void close() {
    // what is written stays
  }
}
