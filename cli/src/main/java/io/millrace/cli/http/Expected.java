package io.millrace.cli.http;

import java.util.BitSet;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Which statuses are a success.
 *
 * @param statuses empty for all below 400
 * @param text as it was given
 */
record Expected(Optional<BitSet> statuses, String text) {
  private static final int LOWEST_ERROR = 400;
  private static final int LEAST = 200;
  private static final int MOST = 599;

  /** Those below 400. */
  static Expected usual() {
    return new Expected(Optional.empty(), "");
  }

  /** Whether it is one of them. */
  boolean includes(int status) {
    return statuses.isPresent() ? statuses.get().get(status) : status < LOWEST_ERROR;
  }

  /** What is wrong with a status; empty if nothing is. */
  Optional<String> problem(int status) {
    if (includes(status)) {
      return Optional.empty();
    }
    return Optional.of(
        "status " + status + (status < LOWEST_ERROR ? ": it is not one of --expect" : ""));
  }

  /** Whether one of these is expected by name. */
  boolean names(Iterable<Integer> others) {
    IntPredicate isNamed = status -> statuses.isPresent() && statuses.get().get(status);
    for (int other : others) {
      if (isNamed.test(other)) {
        return true;
      }
    }
    return false;
  }

  /** Reads {@code 2xx,404,500-503}. */
  static final class Converter implements ITypeConverter<Expected> {
    private static final Pattern PART =
        Pattern.compile("(?:([2-5])xx|(\\d{3})(?:-(\\d{3}))?)", Pattern.CASE_INSENSITIVE);

    @Override
    public Expected convert(String text) {
      BitSet statuses = new BitSet();
      for (String part : text.split(",", -1)) {
        Matcher form = PART.matcher(part.strip());
        if (!form.matches()) {
          throw wrong(part.strip());
        }
        String family = form.group(1);
        String start = family == null ? form.group(2) : family + "00";
        String other = form.group(3) == null ? start : form.group(3);
        int first = Integer.parseInt(start);
        int last = family == null ? Integer.parseInt(other) : first + 99;
        if (first < LEAST || last > MOST || first > last) {
          throw wrong(part.strip());
        }
        statuses.set(first, last + 1);
      }
      return new Expected(Optional.of(statuses), text.replace(" ", ""));
    }

    private static TypeConversionException wrong(String part) {
      return new TypeConversionException(
          "'"
              + part
              + "' is neither a status from "
              + LEAST
              + " to "
              + MOST
              + " nor a range of them, in a list like 2xx,404 or 200-204");
    }
  }
}
