package io.millrace.cli.http;

import java.util.BitSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads statuses of failures: {@code 429,5xx}; {@code none} is none. */
final class StatusList implements ITypeConverter<Set<Integer>> {
  private static final Pattern PART =
      Pattern.compile("(?:([2-5])xx|(\\d{3})(?:-(\\d{3}))?)", Pattern.CASE_INSENSITIVE);

  private static final int LEAST_FAILURE = 400;
  private static final int MOST = 599;

  @Override
  public Set<Integer> convert(String text) {
    Set<Integer> statuses = new TreeSet<>();
    if (!text.strip().equals("none")) {
      read(text, LEAST_FAILURE, "429,5xx or 502-504").stream().forEach(statuses::add);
    }
    return statuses;
  }

  /**
   * Reads a list of statuses, families and ranges.
   *
   * @param example what a list is like, for whoever has written another one
   */
  static BitSet read(String text, int least, String example) {
    BitSet statuses = new BitSet();
    for (String part : text.split(",", -1)) {
      Matcher form = PART.matcher(part.strip());
      if (!form.matches()) {
        throw wrong(part.strip(), least, example);
      }
      String family = form.group(1);
      String start = family == null ? form.group(2) : family + "00";
      String other = form.group(3) == null ? start : form.group(3);
      int first = Integer.parseInt(start);
      int last = family == null ? Integer.parseInt(other) : first + 99;
      if (first < least || last > MOST || first > last) {
        throw wrong(part.strip(), least, example);
      }
      statuses.set(first, last + 1);
    }
    return statuses;
  }

  private static TypeConversionException wrong(String part, int least, String example) {
    return new TypeConversionException(
        "'"
            + part
            + "' is neither a status from "
            + least
            + " to "
            + MOST
            + " nor a range of them, in a list like "
            + example);
  }
}
