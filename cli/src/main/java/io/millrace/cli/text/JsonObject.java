package io.millrace.cli.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/**
 * An object of JSON: its fields, each as it was written.
 *
 * @param fields in their order
 */
public record JsonObject(Map<String, Field> fields) {
  private static final int DEEPEST = 500;

  /** What is said of a text with more than may be. */
  public static final String TOO_DEEP = "more than " + DEEPEST + " lists and objects in each other";

  /* The length of a line is bounded before. No name is kept: there is no bound for all that are ever read. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
          .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEEPEST)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .build();

  /**
   * A value.
   *
   * @param json as it was written
   * @param text what a string means; empty for other values
   */
  public record Field(JsonToken kind, String json, Optional<String> text) {}

  /** What reads characters of JSON, of any length, and keeps nothing of them. */
  public static JsonFactory factory() {
    return JSON;
  }

  /** What reads one text of JSON in bytes, and tells at which byte something is. It keeps names, so each text needs another. */
  public static JsonFactory factoryForBytes() {
    return JSON.rebuild().enable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES).build();
  }

  /** Reads a text that is one object. */
  public static JsonObject parse(String text) throws MalformedInputException {
    char[] all = text.toCharArray();
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), all, 0, all.length)) {
      Map<String, Field> fields = new LinkedHashMap<>();
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw notOneObject("");
      }
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = parser.currentName();
        if (fields.put(name, field(parser, text)) != null) {
          throw notOneObject(": a field comes twice");
        }
      }
      if (parser.nextToken() != null) {
        throw notOneObject(": something follows it");
      }
      return new JsonObject(fields);
    } catch (StreamConstraintsException tooDeep) { // there is no other constraint
      throw new MalformedInputException("JSON with " + TOO_DEEP);
    } catch (JacksonException error) {
      // its message has parts of the text
      int column = error.getLocation() == null ? 0 : error.getLocation().getColumnNr();
      throw notOneObject(column > 0 ? ": column " + column : "");
    }
  }

  /** The values of a list. */
  public static List<Field> elements(String list) throws MalformedInputException {
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), list)) {
      List<Field> elements = new ArrayList<>();
      parser.nextToken();
      for (JsonToken next = parser.nextToken();
          next != null && next != JsonToken.END_ARRAY;
          next = parser.nextToken()) {
        elements.add(current(parser, list));
      }
      return elements;
    } catch (JacksonException error) {
      throw new MalformedInputException("not a list of JSON");
    }
  }

  private static MalformedInputException notOneObject(String why) {
    return new MalformedInputException("not one JSON object with each field once" + why);
  }

  private static Field field(JsonParser parser, String text) {
    parser.nextToken();
    return current(parser, text);
  }

  private static Field current(JsonParser parser, String text) {
    JsonToken kind = parser.currentToken();
    int start = (int) parser.currentTokenLocation().getCharOffset();
    parser.skipChildren();
    parser.finishToken();
    int end = (int) parser.currentLocation().getCharOffset();
    Optional<String> meaning =
        kind == JsonToken.VALUE_STRING ? Optional.of(parser.getString()) : Optional.empty();
    return new Field(kind, text.substring(start, end).strip(), meaning);
  }
}
