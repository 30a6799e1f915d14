package io.millrace.cli.http;

import io.millrace.cli.http.Request.Body;
import io.millrace.cli.text.JsonObject;
import io.millrace.cli.text.JsonObject.Field;
import io.millrace.cli.text.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A request as a JSON object: its fields, each as it was written.
 *
 * @param fields in their order
 */
record JsonLine(Map<String, Field> fields) {
  private static final JsonFactory JSON = JsonObject.factory();

  private static final Set<String> KNOWN = Set.of("id", "method", "url", "headers", "body");

  static JsonLine parse(String text) throws MalformedInputException {
    return new JsonLine(object(text));
  }

  private static Map<String, Field> object(String text) throws MalformedInputException {
    return JsonObject.parse(text).fields();
  }

  /** The id, as JSON; empty if there is none. */
  Optional<String> id() throws MalformedInputException {
    Optional<Field> id = field("id");
    if (id.isPresent()
        && id.get().kind() != JsonToken.VALUE_STRING
        && id.get().kind() != JsonToken.VALUE_NUMBER_INT) {
      throw new MalformedInputException("'id' must be a string or a whole number");
    }
    return id.map(Field::json);
  }

  /** The fields that mean nothing to the command, as JSON. */
  Map<String, String> others() {
    Map<String, String> others = new LinkedHashMap<>();
    fields.forEach(
        (name, field) -> {
          if (!KNOWN.contains(name)) {
            others.put(name, field.json());
          }
        });
    return others;
  }

  /** The URL, as it was written. */
  String url() throws MalformedInputException {
    return string("url").orElseThrow(() -> new MalformedInputException("'url' is missing"));
  }

  /** The request to this URL. */
  Request request(Url url, List<Header> general) throws MalformedInputException {
    Optional<Body> body = body();
    String method = string("method").orElse(body.isPresent() ? "POST" : "GET");
    return new Request(Request.method(method), url, headers(), general, body);
  }

  private List<Header> headers() throws MalformedInputException {
    Optional<Field> headers = field("headers");
    if (headers.isEmpty()) {
      return List.of();
    }
    if (headers.get().kind() != JsonToken.START_OBJECT) {
      throw new MalformedInputException("'headers' must be an object");
    }
    List<Header> all = new ArrayList<>();
    for (Map.Entry<String, Field> header : object(headers.get().json()).entrySet()) {
      for (String value : values(header.getValue())) {
        all.add(new Header(header.getKey(), value).checked());
      }
    }
    return all;
  }

  private static List<String> values(Field value) throws MalformedInputException {
    Optional<List<String>> values =
        value.kind() == JsonToken.START_ARRAY ? strings(value.json()) : value.text().map(List::of);
    return values.orElseThrow(
        () ->
            new MalformedInputException(
                "a header must be a string or a list of strings, in 'headers'"));
  }

  /** The strings of a list; empty if it has something else. */
  private static Optional<List<String>> strings(String json) {
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
      List<String> strings = new ArrayList<>();
      parser.nextToken();
      while (parser.nextToken() == JsonToken.VALUE_STRING) {
        strings.add(parser.getString());
      }
      return parser.currentToken() == JsonToken.END_ARRAY ? Optional.of(strings) : Optional.empty();
    }
  }

  /** A string is sent as it is; everything else as the JSON that was written. */
  private Optional<Body> body() throws MalformedInputException {
    Optional<Field> body = field("body");
    if (body.isEmpty()) {
      return Optional.empty();
    }
    boolean isText = body.get().kind() == JsonToken.VALUE_STRING;
    String content = isText ? body.get().text().orElseThrow() : body.get().json();
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(content)) {
      throw new MalformedInputException("'body' has half of a surrogate pair");
    }
    return Optional.of(new Body(content.getBytes(StandardCharsets.UTF_8), !isText));
  }

  private Optional<String> string(String name) throws MalformedInputException {
    Optional<Field> value = field(name);
    if (value.isPresent() && value.get().text().isEmpty()) {
      throw new MalformedInputException("'" + name + "' must be a string");
    }
    return value.flatMap(Field::text);
  }

  private Optional<Field> field(String name) {
    return Optional.ofNullable(fields.get(name))
        .filter(value -> value.kind() != JsonToken.VALUE_NULL);
  }
}
