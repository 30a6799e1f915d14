package io.millrace.cli.text;

import java.util.HexFormat;

/** Names of files made of any bytes, different ones for different bytes. None is hidden, and none leads elsewhere. */
public final class SafeName {
  private static final int LONGEST = 200;

  private SafeName() {}

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
