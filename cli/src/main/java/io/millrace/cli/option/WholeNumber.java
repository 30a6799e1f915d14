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
        "'" + text + "' is not a whole number from " + least + " to " + MOST);
  }
}
