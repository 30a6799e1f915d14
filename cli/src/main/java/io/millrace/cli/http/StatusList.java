package io.millrace.cli.http;

import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads statuses: {@code 429,503}; {@code none} is none. */
final class StatusList implements ITypeConverter<Set<Integer>> {
  private static final int LEAST = 400;
  private static final int MOST = 599;

  @Override
  public Set<Integer> convert(String text) {
    Set<Integer> statuses = new TreeSet<>();
    if (text.strip().equals("none")) {
      return statuses;
    }
    for (String part : text.split(",", -1)) {
      statuses.add(status(part.strip()));
    }
    return statuses;
  }

  private static int status(String text) {
    if (text.matches("\\d{3}")) {
      int status = Integer.parseInt(text);
      if (status >= LEAST && status <= MOST) {
        return status;
      }
    }
    throw new TypeConversionException(
        "'"
            + text
            + "' is not a status from "
            + LEAST
            + " to "
            + MOST
            + ", in a list like 429,503");
  }
}
