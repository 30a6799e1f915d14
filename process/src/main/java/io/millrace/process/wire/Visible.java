package io.millrace.process.wire;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Texts of workers, for messages: nothing in them steers a terminal, nor looks like another line. */
public final class Visible {
  private Visible() {}

  /** A text with control and format characters, line ends and halves of surrogate pairs escaped; tabs stay. */
  public static String of(String text) {
    if (text.codePoints().noneMatch(Visible::isSteering)) {
      return text;
    }
    StringBuilder visible = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(
            point -> {
              if (isSteering(point)) {
                escape(point, visible);
              } else {
                visible.appendCodePoint(point);
              }
            });
    return visible.toString();
  }

  private static void escape(int point, StringBuilder visible) {
    switch (point) {
      case '\n' -> visible.append("\\n");
      case '\r' -> visible.append("\\r");
      default -> {
        for (char unit : Character.toChars(point)) {
          visible.append("\\u").append(HexFormat.of().toHexDigits(unit));
        }
      }
    }
  }

  private static boolean isSteering(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL -> point != '\t';
      case Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }

  /** The same place, with a name that can be shown. */
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
}
