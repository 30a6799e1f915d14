package io.millrace.cli.resume;

import io.millrace.cli.text.JsonObject;
import io.millrace.cli.text.JsonObject.Field;
import io.millrace.cli.text.MalformedInputException;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.core.JsonToken;

/**
 * A field of a line of JSON, by which the line is known again.
 *
 * @param name of a field of the object; or, where there is none of that name, the way through objects, with dots
 */
public record KeyField(String name) {

  /** Reads the name. */
  public static final class Converter implements ITypeConverter<KeyField> {
    @Override
    public KeyField convert(String value) {
      if (value.isBlank()) {
        throw new TypeConversionException(
            "it must be the name of a field, for example sku or order.id");
      }
      return new KeyField(value);
    }
  }

  /**
   * The key, as the JSON that was written.
   *
   * @throws MalformedInputException if there is no such field, or if it is no string or number
   */
  public String of(JsonObject object) throws MalformedInputException {
    Field field = find(object.fields()).orElseThrow(this::missing);
    return switch (field.kind()) {
      case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> field.json();
      default ->
          throw new MalformedInputException("the key '" + name + "' must be a string or a number");
    };
  }

  /** The field, as it was written; empty if there is none. */
  public Optional<Field> find(Map<String, Field> fields) throws MalformedInputException {
    return find(fields, name);
  }

  private static Optional<Field> find(Map<String, Field> fields, String path)
      throws MalformedInputException {
    Field whole = fields.get(path);
    if (whole != null) {
      return Optional.of(whole);
    }
    int dot = path.indexOf('.');
    Field outer = dot < 0 ? null : fields.get(path.substring(0, dot));
    return outer == null || outer.kind() != JsonToken.START_OBJECT
        ? Optional.empty()
        : find(JsonObject.parse(outer.json()).fields(), path.substring(dot + 1));
  }

  /** What is said of a line that has no such field. */
  public MalformedInputException missing() {
    return new MalformedInputException("it has no field '" + name + "', which --key asks for");
  }
}
