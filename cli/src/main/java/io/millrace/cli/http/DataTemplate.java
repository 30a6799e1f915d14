package io.millrace.cli.http;

import io.millrace.cli.resume.KeyField;
import io.millrace.cli.text.JsonObject;
import io.millrace.cli.text.JsonObject.Field;
import io.millrace.cli.text.JsonText;
import io.millrace.cli.text.MalformedInputException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.exc.StreamConstraintsException;

/**
 * A body with places for fields of the line: {@code {name}}. What stands there cannot change the form of the body: in
 * JSON, and in forms, values are written so that they stay values.
 *
 * @param parts in their order
 * @param type the Content-Type, where no header says another one; empty if none is sent
 */
record DataTemplate(List<Part> parts, Optional<String> type) {
  private static final Pattern PLACE = Pattern.compile("(?<![$])\\{([\\p{L}_][\\p{L}\\p{N}_.-]*)}");

  /* Stands for any value: next to digits, dots or letters, and in place of a name, there is none. */
  private static final String WHOLE = "[]";

  /* No character of JSON, and none that has to be escaped in it. */
  private static final char MARK = '\uE000';

  /** A part of the body. */
  sealed interface Part {
    /** It stands as it is. */
    record Literal(String text) implements Part {}

    /** A field, as it is written there. */
    record Place(KeyField field, Form form) implements Part {}
  }

  /** How a value is written. */
  enum Form {
    /** As JSON: a string with its quotes. */
    JSON_VALUE,
    /** As a part of a string of JSON. */
    IN_JSON_STRING,
    /** Percent-encoded. */
    IN_FORM,
    /** As it is. */
    PLAIN
  }

  /**
   * Reads a template.
   *
   * @param contentType what a header for all requests says
   * @throws MalformedInputException if it begins like JSON and is none
   */
  static DataTemplate parse(String text, Optional<String> contentType)
      throws MalformedInputException {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new MalformedInputException("it has half of a surrogate pair");
    }
    List<Part> parts = parts(text, Form.PLAIN);
    boolean isForm = contentType.map(type -> isType(type, Body.FORM)).orElse(false);
    if (isForm) {
      return new DataTemplate(parts(text, Form.IN_FORM), Optional.empty());
    }
    boolean isOther =
        contentType.isPresent() && !contentType.get().matches("(?i)[^;]*[/+]json\\s*(;.*)?");
    if (isOther || !startsLikeJson(parts)) {
      return new DataTemplate(parts, Optional.empty());
    }
    return new DataTemplate(inJson(parts), Optional.of(Body.JSON));
  }

  private static boolean isType(String header, String type) {
    return header.split(";", 2)[0].strip().equalsIgnoreCase(type);
  }

  private static List<Part> parts(String text, Form form) {
    List<Part> parts = new ArrayList<>();
    Matcher place = PLACE.matcher(text);
    int from = 0;
    while (place.find()) {
      parts.add(new Part.Literal(text.substring(from, place.start())));
      parts.add(new Part.Place(new KeyField(place.group(1)), form));
      from = place.end();
    }
    parts.add(new Part.Literal(text.substring(from)));
    return parts;
  }

  private static boolean startsLikeJson(List<Part> parts) {
    return parts.getFirst() instanceof Part.Literal(var text)
        && !text.isBlank()
        && "{[\"".indexOf(text.strip().charAt(0)) >= 0;
  }

  /** The same parts; each place knows whether it is in a string. */
  private static List<Part> inJson(List<Part> parts) throws MalformedInputException {
    List<Part> formed = new ArrayList<>();
    StringBuilder sample = new StringBuilder();
    boolean isInString = false;
    for (Part part : parts) {
      switch (part) {
        case Part.Literal(var text) -> {
          isInString = isInStringAfter(text, isInString);
          sample.append(text);
          formed.add(part);
        }
        case Part.Place(var field, _) -> {
          sample.append(isInString ? String.valueOf(MARK) : WHOLE);
          formed.add(new Part.Place(field, isInString ? Form.IN_JSON_STRING : Form.JSON_VALUE));
        }
      }
    }
    requireJson(sample.toString());
    return formed;
  }

  private static boolean isInStringAfter(String text, boolean before) {
    boolean isInString = before;
    for (int index = 0; index < text.length(); index++) {
      switch (text.charAt(index)) {
        case '"' -> isInString = !isInString;
        case '\\' -> index += isInString ? 1 : 0;
        default -> {
          // goes on
        }
      }
    }
    return isInString;
  }

  private static void requireJson(String sample) throws MalformedInputException {
    try (JsonParser parser = JsonObject.factory().createParser(ObjectReadContext.empty(), sample)) {
      parser.nextToken();
      parser.skipChildren();
      if (parser.nextToken() == null) {
        return;
      }
    } catch (StreamConstraintsException tooDeep) { // there is no other constraint
      throw new MalformedInputException("it has " + JsonObject.TOO_DEEP);
    } catch (JacksonException none) {
      // said below, without a part of the text
    }
    throw new MalformedInputException(
        "it begins like JSON, but is none, where each place outside of a string is a whole value; if it is meant to be another text, say so with --header"
            + " 'Content-Type: text/plain'");
  }

  /**
   * The body for a line.
   *
   * @param line empty if it is a URL, which has no fields
   */
  Body fill(Map<String, Field> line) throws MalformedInputException {
    StringBuilder body = new StringBuilder();
    for (Part part : parts) {
      body.append(
          switch (part) {
            case Part.Literal(var text) -> text;
            case Part.Place(var name, var form) -> value(name, form, line);
          });
    }
    return new Body.Bytes(body.toString().getBytes(StandardCharsets.UTF_8), type);
  }

  private static String value(KeyField name, Form form, Map<String, Field> line)
      throws MalformedInputException {
    Field field = name.find(line).orElseThrow(() -> missing(name));
    if (form == Form.JSON_VALUE) {
      return field.json();
    }
    if (field.kind() == JsonToken.VALUE_NULL) {
      throw new MalformedInputException(
          "its field '"
              + name.name()
              + "' is null, which can only be a whole value of JSON in --data-template");
    }
    String text = field.text().orElse(field.json());
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new MalformedInputException("field '" + name.name() + "' has half of a surrogate pair");
    }
    return switch (form) {
      case IN_JSON_STRING -> escaped(text);
      case IN_FORM -> Pairs.encoded(text);
      case PLAIN, JSON_VALUE -> text;
    };
  }

  private static String escaped(String text) {
    StringWriter json = new StringWriter();
    new JsonText(json).quoted(text);
    return json.toString().substring(1, json.toString().length() - 1);
  }

  private static MalformedInputException missing(KeyField name) {
    return new MalformedInputException(
        "it has no field '" + name.name() + "', which --data-template asks for");
  }
}
