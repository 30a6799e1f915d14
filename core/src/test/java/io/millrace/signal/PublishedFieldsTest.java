package io.millrace.signal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.signal.StructuredField.Bytes;
import io.millrace.signal.StructuredField.DisplayString;
import io.millrace.signal.StructuredField.Member;
import io.millrace.signal.StructuredField.Token;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The cases that the HTTP working group has published, and what chance makes of them. */
@DisplayName("A50, RFC 9651: a structured field")
class PublishedFieldsTest {
  private static final List<String> FILES =
      List.of(
          "binary",
          "boolean",
          "date",
          "dictionary",
          "display-string",
          "examples",
          "item",
          "key-generated",
          "large-generated",
          "list",
          "listlist",
          "number",
          "number-generated",
          "param-dict",
          "param-list",
          "param-listlist",
          "string",
          "string-generated",
          "token",
          "token-generated");
  private static final String BASE_32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

  /** A case: its text, and what comes of it; empty if it is malformed. */
  private record Case(
      String name, String type, String text, Optional<Object> expected, boolean mayFail) {
    @SuppressWarnings("unchecked")
    static Case of(Object json) {
      Map<String, Object> each = (Map<String, Object>) json;
      String type = (String) value(each, "header_type");
      boolean mustFail = Boolean.TRUE.equals(each.get("must_fail"));
      return new Case(
          (String) value(each, "name"),
          type,
          String.join(", ", (List<String>) value(each, "raw")),
          mustFail ? Optional.empty() : Optional.of(meaning(type, list(value(each, "expected")))),
          Boolean.TRUE.equals(each.get("can_fail")));
    }

    Optional<?> parsed() {
      return parse(type, text);
    }
  }

  private static Object value(Map<String, Object> json, String name) {
    return Objects.requireNonNull(json.get(name), name);
  }

  @SuppressWarnings("unchecked")
  private static List<Object> list(Object json) {
    return (List<Object>) json;
  }

  private static Optional<?> parse(String type, String text) {
    return switch (type) {
      case "item" -> StructuredField.item(text).map(PublishedFieldsTest::plain);
      case "list" ->
          StructuredField.list(text)
              .map(members -> members.stream().map(PublishedFieldsTest::plain).toList());
      case "dictionary" ->
          StructuredField.dictionary(text)
              .map(
                  members -> {
                    List<Object> all = new ArrayList<>();
                    members.forEach((name, member) -> all.add(List.of(name, plain(member))));
                    return all;
                  });
      default -> throw new AssertionError(type);
    };
  }

  /* Decimals of the same value are equal, and the order of parameters counts. */
  private static Object plain(Object value) {
    return switch (value) {
      case Member(var inner, var parameters) -> {
        List<Object> all = new ArrayList<>();
        parameters.forEach((name, parameter) -> all.add(List.of(name, plain(parameter))));
        yield List.of(plain(inner), all);
      }
      case List<?> members -> members.stream().map(PublishedFieldsTest::plain).toList();
      case BigDecimal decimal -> decimal.stripTrailingZeros();
      default -> value;
    };
  }

  private static Object meaning(String type, List<Object> json) {
    return switch (type) {
      case "item" -> plain(member(json));
      case "list" -> json.stream().map(each -> plain(member(list(each)))).toList();
      default ->
          json.stream()
              .map(each -> List.of(list(each).get(0), plain(member(list(list(each).get(1))))))
              .toList();
    };
  }

  private static Member member(List<Object> json) {
    Object value =
        json.get(0) instanceof List<?> inner
            ? inner.stream().map(each -> member(list(each))).toList()
            : bare(json.get(0));
    Map<String, Object> parameters = new LinkedHashMap<>();
    for (Object each : list(json.get(1))) {
      parameters.put((String) list(each).get(0), bare(list(each).get(1)));
    }
    return new Member(value, parameters);
  }

