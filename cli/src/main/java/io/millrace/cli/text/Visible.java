package io.millrace.cli.text;

import java.util.HexFormat;

/** Texts in which nothing steers a terminal, nor looks like another line. */
public final class Visible {
  private Visible() {}

  /** A text with control and format characters, line ends and halves of surrogate pairs escaped as in JSON; tabs stay. */
  public static String of(String text) {
    if (text.codePoints().allMatch(Visible::isHarmless)) {
      return text;
    }
    StringBuilder visible = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(
            point -> {
              if (isHarmless(point)) {
                visible.appendCodePoint(point);
              } else {
                visible.append(escaped(point));
              }
            });
    return visible.toString();
  }

  private static String escaped(int point) {
    return switch (point) {
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      default -> {
        StringBuilder units = new StringBuilder();
        for (char unit : Character.toChars(point)) {
          units.append("\\u").append(HexFormat.of().toHexDigits(unit));
        }
        yield units.toString();
      }
    };
  }

  private static boolean isHarmless(int point) {
    return point == '\t' || !isSteering(point);
  }

  /** Whether a character is not shown, but does something. */
  static boolean isSteering(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }
}
