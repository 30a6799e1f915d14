package io.millrace.cli.text;

import io.millrace.base.Visible;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Writes texts as JSON strings in which nothing steers a terminal: control and format characters, line
 * separators and halves of surrogate pairs are escaped.
 */
public record JsonText(Writer out) {

  /** Writes a string with its quotes. */
  public void quoted(String text) {
    write("\"");
    escaped(text, true);
    write("\"");
  }

  /** Writes what is JSON already. Characters to escape can stand only in its strings. */
  public void json(String json) {
    escaped(json, false);
  }

  /** Writes a text as it is. */
  public void write(String text) {
    write(text, 0, text.length());
  }

  private void escaped(String text, boolean isPlain) {
    int from = 0;
    int index = 0;
    while (index < text.length()) {
      if (isUsual(text.charAt(index))) {
        index++;
        continue;
      }
      int point = text.codePointAt(index);
      int next = index + Character.charCount(point);
      String escape = escape(point, isPlain);
      if (escape != null) {
        write(text, from, index);
        write(escape);
        from = next;
      }
      index = next;
    }
    write(text, from, text.length());
  }

  /* Stays as it is, wherever it stands. */
  private static boolean isUsual(char unit) {
    return unit >= ' ' && unit < 0x7f && unit != '"' && unit != '\\';
  }

  private static @Nullable String escape(int point, boolean isPlain) {
    if (point >= ' ' && point < 0x7f) {
      return isPlain && (point == '"' || point == '\\') ? "\\" + (char) point : null;
    }
    if (!isPlain && point < ' ') {
      return " "; // white space between tokens
    }
    return switch (point) {
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      default -> Visible.isSteering(point) ? units(point) : null;
    };
  }

  private static String units(int point) {
    StringBuilder escape = new StringBuilder();
    for (char unit : Character.toChars(point)) {
      escape.append("\\u").append(HexFormat.of().toHexDigits(unit));
    }
    return escape.toString();
  }

  private void write(String text, int from, int to) {
    try {
      out.write(text, from, to - from);
    } catch (IOException never) {
      throw new UncheckedIOException(never); // it is written into memory
    }
  }
}