  private static Object bare(Object json) {
    if (!(json instanceof Map<?, ?> typed)) {
      return json;
    }
    Object value = Objects.requireNonNull(typed.get("value"), "value");
    return switch ((String) Objects.requireNonNull(typed.get("__type"), "__type")) {
      case "token" -> new Token((String) value);
      case "binary" -> new Bytes(bytes((String) value));
      case "date" -> Instant.ofEpochSecond((Long) value);
      case "displaystring" -> new DisplayString((String) value);
      default -> throw new AssertionError(json);
    };
  }

  private static List<Byte> bytes(String base32) {
    List<Byte> bytes = new ArrayList<>();
    int bits = 0;
    int known = 0;
    for (char digit : base32.replace("=", "").toCharArray()) {
      bits = (bits << 5 | BASE_32.indexOf(digit)) & 0xfff;
      known += 5;
      if (known >= 8) {
        known -= 8;
        bytes.add((byte) (bits >> known));
      }
    }
    return bytes;
  }

  private static List<Case> cases(String file) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            PublishedFieldsTest.class.getResourceAsStream(
                "/structured-field-tests/" + file + ".json"),
            file)) {
      String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return list(JsonValue.read(json)).stream().map(Case::of).toList();
    }
  }

  @Test
  void isParsedAsPublished() throws IOException {
    int count = 0;
    List<String> wrong = new ArrayList<>();
    for (String file : FILES) {
      for (Case each : cases(file)) {
        count++;
        Optional<?> parsed = each.parsed();
        if (!parsed.equals(each.expected()) && !(parsed.isEmpty() && each.mayFail())) {
          wrong.add(file + ": " + each + "\n  is " + parsed);
        }
      }
    }
    assertEquals("", String.join("\n", wrong));
    assertTrue(count > 1_500, count + " cases");
  }

  @DisplayName(
      "A50, RFC 9651: whatever chance makes of it, a field is read or not, and means the same elsewhere")
  @ParameterizedTest(name = "{displayName}: seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void isReadOrNot(long seed) throws IOException {
    Random random = new Random(seed);
    List<String> texts = new ArrayList<>();
    for (String file : FILES) {
      if (!file.endsWith("generated")) { // those are long, and alike
        cases(file).forEach(each -> texts.add(each.text()));
      }
    }
    for (int round = 0; round < 5_000; round++) {
      String text = mutated(texts.get(random.nextInt(texts.size())), texts, random);
      Optional<Member> item = StructuredField.item(text);
      assertEquals(item, StructuredField.item("  " + text + " "), text);
      if (item.isPresent()) {
        String trimmed = text.strip();
        assertEquals(Optional.of(List.of(item.get())), StructuredField.list(trimmed), text);
        assertEquals(
            Optional.of(Map.of("key", item.get())),
            StructuredField.dictionary("key=" + trimmed),
            text);
      }
      Optional<List<Member>> list = StructuredField.list(text);
      if (list.isPresent() && !list.get().isEmpty()) {
        int size = list.get().size();
        String twice = text.strip() + " ,\t" + text.strip();
        assertEquals(2 * size, StructuredField.list(twice).orElseThrow().size(), twice);
      }
      var _ = StructuredField.dictionary(text);
    }
  }

  private static String mutated(String text, List<String> others, Random random) {
    StringBuilder made = new StringBuilder(text);
    for (int changes = random.nextInt(4); changes > 0; changes--) {
      int at = random.nextInt(made.length() + 1);
      String other = others.get(random.nextInt(others.size()));
      switch (random.nextInt(4)) {
        case 0 -> made.insert(at, (char) random.nextInt(0x180));
        case 1 -> made.insert(at, " ,;=()\"\\:?@%*-.".charAt(random.nextInt(15)));
        case 2 -> made.insert(at, other.substring(random.nextInt(other.length() + 1)));
        default -> made.delete(at, Math.min(made.length(), at + 1 + random.nextInt(3)));
      }
    }
    return made.toString();
  }
}
