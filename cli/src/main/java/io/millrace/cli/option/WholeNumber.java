package io.millrace.cli.option;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a whole number that has a lowest value. */
public abstract sealed class WholeNumber implements ITypeConverter<Integer> {
  private static final int MOST = 1_000_000_000;
  private final int least;

  private WholeNumber(int least) {
    this.least = least;
  }

  /** From 0. */
  public static final class FromZero extends WholeNumber {
    FromZero() {
      super(0);
    }
  }

  /** From 1. */
  public static final class FromOne extends WholeNumber {
    FromOne() {
      super(1);
    }
  }

  /** How many jobs go on at once, from 1. Other commands take 0 for no limit, and percents of the processors. */
  public static final class Jobs extends WholeNumber {
    Jobs() {
      super(1);
    }

    @Override
    String hint(String text) {
      return text.endsWith("%") || text.equals("0")
          ? "; 1000 is hardly a limit, and $(nproc) is one for each processor"
          : "";
    }
  }

  /** What to give instead of what is no such number. */
  String hint(String text) {
    return "";
  }

  @Override
  public Integer convert(String text) {
    try {
      int number = Integer.parseInt(text.strip());
      if (number >= least && number <= MOST) {
        return number;
      }
    } catch (NumberFormatException none) {
      // said below
    }
    throw new TypeConversionException(
        "'" + text + "' is not a whole number from " + least + " to " + MOST + hint(text.strip()));
  }
}
