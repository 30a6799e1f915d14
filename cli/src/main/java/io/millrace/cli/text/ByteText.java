package io.millrace.cli.text;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * Bytes as a text that loses none of them: UTF-8 as what it says, and each byte that is none, such as ff, as half a
 * surrogate pair of its own, such as U+DCFF, which no UTF-8 has.
 */
public final class ByteText {
  private static final int LOST = 0xdc00;
  private static final Pattern OUTSIDE_UTF_8 =
      Pattern.compile("[\\x{dc80}-\\x{dcff}]"); // not in a pair: patterns see whole code points

  private ByteText() {}

  /** The text of these bytes. */
  public static String of(byte[] bytes) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder(); // which reports what is none
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    for (CoderResult end = decoder.decode(in, out, true);
        end.isError();
        end = decoder.decode(in, out, true)) {
      for (int left = end.length(); left > 0; left--) {
        out.put((char) (LOST | (in.get() & 0xff)));
      }
    }
    return out.flip().toString();
  }

  /** The bytes of a text that {@link #of} has made, and those of any other in UTF-8. */
  public static byte[] bytes(String text) {
    if (isUtf8(text)) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream(text.length() + 16);
    text.codePoints()
        .forEach(
            point -> {
              if (point >= (LOST | 0x80) && point <= (LOST | 0xff)) {
                all.write(point);
              } else {
                all.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
              }
            });
    return all.toByteArray();
  }

  /** Whether no byte of it was anything but UTF-8. */
  public static boolean isUtf8(String text) {
    return !OUTSIDE_UTF_8.matcher(text).find();
  }
}
