package io.millrace.cli.text;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Makes names of files of any bytes, different names of different bytes. None is hidden, and none leads elsewhere.
 */
public final class SafeName {
  private static final int LONGEST = 200;

  private SafeName() {}

  /** The name of a text: that of its UTF-8, in which half a surrogate pair has the three bytes that its number would have. */
  public static String of(String key) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(key.length());
    key.codePoints()
        .forEach(
            point -> {
              if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
                bytes.write(0xe0 | (point >> 12));
                bytes.write(0x80 | ((point >> 6) & 0x3f));
                bytes.write(0x80 | (point & 0x3f));
              } else {
                bytes.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
              }
            });
    return of(bytes.toByteArray());
  }

  /** The name: what is no letter or digit is encoded, as in URLs; what is too long ends with its digest. */
  public static String of(byte[] key) {
    StringBuilder name = new StringBuilder();
    for (byte each : key) {
      boolean isDot = each == '.' && !name.isEmpty();
      boolean isSafe =
          isDot
              || each == '-'
              || each == '_'
              || (each >= '0' && each <= '9')
              || (each >= 'a' && each <= 'z')
              || (each >= 'A' && each <= 'Z');
      if (isSafe) {
        name.append((char) each);
      } else {
        name.append('%').append(HexFormat.of().withUpperCase().toHexDigits(each));
      }
    }
    if (name.isEmpty()) {
      return "%";
    }
    return name.length() <= LONGEST ? name.toString() : cut(name.toString(), key);
  }

  private static String cut(String name, byte[] key) {
    String end = "%" + Digest.of(key);
    return name.substring(0, LONGEST - end.length()) + end;
  }
}
