package io.millrace.cli.run;

import io.millrace.cli.resume.KeyField;
import io.millrace.cli.text.JsonObject;
import io.millrace.cli.text.JsonObject.Field;
import io.millrace.cli.text.MalformedInputException;
import io.millrace.cli.text.TextFile;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JsonToken;

/**
 * Each line is an object of JSON; blank ones are skipped. A string is its text, everything else is as it was written.
 * Null is no value.
 *
 * @param wanted the fields that matter; where there is none of that name, it is the way through objects, with dots
 * @param texts that should be the name of no field
 * @param why what is added where a line is no such object
 */
record JsonItems(Set<String> wanted, Set<String> texts, String why) implements ItemParser {
  @Override
  public Optional<Item> parse(long number, byte[] read) {
    byte[] line = TextFile.withoutMark(read); // also where files were joined
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line)).toString();
      return text.isBlank()
          ? Optional.empty()
          : Optional.of(item(number, line, JsonObject.parse(text)));
    } catch (CharacterCodingException binary) {
      return Optional.of(Item.malformed(number, line, "it is not UTF-8, as JSON has to be" + why));
    } catch (MalformedInputException malformed) {
      return Optional.of(Item.malformed(number, line, "it is " + malformed.problem() + why));
    }
  }

  private Item item(long number, byte[] line, JsonObject object) throws MalformedInputException {
    Optional<String> misfit =
        texts.stream().filter(object.fields()::containsKey).map(Template::noPlace).findFirst();
    if (misfit.isPresent()) {
      return Item.malformed(number, line, misfit.get());
    }
    Map<String, byte[]> values = new HashMap<>();
    for (String name : wanted) {
      Optional<Field> field = new KeyField(name).find(object.fields());
      if (field.isPresent() && field.get().kind() == JsonToken.VALUE_NULL) {
        return Item.malformed(number, line, "its field '" + name + "' is null");
      }
      if (field.isPresent()) {
        values.put(name, bytes(field.get()));
      }
    }
    return Item.of(number, line, values);
  }

  private static byte[] bytes(Field field) throws MalformedInputException {
    String value = field.text().orElse(field.json());
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
      throw new MalformedInputException("JSON with half of a surrogate pair in a field");
    }
    return value.getBytes(StandardCharsets.UTF_8);
  }
}
