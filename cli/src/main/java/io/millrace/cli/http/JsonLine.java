package io.millrace.cli.http;

import io.millrace.cli.http.CallDescription.Body;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/** A request as a JSON object: its fields, read one by one. */
record JsonLine(JsonNode fields) {
  private static final List<String> KNOWN = List.of("id", "method", "url", "headers", "body");
  private static final ObjectReader READER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .build()
          .reader();

  static JsonLine parse(String text) throws MalformedInputException {
    try {
      return new JsonLine(READER.readTree(text));
    } catch (JacksonException error) {
      // its message has parts of the text
      int column = error.getLocation() == null ? 0 : error.getLocation().getColumnNr();
      throw new MalformedInputException(
          "not one JSON object with each field once" + (column > 0 ? ": column " + column : ""));
    }
  }

  /** The id; empty if there is none. */
  Optional<JsonNode> id() throws MalformedInputException {
    Optional<JsonNode> id = field("id");
    if (id.isPresent() && !id.get().isString() && !id.get().isIntegralNumber()) {
      throw new MalformedInputException("'id' must be a string or a whole number");
    }
    return id;
  }

  Address address() throws MalformedInputException {
    Optional<String> url = string("url");
    if (url.isEmpty()) {
      throw new MalformedInputException("'url' is missing");
    }
    return Address.parse(url.get().strip());
  }

  CallDescription description(Address address) throws MalformedInputException {
    requireOnlyKnown();
    return new CallDescription(address, string("method"), headers(), body());
  }

  private void requireOnlyKnown() throws MalformedInputException {
    for (String name : fields.propertyNames()) {
      if (!KNOWN.contains(name)) {
        throw new MalformedInputException(
            "unknown field '" + name + "': there are " + String.join(", ", KNOWN));
      }
    }
  }

  private List<Header> headers() throws MalformedInputException {
    Optional<JsonNode> headers = field("headers");
    if (headers.isEmpty()) {
      return List.of();
    }
    if (!headers.get().isObject()) {
      throw new MalformedInputException("'headers' must be an object");
    }
    List<Header> all = new ArrayList<>();
    for (Map.Entry<String, JsonNode> header : headers.get().properties()) {
      addHeader(header.getKey(), header.getValue(), all);
    }
    return all;
  }

  private static void addHeader(String name, JsonNode value, List<Header> all)
      throws MalformedInputException {
    if (value.isString()) {
      all.add(new Header(name, value.stringValue()));
    } else if (value.isArray() && value.valueStream().allMatch(JsonNode::isString)) {
      value.forEach(each -> all.add(new Header(name, each.stringValue())));
    } else {
      throw new MalformedInputException(
          "header '" + name + "' must be a string or a list of strings");
    }
  }

  /** A string is sent as it is; an object or a list as JSON. */
  private Optional<Body> body() throws MalformedInputException {
    Optional<JsonNode> body = field("body");
    return body.isPresent() && body.get().isContainer()
        ? body.map(json -> new Body(json.toString(), true))
        : string("body").map(text -> new Body(text, false));
  }

  private Optional<String> string(String name) throws MalformedInputException {
    Optional<JsonNode> value = field(name);
    if (value.isPresent() && !value.get().isString()) {
      throw new MalformedInputException("'" + name + "' must be a string");
    }
    return value.map(JsonNode::stringValue);
  }

  private Optional<JsonNode> field(String name) {
    return Optional.ofNullable(fields.get(name)).filter(value -> !value.isNull());
  }
}
