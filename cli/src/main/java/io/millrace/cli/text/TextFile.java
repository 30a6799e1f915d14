package io.millrace.cli.text;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** A file of text in UTF-8. Some editors begin it with a byte order mark, which is no part of the text. */
public final class TextFile {
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private TextFile() {}

  /**
   * Reads a file.
   *
   * @throws java.nio.charset.CharacterCodingException if it is not UTF-8
   */
  public static String read(Path file) throws IOException {
    return withoutMark(Files.readString(file));
  }

  /** The bytes of a byte order mark. */
  public static byte[] byteOrderMark() {
    return BYTE_ORDER_MARK.getBytes(StandardCharsets.UTF_8);
  }

  /** The bytes without a byte order mark at their start. */
  public static byte[] withoutMark(byte[] text) {
    byte[] mark = byteOrderMark();
    boolean isMarked =
        text.length >= mark.length && Arrays.equals(text, 0, mark.length, mark, 0, mark.length);
    return isMarked ? Arrays.copyOfRange(text, mark.length, text.length) : text;
  }

  /** The text without a byte order mark at its start. */
  public static String withoutMark(String text) {
    return text.startsWith(BYTE_ORDER_MARK) ? text.substring(BYTE_ORDER_MARK.length()) : text;
  }
}
