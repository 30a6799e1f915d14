package io.millrace.cli.http;

import java.util.BitSet;
import java.util.Optional;
import java.util.function.IntPredicate;
import picocli.CommandLine.ITypeConverter;

/**
 * Which statuses are a success.
 *
 * @param statuses empty for all below 400
 * @param text as it was given
 */
record Expected(Optional<BitSet> statuses, String text) {
  private static final int LOWEST_ERROR = 400;
  private static final int LEAST = 200;

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
    @Override
    public Expected convert(String text) {
      BitSet statuses = StatusList.read(text, LEAST, "2xx,404 or 200-204");
      return new Expected(Optional.of(statuses), text.replace(" ", ""));
    }
  }
}
