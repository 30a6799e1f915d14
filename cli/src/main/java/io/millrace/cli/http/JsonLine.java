package io.millrace.cli.http;

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

  private static final Set<String> KNOWN =
      Set.of("id", "method", "url", "query", "headers", "body", "bodyFile", "form");

  /** What its body may be. */
  private static final List<String> BODIES = List.of("body", "bodyFile", "form");

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
  Request request(Url url, RequestForm form) throws MalformedInputException {
    Optional<Body> body = body(form);
    Optional<String> given = string("method");
    String method =
        given.isPresent()
            ? Request.method(given.get())
            : form.method().orElse(body.isPresent() ? "POST" : "GET");
    if (method.equals("TRACE") && body.isPresent()) {
      throw new MalformedInputException("a TRACE request has no body (RFC 9110, section 9.3.8)");
    }
    return new Request(method, withQuery(url), headers(), form.headers(), body);
  }

  /** Whether it has fields that are added to its URL. */
  boolean hasQuery() {
    return field("query").isPresent();
  }

  private Url withQuery(Url url) throws MalformedInputException {
    Optional<Field> query = field("query");
    return query.isPresent() ? url.withQuery(Pairs.of("query", query.get())) : url;
  }

  private Optional<Body> body(RequestForm form) throws MalformedInputException {
    List<String> given = new ArrayList<>(0);
    for (String name : BODIES) {
      if (field(name).isPresent()) {
        given.add(name);
      }
    }
    if (given.size() > 1) {
      throw new MalformedInputException(
          "'" + given.get(0) + "' and '" + given.get(1) + "' exclude each other");
    }
    if (given.isEmpty()) {
      return form.template().isPresent()
          ? Optional.of(form.template().get().fill(fields))
          : Optional.empty();
    }
    return switch (given.getFirst()) {
      case "body" -> body();
      case "form" ->
          Optional.of(
              new Body.Bytes(
                  Pairs.of("form", field("form").orElseThrow()).getBytes(StandardCharsets.US_ASCII),
                  Optional.of(Body.FORM)));
      default ->
          Optional.of(
              new Body.InFile(
                  BodyFile.of(string("bodyFile").orElseThrow(), form.bodyFolder(), form.files())));
    };
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
    return Optional.of(
        new Body.Bytes(
            content.getBytes(StandardCharsets.UTF_8),
            isText ? Optional.empty() : Optional.of(Body.JSON)));
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
