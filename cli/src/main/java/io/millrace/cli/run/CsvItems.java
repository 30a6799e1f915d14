package io.millrace.cli.run;

import io.millrace.cli.text.LineEnd;
import io.millrace.cli.text.TextFile;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Records of CSV, as RFC 4180 has it: the first one names the fields, and a field in quotes may have commas, ends of
 * lines, and quotes that are doubled. Bytes go through as they are. A record with more or fewer fields than the first
 * one is malformed, as is one with a quote where none can be. Blank lines are skipped. Each input has a first record of
 * its own; all of them name the same fields, in any order.
 */
final class CsvItems implements ItemParser {
  private static final String NO_END = "it has a quote that does not end";

  private static final byte[] FIRST = {'"'};
  private static final byte[] NEXT = {',', '"'};

  private String input = "";

  /* The first record of this input, and the first one that could be read. */
  private @Nullable Header header;
  private @Nullable Header usual;

  /**
   * The record that names the fields.
   *
   * @param input the name of the input that it is of
   * @param problem why no record can be read with it
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes that nobody changes
  private record Header(String input, byte[] text, List<String> names, Optional<String> problem) {
    static Header malformed(String input, byte[] text, String problem) {
      return new Header(input, text, List.of(), Optional.of(problem));
    }

    boolean namesTheSame(Header other) {
      return Set.copyOf(names).equals(Set.copyOf(other.names));
    }

    String without(String field) {
      String name = input.equals("-") ? "standard input" : "'" + input + "'";
      return "the first line of "
          + name
          + " names no field '"
          + field
          + "', but these: '"
          + String.join("', '", names)
          + "'"
          + Template.hint(field);
    }

    Map<String, byte[]> named(List<byte[]> values) {
      if (problem.isPresent()) {
        throw new MalformedItemException(problem.get());
      }
      if (values.size() != names.size()) {
        throw new MalformedItemException(
            "it has " + values.size() + " fields, and the first line has " + names.size());
      }
      Map<String, byte[]> named = new HashMap<>();
      for (int index = 0; index < values.size(); index++) {
        named.put(names.get(index), values.get(index));
      }
      return named;
    }
  }

  /**
   * Why no command can be made of any record; empty as long as no first line could be read.
   *
   * @param fields that records have to have
   * @param texts that should be the name of none
   */
  Optional<String> misfit(Set<String> fields, Set<String> texts) {
    Header first = usual;
    return first == null
        ? Optional.empty()
        : fields.stream()
            .filter(field -> !first.names().contains(field))
            .map(first::without)
            .findFirst()
            .or(
                () ->
                    texts.stream()
                        .filter(first.names()::contains)
                        .map(Template::noPlace)
                        .findFirst());
  }

  @Override
  public LineEnd lineEnd(byte delimiter) {
    return delimiter == '\n' ? new CsvState.End() : LineEnd.of(delimiter);
  }

  @Override
  public void begin(String name) {
    input = name;
    header = null;
  }

  @Override
  public Optional<Item> parse(long number, byte[] line) {
    byte[] record = withoutReturn(header == null ? TextFile.withoutMark(line) : line);
    if (record.length == 0) {
      return Optional.empty();
    }
    if (header == null) {
      return first(number, record);
    }
    try {
      return Optional.of(Item.named(number, record, header.named(fields(record)), header.text()));
    } catch (MalformedItemException malformed) {
      return Optional.of(Item.malformed(number, record, String.valueOf(malformed.getMessage())));
    }
  }

  @Override
  public Item tooLong(long number, int limit) {
    if (header == null) {
      header = Header.malformed(input, new byte[0], "the first line is too long: see --max-line");
    }
    return Item.malformed(
        number, new byte[0], "it is longer than " + limit + " bytes: see --max-line; or " + NO_END);
  }

  /* It is an item only if nothing else would show that its input is not run. */
  private Optional<Item> first(long number, byte[] record) {
    Header first = header(record);
    Header before = usual;
    if (before != null && first.problem().isEmpty() && !first.namesTheSame(before)) {
      String problem =
          "the first line of '"
              + input
              + "' names other fields than that of '"
              + before.input()
              + "'";
      header = Header.malformed(input, record, problem);
      return Optional.of(Item.malformed(number, record, problem));
    }
    header = first;
    usual = before == null && first.problem().isEmpty() ? first : before;
    return Optional.empty();
  }

  private Header header(byte[] record) {
    try {
      List<String> names = names(record);
      return new HashSet<>(names).size() < names.size()
          ? Header.malformed(input, record, "the first line names a field twice")
          : new Header(input, record, names, Optional.empty());
    } catch (MalformedItemException malformed) {
      return Header.malformed(
          input, record, "the first line cannot be read: " + malformed.getMessage());
    }
  }

  /** The names in a first line that could be read. */
  static List<String> names(byte[] header) {
    return fields(header).stream().map(name -> new String(name, StandardCharsets.UTF_8)).toList();
  }

  /** A record of these values. */
  static byte[] record(List<byte[]> values) {
    ByteArrayOutputStream record = new ByteArrayOutputStream();
    for (byte[] value : values) {
      record.writeBytes(record.size() == 0 ? FIRST : NEXT);
      for (byte each : value) {
        if (each == '"') {
          record.write('"');
        }
        record.write(each);
      }
      record.write('"');
    }
    return record.toByteArray();
  }

  private static List<byte[]> fields(byte[] record) {
    List<byte[]> fields = new ArrayList<>();
    ByteArrayOutputStream field = new ByteArrayOutputStream();
    CsvState state = CsvState.START;
    for (byte each : record) {
      CsvState before = state;
      state = before.next(each);
      switch (state) {
        case START -> {
          fields.add(field.toByteArray());
          field.reset();
        }
        case PLAIN -> {
          if (before == CsvState.QUOTE) {
            throw new MalformedItemException("it has something behind a quote that ends a field");
          }
          if (each == '"') {
            throw new MalformedItemException(
                "it has a quote inside a field that does not begin with one");
          }
          field.write(each);
        }
        case QUOTED -> {
          if (before != CsvState.START) {
            field.write(each);
          }
        }
        case QUOTE -> {
          // what follows says what it is
        }
      }
    }
    if (state == CsvState.QUOTED) {
      throw new MalformedItemException(NO_END + more(record));
    }
    fields.add(field.toByteArray());
    return fields;
  }

  private static String more(byte[] record) {
    int lines = 1;
    for (int at = 0; at < record.length - 1; at++) {
      lines += record[at] == '\n' ? 1 : 0;
    }
    return lines == 1 ? "" : ": all behind it in its input is a part of it, " + lines + " lines";
  }

  private static byte[] withoutReturn(byte[] record) {
    int size = record.length;
    return size > 0 && record[size - 1] == '\r' ? Arrays.copyOf(record, size - 1) : record;
  }
}
