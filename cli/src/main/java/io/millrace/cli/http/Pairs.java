package io.millrace.cli.http;

import io.millrace.cli.text.JsonObject;
import io.millrace.cli.text.JsonObject.Field;
import io.millrace.cli.text.MalformedInputException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Names with values, as queries and forms have them. */
final class Pairs {
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private Pairs() {}

  /**
   * The fields of an object as {@code name=value&...}. A list gives its name several times, null none.
   *
   * @param name of the field, for errors
   */
  static String of(String name, Field object) throws MalformedInputException {
    if (!object.json().startsWith("{")) {
      throw new MalformedInputException("'" + name + "' must be an object");
    }
    List<String> pairs = new ArrayList<>();
    for (Map.Entry<String, Field> field : JsonObject.parse(object.json()).fields().entrySet()) {
      for (String value : values(name, field.getValue())) {
        pairs.add(encoded(field.getKey()) + "=" + encoded(value));
      }
    }
    return String.join("&", pairs);
  }

  private static List<String> values(String name, Field field) throws MalformedInputException {
    return switch (field.kind()) {
      case VALUE_NULL -> List.of();
      case START_ARRAY -> {
        List<String> all = new ArrayList<>();
        for (Field element : JsonObject.elements(field.json())) {
          simple(name, element).ifPresent(all::add);
        }
        yield all;
      }
      default -> simple(name, field).map(List::of).orElse(List.of());
    };
  }

  private static Optional<String> simple(String name, Field field) throws MalformedInputException {
    return switch (field.kind()) {
      case VALUE_NULL -> Optional.empty();
      case START_ARRAY, START_OBJECT ->
          throw new MalformedInputException(
              "a value in '"
                  + name
                  + "' must be a string, a number, true, false, or a list of these");
      default -> Optional.of(field.text().orElse(field.json()));
    };
  }

  /** With all encoded but letters, digits and {@code -._~}. */
  static String encoded(String text) throws MalformedInputException {
    StringBuilder encoded = new StringBuilder(text.length());
    try {
      ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      while (bytes.hasRemaining()) {
        byte octet = bytes.get();
        boolean isPlain =
            (octet >= 'a' && octet <= 'z')
                || (octet >= 'A' && octet <= 'Z')
                || (octet >= '0' && octet <= '9')
                || "-._~".indexOf(octet) >= 0;
        if (isPlain) {
          encoded.append((char) octet);
        } else {
          HEX.toHexDigits(encoded.append('%'), octet);
        }
      }
      return encoded.toString();
    } catch (CharacterCodingException half) {
      throw new MalformedInputException("a name or value has half of a surrogate pair");
    }
  }
}
