package io.millrace.cli.run;

import io.millrace.cli.text.Output;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * The items that failed, as they were read, so that another run can read them. Records of CSV stand below a first line that
 * names their fields, that of the first of them; those of an input with another order of fields are written in that order. Used by
 * one thread.
 */
final class FailedItems {
  private final Output output;
  private final byte end;
  private final boolean isCsv;
  private byte[] header = {};
  private List<String> names = List.of();
  private long missing;

  /**
   * None yet.
   *
   * @param end what ends an item
   */
  FailedItems(Output output, byte end, boolean isCsv) {
    this.output = output;
    this.end = end;
    this.isCsv = isCsv;
  }

  void add(Item item) {
    boolean isUnread = item.problem().isPresent() && (isCsv || item.text().length == 0);
    if (isUnread) {
      missing++;
      return;
    }
    if (!isCsv) {
      write(item.text());
      return;
    }
    if (names.isEmpty()) {
      header = item.header();
      names = CsvItems.names(header);
      write(
          isLine(header)
              ? header
              : CsvItems.record(
                  names.stream().map(name -> name.getBytes(StandardCharsets.UTF_8)).toList()));
    }
    boolean isAsRead = isLine(item.text()) && Arrays.equals(header, item.header());
    write(isAsRead ? item.text() : CsvItems.record(names.stream().map(item::field).toList()));
  }

  /* Behind ::: there may be an end of a line without quotes. */
  private static boolean isLine(byte[] record) {
    for (byte each : record) {
      if (each == '\n') {
        return false;
      }
    }
    return true;
  }

  private void write(byte[] text) {
    output.lines().writeBytes(text);
    output.lines().write(end);
  }

  /** How many could not be kept: they were too long, or are no records. */
  long missing() {
    return missing;
  }

  void flush() throws IOException {
    output.flush();
  }
}
