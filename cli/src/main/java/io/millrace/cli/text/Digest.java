package io.millrace.cli.text;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Short digests in place of what is long. */
public final class Digest {
  private static final int HEX_DIGITS = 32;

  private Digest() {}

  /** The first half of a SHA-256, in hexadecimal. */
  public static String of(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(digest).substring(0, HEX_DIGITS);
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible); // every Java platform has it
    }
  }

  /** The text, or, where it has more bytes than these (at least 60), its start and its digest. */
  public static String bounded(String text, int most) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length <= most) {
      return text;
    }
    String digest = "... sha256:" + of(bytes);
    int kept = 0;
    int left = most - digest.length();
    while (kept < text.length()) {
      int point = text.codePointAt(kept);
      left -= Character.toString(point).getBytes(StandardCharsets.UTF_8).length;
      if (left < 0) {
        break;
      }
      kept += Character.charCount(point);
    }
    return text.substring(0, kept) + digest;
  }
}
