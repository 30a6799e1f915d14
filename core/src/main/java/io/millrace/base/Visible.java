package io.millrace.base;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Makes texts of strangers fit to be shown: nothing in them steers a terminal, or looks like another line. */
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

  /** The same frame of a stack trace, with names that can be shown. */
  public static StackTraceElement of(StackTraceElement frame) {
    return new StackTraceElement(
        ofNullable(frame.getClassLoaderName()),
        ofNullable(frame.getModuleName()),
        ofNullable(frame.getModuleVersion()),
        of(frame.getClassName()),
        of(frame.getMethodName()),
        ofNullable(frame.getFileName()),
        frame.getLineNumber());
  }

  private static @Nullable String ofNullable(@Nullable String name) {
    return name == null ? null : of(name);
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
  public static boolean isSteering(int point) {
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
