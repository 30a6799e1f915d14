package io.millrace.cli.http;

import io.millrace.cli.text.JsonObject;
import io.millrace.cli.text.TextFile;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonPointer;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.exc.StreamConstraintsException;

/** A place in JSON (RFC 6901), as {@code /usage/total_tokens} or {@code /items/0}. */
record Pointer(JsonPointer path) {
  private static final byte[] BYTE_ORDER_MARK = TextFile.byteOrderMark();

  /** What was to be read is no JSON in UTF-8, or nested too deeply. */
  static final class NoJsonException extends Exception {
    private static final long serialVersionUID = 1;

    NoJsonException() {
      this("is not JSON, which --select needs");
    }

    private NoJsonException(String problem) {
      super(problem, null, false, false);
    }
  }

  /** Reads a pointer. */
  static final class Converter implements ITypeConverter<Pointer> {
    @Override
    public Pointer convert(String text) {
      if ((text.isEmpty() || text.startsWith("/")) && !text.matches("(?s).*~(?![01]).*")) {
        return new Pointer(JsonPointer.compile(text));
      }
      throw new TypeConversionException(
          "'"
              + text
              + "' is not a JSON pointer: it begins with a slash, as /usage/total_tokens or /items/0,"
              + " with ~1 for a slash in a name and ~0 for ~");
    }
  }

  /**
   * The value there, as it was written; empty if there is none. All of the text is read, so that one that was cut off is
   * noticed.
   */
  Optional<String> in(ByteBuffer text) throws NoJsonException {
    ByteBuffer json = withoutMark(text);
    byte[] bytes = json.array();
    try (JsonParser parser =
        JsonObject.factoryForBytes()
            .createParser(
                ObjectReadContext.empty(),
                bytes,
                json.arrayOffset() + json.position(),
                json.remaining())) {
      if (parser.nextToken() == null) {
        throw new NoJsonException();
      }
      String found = within(parser, path, json);
      if (parser.nextToken() != null) {
        throw new NoJsonException();
      }
      return Optional.ofNullable(found);
    } catch (StreamConstraintsException tooDeep) { // there is no other constraint
      throw new NoJsonException("has " + JsonObject.TOO_DEEP);
    } catch (JacksonException none) {
      throw new NoJsonException();
    }
  }

  private static ByteBuffer withoutMark(ByteBuffer text) {
    boolean isMarked =
        text.remaining() >= BYTE_ORDER_MARK.length
            && text.slice(text.position(), BYTE_ORDER_MARK.length)
                .equals(ByteBuffer.wrap(BYTE_ORDER_MARK));
    return isMarked
        ? text.slice(
            text.position() + BYTE_ORDER_MARK.length, text.remaining() - BYTE_ORDER_MARK.length)
        : text.slice();
  }

  /* At the start of a value; afterwards at its end. */
  private static @Nullable String within(JsonParser parser, JsonPointer path, ByteBuffer json)
      throws NoJsonException {
    if (path.matches()) {
      return value(parser, json);
    }
    String found = null;
    boolean isObject = parser.currentToken() == JsonToken.START_OBJECT;
    if (!isObject && parser.currentToken() != JsonToken.START_ARRAY) {
      return null;
    }
    for (int index = 0; !parser.nextToken().isStructEnd(); index++) {
      JsonPointer rest =
          isObject ? path.matchProperty(parser.currentName()) : path.matchElement(index);
      if (isObject) {
        parser.nextToken();
      }
      if (rest == null || found != null) {
        parser.skipChildren();
      } else {
        found = within(parser, rest, json);
      }
    }
    return found;
  }

  private static String value(JsonParser parser, ByteBuffer json) throws NoJsonException {
    long start = parser.currentTokenLocation().getByteOffset();
    parser.skipChildren();
    parser.finishToken();
    long end = parser.currentLocation().getByteOffset();
    if (start < 0 || end < start || end > json.remaining()) {
      throw new NoJsonException(); // in UTF-16, say
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(json.slice((int) start, (int) (end - start)))
          .toString()
          .strip();
    } catch (CharacterCodingException binary) {
      throw new NoJsonException();
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
