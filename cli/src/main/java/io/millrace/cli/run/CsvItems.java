package io.millrace.cli.run;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Records of CSV, as RFC 4180 has it: the first one names the fields, and a field in quotes may have commas, ends of
 * lines, and quotes that are doubled. Bytes go through as they are. A record with more or fewer fields than the first
 * one is malformed, as is one with a quote where none can be. Blank lines are skipped.
 */
final class CsvItems implements ItemParser {
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  private final ByteArrayOutputStream pending = new ByteArrayOutputStream();

  /* Whether a quote has begun and not ended; doubled ones begin and end. */
  private boolean isOpen;
  private List<String> names = List.of();
  private Optional<String> problem = Optional.empty();

  @Override
  public Optional<Item> parse(long number, byte[] line) {
    boolean isFirst = pending.size() == 0 && names.isEmpty() && problem.isEmpty();
    pending.writeBytes(isFirst ? withoutMark(line) : line);
    isOpen ^= hasOddQuotes(line);
    if (isOpen) {
      pending.write('\n');
      return Optional.empty();
    }
    byte[] record = pending.toByteArray();
    pending.reset();
    return record(number, withoutReturn(record));
  }

  @Override
  public Optional<Item> end(long number) {
    byte[] record = pending.toByteArray();
    pending.reset();
    return record.length == 0
        ? Optional.empty()
        : Optional.of(Item.malformed(number, record, "it has a quote that does not end"));
  }

  @Override
  public int pending() {
    return pending.size();
  }

  private Optional<Item> record(long number, byte[] record) {
    if (record.length == 0) {
      return Optional.empty();
    }
    if (names.isEmpty() && problem.isEmpty()) {
      header(record);
      return Optional.empty();
    }
    try {
      if (problem.isPresent()) {
        throw new MalformedItemException("the first line " + problem.get());
      }
      return Optional.of(Item.of(number, record, named(fields(record))));
    } catch (MalformedItemException malformed) {
      return Optional.of(Item.malformed(number, record, String.valueOf(malformed.getMessage())));
    }
  }

  private void header(byte[] record) {
    try {
      names =
          fields(record).stream().map(name -> new String(name, StandardCharsets.UTF_8)).toList();
      if (new HashSet<>(names).size() < names.size()) {
        problem = Optional.of("names a field twice");
      }
    } catch (MalformedItemException malformed) {
      problem = Optional.of("cannot be read: " + malformed.getMessage());
    }
  }

  private Map<String, byte[]> named(List<byte[]> values) {
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

  private static boolean hasOddQuotes(byte[] line) {
    boolean isOdd = false;
    for (byte each : line) {
      isOdd ^= each == '"';
    }
    return isOdd;
  }

  private static List<byte[]> fields(byte[] record) {
    List<byte[]> fields = new ArrayList<>();
    int at = 0;
    while (at <= record.length) {
      ByteArrayOutputStream field = new ByteArrayOutputStream();
      at =
          at < record.length && record[at] == '"'
              ? quoted(record, at, field)
              : plain(record, at, field);
      fields.add(field.toByteArray());
      at++;
    }
    return fields;
  }

  /* Where the field ends: at a comma, or at the end of the record. */
  private static int plain(byte[] record, int from, ByteArrayOutputStream field) {
    int at = from;
    while (at < record.length && record[at] != ',') {
      if (record[at] == '"') {
        throw new MalformedItemException(
            "it has a quote inside a field that does not begin with one");
      }
      field.write(record[at++]);
    }
    return at;
  }

  private static int quoted(byte[] record, int from, ByteArrayOutputStream field) {
    int at = from + 1;
    while (record[at] != '"' || (at + 1 < record.length && record[at + 1] == '"')) {
      at += record[at] == '"' ? 1 : 0;
      field.write(record[at++]);
    }
    at++;
    if (at < record.length && record[at] != ',') {
      throw new MalformedItemException("it has something behind a quote that ends a field");
    }
    return at;
  }

  private static byte[] withoutReturn(byte[] record) {
    int size = record.length;
    return size > 0 && record[size - 1] == '\r' ? Arrays.copyOf(record, size - 1) : record;
  }

  private static byte[] withoutMark(byte[] line) {
    int mark = BYTE_ORDER_MARK.length;
    return Arrays.mismatch(line, BYTE_ORDER_MARK) == mark
        ? Arrays.copyOfRange(line, mark, line.length)
        : line;
  }
}
