package io.millrace.cli.http;

import io.millrace.cli.http.InputLine.Call;
import io.millrace.cli.http.InputLine.Malformed;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Makes an item of a line: of a URL, or of a JSON object.
 *
 * @param headers what all requests send
 */
record LineParser(List<Header> headers) {
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  /** The item; null if the line is blank or a comment. */
  @Nullable InputLine parse(long number, ByteBuffer bytes) {
    Reading reading = new Reading(number);
    try {
      String text = decode(number, bytes).strip();
      return text.isEmpty() || text.startsWith("#") ? null : reading.read(text);
    } catch (MalformedInputException error) {
      return new Malformed(number, reading.id, reading.url, error.problem());
    }
  }

  private static String decode(long number, ByteBuffer bytes) throws MalformedInputException {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
      return number == 1 && text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    } catch (CharacterCodingException error) {
      throw new MalformedInputException("not UTF-8");
    }
  }

  /** What is known of a line so far, for the case that the rest of it is malformed. */
  private final class Reading {
    private final long number;
    private JsonNode id;
    private Optional<String> url = Optional.empty();

    Reading(long number) {
      this.number = number;
      this.id = JsonNodeFactory.instance.numberNode(number);
    }

    InputLine read(String text) throws MalformedInputException {
      if (!text.startsWith("{")) {
        return call(CallDescription.get(address(Address.parse(text))));
      }
      JsonLine line = JsonLine.parse(text);
      id = line.id().orElse(id);
      return call(line.description(address(line.address())));
    }

    private Address address(Address address) {
      url = Optional.of(address.shown());
      return address;
    }

    private InputLine call(CallDescription description) throws MalformedInputException {
      return new Call(number, id, url, description.request(headers));
    }
  }
}
