package io.millrace.cli.text;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Bytes as text, without loss: as the charset says, or UTF-8; in Base64 if they are not that.
 *
 * @param isBase64 whether the text is Base64
 */
public record ContentText(String text, boolean isBase64) {
  private static final Pattern CHARSET =
      Pattern.compile(";\\s*charset\\s*=\\s*\"?([^\";\\s]+)", Pattern.CASE_INSENSITIVE);

  public static ContentText of(ByteBuffer bytes, Optional<String> contentType) {
    return contentType
        .map(CHARSET::matcher)
        .filter(Matcher::find)
        .map(charset -> charset.group(1))
        .map(ContentText::charset)
        .orElse(Optional.of(StandardCharsets.UTF_8))
        .flatMap(charset -> decoded(bytes, charset))
        .map(text -> new ContentText(text, false))
        .orElseGet(() -> base64(bytes));
  }

  /** In Base64, whatever they are. */
  public static ContentText base64(ByteBuffer bytes) {
    byte[] encoded = Base64.getEncoder().encode(bytes.duplicate()).array();
    return new ContentText(new String(encoded, StandardCharsets.ISO_8859_1), true);
  }

  /** Empty if there is no such charset. */
  private static Optional<Charset> charset(String name) {
    try {
      return Optional.of(Charset.forName(name));
    } catch (IllegalCharsetNameException | UnsupportedCharsetException unknown) {
      return Optional.empty();
    }
  }

  private static Optional<String> decoded(ByteBuffer bytes, Charset charset) {
    try {
      return Optional.of(charset.newDecoder().decode(bytes.duplicate()).toString());
    } catch (CharacterCodingException binary) {
      return Optional.empty();
    }
  }
}
