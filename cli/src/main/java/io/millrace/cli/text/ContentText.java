package io.millrace.cli.text;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Base64;
import java.util.Optional;
import org.apache.hc.core5.http.HeaderElement;
import org.apache.hc.core5.http.NameValuePair;
import org.apache.hc.core5.http.message.BasicHeaderValueParser;
import org.apache.hc.core5.http.message.ParserCursor;

/**
 * Bytes as text, without loss: as the charset says, or UTF-8; in Base64 if they are not that.
 *
 * @param isBase64 whether the text is Base64
 */
public record ContentText(String text, boolean isBase64) {
  public static ContentText of(ByteBuffer bytes, Optional<String> contentType) {
    return contentType
        .flatMap(ContentText::charsetName)
        .map(ContentText::charset)
        .orElse(Optional.of(StandardCharsets.UTF_8))
        .flatMap(charset -> decoded(bytes, charset))
        .map(text -> new ContentText(text, false))
        .orElseGet(() -> base64(bytes));
  }

  /* A parameter (RFC 9110, section 5.6.6): one of this name, and not what stands in quotes of another. */
  private static Optional<String> charsetName(String contentType) {
    HeaderElement type =
        BasicHeaderValueParser.INSTANCE.parseHeaderElement(
            contentType, new ParserCursor(0, contentType.length()));
    return Optional.ofNullable(type.getParameterByName("charset"))
        .map(NameValuePair::getValue)
        .map(name -> name.replace("\\", "").strip()) // those of quoted pairs that the parser leaves
        .filter(name -> !name.isEmpty());
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
