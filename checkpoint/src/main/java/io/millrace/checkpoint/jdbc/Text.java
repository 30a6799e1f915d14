package io.millrace.checkpoint.jdbc;

import java.nio.charset.StandardCharsets;

/** Text that every database keeps as it is. */
final class Text {
  private Text() {}

  /** The text, with U+FFFD for what PostgreSQL or UTF-8 cannot keep: NUL, and halves of surrogate pairs. */
  static String storable(String text) {
    if (text.indexOf('\0') < 0 && StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      return text;
    }
    StringBuilder kept = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> c == 0 || Character.getType(c) == Character.SURROGATE ? 0xFFFD : c)
        .forEach(kept::appendCodePoint);
    return kept.toString();
  }
}
