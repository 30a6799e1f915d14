package io.millrace.cli.http;

import java.util.BitSet;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which line each item of the run is of: one bit for each line, and one for each item. Beyond two thousand million it
 * knows nothing. Used by one thread at a time.
 */
final class Positions {
  private static final Pattern ITEMS =
      Pattern.compile(
          "items (\\d+) and (\\d+) have the same key, (.*): a checkpoint .*", Pattern.DOTALL);

  private final BitSet skippedLines = new BitSet();
  private final BitSet redirects = new BitSet();
  private long items;

  /** This line is no item. */
  void skipped(long line) {
    set(skippedLines, line);
  }

  /** The next item is a line, or goes on with one. */
  void item(boolean isRedirect) {
    if (isRedirect) {
      set(redirects, items);
    }
    items++;
  }

  private static void set(BitSet bits, long index) {
    if (index < Integer.MAX_VALUE) {
      bits.set((int) index);
    }
  }

  /** The number of the line that is this item; empty for one that follows a redirect. */
  OptionalLong line(long item) {
    if (item >= Integer.MAX_VALUE || redirects.get((int) item)) {
      return OptionalLong.empty();
    }
    long before = item - redirects.get(0, (int) item).cardinality();
    int line = 0;
    for (long left = before; left >= 0; left--) {
      line = skippedLines.nextClearBit(line + 1);
    }
    return OptionalLong.of(line);
  }

  /** What a run says of two items with one key, in terms of lines; other messages stay as they are. */
  String inLines(String message) {
    Matcher same = ITEMS.matcher(message);
    if (!same.matches()) {
      return message;
    }
    OptionalLong one = line(Long.parseLong(same.group(1)));
    OptionalLong other = line(Long.parseLong(same.group(2)));
    return one.isEmpty() || other.isEmpty()
        ? message
        : "lines "
            + one.getAsLong()
            + " and "
            + other.getAsLong()
            + " have the same key, "
            + once(same.group(3))
            + ": leave one of them out ('sort -u' does so for URLs), give them different ids (user and password of a URL are no part of one), or name another field with --key";
  }

  /* A key that is a string of JSON has quotes of its own. */
  private static String once(String key) {
    return key.startsWith("\"\"") && key.endsWith("\"\"")
        ? key.substring(1, key.length() - 1)
        : key;
  }
}
