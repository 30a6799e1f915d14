package io.millrace.cli.http;

import io.millrace.cli.text.MalformedInputException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** The characters of URLs, and their percent-encoding. */
final class UrlText {
  /** Printable, but not allowed in a URL. */
  private static final String REFUSED = " \"<>\\^`{|}";

  /** What stays as it is where a URL is encoded. */
  private static final AsciiSet KEPT =
      AsciiSet.of(
          character -> character > ' ' && character < 0x7f && REFUSED.indexOf(character) < 0);

  /** What stays as it is where one is decoded. */
  private static final AsciiSet DECODED = AsciiSet.of(character -> character != '%');

  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private UrlText() {}

  /** With all that may not stand in a URL encoded; what is encoded already stays. */
  static String encoded(String text) throws MalformedInputException {
    if (KEPT.hasAllOf(text)) {
      return text; // as most are
    }
    StringBuilder encoded = new StringBuilder(text.length());
    for (byte octet : utf8(text)) {
      char character = (char) (octet & 0xff);
      if (character < ' ' || character == 0x7f) {
        throw new MalformedInputException("the URL has a control character");
      }
      if (character < 0x80 && REFUSED.indexOf(character) < 0) {
        encoded.append(character);
      } else {
        HEX.toHexDigits(encoded.append('%'), octet);
      }
    }
    return encoded.toString();
  }

  /** With all that is percent-encoded decoded. */
  static String decoded(String text) throws MalformedInputException {
    if (DECODED.hasAllOf(text)) {
      return text; // as most are
    }
    byte[] bytes = utf8(text);
    ByteArrayOutputStream decoded = new ByteArrayOutputStream(bytes.length);
    for (int index = 0; index < bytes.length; index++) {
      if (bytes[index] == '%' && index + 2 < bytes.length && isHex(bytes, index)) {
        decoded.write(HexFormat.fromHexDigits(text(bytes, index + 1)));
        index += 2;
      } else {
        decoded.write(bytes[index]);
      }
    }
    return utf8(decoded.toByteArray());
  }

  private static boolean isHex(byte[] bytes, int percent) {
    return HexFormat.isHexDigit(bytes[percent + 1]) && HexFormat.isHexDigit(bytes[percent + 2]);
  }

  private static String text(byte[] bytes, int from) {
    return new String(bytes, from, 2, StandardCharsets.US_ASCII);
  }

  /** A text of which each character is a byte that came: those that are not ASCII are encoded. */
  static String ofBytes(String text) {
    StringBuilder encoded = new StringBuilder(text.length());
    for (int index = 0; index < text.length(); index++) {
      char octet = text.charAt(index);
      if (octet < 0x80) {
        encoded.append(octet);
      } else {
        HEX.toHexDigits(encoded.append('%'), (byte) octet);
      }
    }
    return encoded.toString();
  }

  private static byte[] utf8(String text) throws MalformedInputException {
    try {
      ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      byte[] all = new byte[bytes.remaining()];
      bytes.get(all);
      return all;
    } catch (CharacterCodingException half) {
      throw new MalformedInputException("the URL has half of a surrogate pair");
    }
  }

  private static String utf8(byte[] bytes) throws MalformedInputException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException binary) {
      throw new MalformedInputException("the URL is not UTF-8 where it is percent-encoded");
    }
  }
}
