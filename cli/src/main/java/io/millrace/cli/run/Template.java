package io.millrace.cli.run;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Words with places for what an item has. Bytes go through as they are.
 *
 * @param words each of them in parts
 */
record Template(List<List<Part>> words) {
  /*
   * Of bytes, each as a character. What a shell expands, as in ${HOME}, is no place. What may be a name is decided by the
   * command alone, never by what an input has: whoever writes the input does not choose what of a command is text. So the
   * characters of code, as in {print $1}, {a,b} and {id: .id}, are in no name.
   */
  private static final String SPECIAL = "#|\\.|//?|/\\.";
  private static final String LETTER = "A-Za-z_\\x80-\\xff";
  private static final String NAME =
      "[" + LETTER + "](?:[" + LETTER + "0-9 .#%&()*+/?!@\\[\\]-]|:(?=[" + LETTER + "0-9]))*(?<! )";
  private static final Pattern PLACE = place(SPECIAL + "|" + NAME);
  private static final Pattern PLAIN_PLACE = place(SPECIAL);

  /* In a part that is text. */
  private static final Pattern BRACES = place("[^{}]+");

  private static Pattern place(String inside) {
    return Pattern.compile("\\{\\}|(?<!\\$)\\{(" + inside + ")\\}");
  }

  /** A part of a word. */
  sealed interface Part {
    /** As it was given. */
    default String shown() {
      return switch (this) {
        case Literal(var bytes) -> text(bytes);
        case Whole() -> "{}";
        case Position() -> "{#}";
        case OfPath(var which) -> "{" + which.symbol() + "}";
        case Field(var name) -> "{" + name + "}";
      };
    }

    /** What stands there. */
    @SuppressWarnings("ArrayRecordComponent") // bytes that nobody changes
    record Literal(byte[] bytes) implements Part {}

    /** {@code {}}: the item. */
    record Whole() implements Part {}

    /** {@code {#}}: its number. */
    record Position() implements Part {}

    /** {@code {.}} and the like: a part of it, which is a path. */
    record OfPath(PathPart which) implements Part {}

    /** {@code {name}}: a field of it. */
    record Field(String name) implements Part {}
  }

  /** Reads words; without fields, {@code {name}} is text like any other. */
  static Template parse(List<byte[]> words, Fields fields) {
    return new Template(words.stream().map(word -> parse(word, fields)).toList());
  }

  /** Whether words may have fields. */
  enum Fields {
    KNOWN,
    NONE
  }

  private static List<Part> parse(byte[] word, Fields fields) {
    String text = text(word);
    List<Part> parts = new ArrayList<>();
    Matcher place = (fields == Fields.KNOWN ? PLACE : PLAIN_PLACE).matcher(text);
    int from = 0;
    while (place.find()) {
      literal(text, from, place.start(), parts);
      parts.add(part(place.group(1)));
      from = place.end();
    }
    literal(text, from, text.length(), parts);
    return parts;
  }

  private static void literal(String text, int from, int to, List<Part> parts) {
    if (from < to) {
      parts.add(new Part.Literal(bytes(text.substring(from, to))));
    }
  }

  @SuppressWarnings("NullAway") // a group that did not take part is null
  private static Part part(String name) {
    if (name == null) {
      return new Part.Whole();
    }
    if (name.equals("#")) {
      return new Part.Position();
    }
    return PathPart.ofSymbol(name)
        .<Part>map(Part.OfPath::new)
        .orElseGet(() -> new Part.Field(utf8(name)));
  }

  private static String utf8(String bytes) {
    return new String(bytes(bytes), StandardCharsets.UTF_8);
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** The fields that it names. */
  Set<String> fields() {
    Set<String> names = new TreeSet<>();
    for (List<Part> word : words) {
      for (Part part : word) {
        if (part instanceof Part.Field(var name)) {
          names.add(name);
        }
      }
    }
    return names;
  }

  /** What stands in braces that are text. */
  Set<String> bracedTexts() {
    Set<String> texts = new TreeSet<>();
    for (List<Part> word : words) {
      for (Part part : word) {
        if (part instanceof Part.Literal(var bytes)) {
          BRACES
              .matcher(text(bytes))
              .results()
              .map(braces -> utf8(braces.group(1)))
              .forEach(texts::add);
        }
      }
    }
    return texts;
  }

  /** Whether it has a place at all. */
  boolean hasPlaces() {
    return words.stream().flatMap(List::stream).anyMatch(part -> !(part instanceof Part.Literal));
  }

  /** Whether the number of the item stands in it. */
  boolean hasNumbers() {
    return words.stream().flatMap(List::stream).anyMatch(part -> part instanceof Part.Position);
  }

  /** The same with another word behind, which is the item. */
  Template withItem() {
    List<List<Part>> more = new ArrayList<>(words);
    more.add(List.of(new Part.Whole()));
    return new Template(more);
  }

  /** The words as they were given, for a shell. */
  String shown() {
    List<String> all = new ArrayList<>();
    for (List<Part> word : words) {
      StringBuilder text = new StringBuilder();
      for (Part part : word) {
        text.append(part.shown());
      }
      all.add(Shell.quoted(bytes(text.toString())));
    }
    return String.join(" ", all);
  }

  /**
   * The words for an item.
   *
   * @throws MalformedItemException if it has no such field, or has a byte 0 there
   */
  List<byte[]> fill(Item item) {
    List<byte[]> filled = new ArrayList<>(words.size());
    for (List<Part> word : words) {
      filled.add(fill(word, item));
    }
    return filled;
  }

  private static byte[] fill(List<Part> word, Item item) {
    if (word.size() == 1) {
      return value(word.getFirst(), item);
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    word.forEach(part -> all.writeBytes(value(part, item)));
    return all.toByteArray();
  }

  /** What stands for a part. */
  static byte[] value(Part part, Item item) {
    return switch (part) {
      case Part.Literal(var bytes) -> bytes;
      case Part.Whole() -> withoutZero(item.check().text());
      case Part.Position() -> bytes(Long.toString(item.number()));
      case Part.OfPath(var which) -> bytes(which.of(text(withoutZero(item.check().text()))));
      case Part.Field(var name) -> withoutZero(item.field(name, hint(name)));
    };
  }

  /** What is said where braces have been taken for a field, and perhaps were meant as text. */
  static String hint(String field) {
    return " (see --no-fields if {" + field + "} is no field)";
  }

  /** What is said of a field that was meant where braces are text. */
  static String noPlace(String field) {
    return "{"
        + field
        + "} is text, although there is a field of this name: names with such characters cannot be places (see"
        + " docs/run.md); --no-fields leaves all braces alone";
  }

  private static byte[] withoutZero(byte[] value) {
    for (byte each : value) {
      if (each == 0) {
        throw new MalformedItemException(
            "it has a byte 0, which no argument can have: see --stdin");
      }
    }
    return value;
  }
}
