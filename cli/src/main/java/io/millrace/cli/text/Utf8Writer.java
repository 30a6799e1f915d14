package io.millrace.cli.text;

import java.io.ByteArrayOutputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/**
 * Writes text into memory as UTF-8. Making one costs much less than making an {@link java.io.OutputStreamWriter}, so each line can have
 * its own; but whoever writes must not cut a character in two.
 */
public final class Utf8Writer extends Writer {
  private static final int USUAL = 1 << 8;

  /** So many characters are handed on: a long text is not kept twice. */
  private static final int FULL = 1 << 13;

  private final ByteArrayOutputStream out;
  private final StringBuilder kept = new StringBuilder(USUAL);

  /** Makes it; closing it writes what it has kept back, and leaves the memory open. */
  public Utf8Writer(ByteArrayOutputStream out) {
    this.out = out;
  }

  @Override
  public void write(String text, int from, int length) {
    int end = from + length;
    int start = from;
    while (end - start > FULL) {
      int next = start + FULL;
      next -= Character.isHighSurrogate(text.charAt(next - 1)) ? 1 : 0;
      kept.append(text, start, next);
      flush();
      start = next;
    }
    kept.append(text, start, end);
    if (kept.length() > FULL) {
      flush();
    }
  }

  @Override
  public void write(char[] text, int from, int length) {
    write(new String(text, from, length), 0, length);
  }

  @Override
  public void flush() {
    out.writeBytes(kept.toString().getBytes(StandardCharsets.UTF_8));
    kept.setLength(0);
  }

  @Override
  public void close() {
    flush();
  }
}
