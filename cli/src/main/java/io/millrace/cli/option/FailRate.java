package io.millrace.cli.option;

import io.millrace.plan.FailureRate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a share of the last lines, for example 50%/100. */
public final class FailRate implements ITypeConverter<FailureRate> {
  private static final Pattern FORM = Pattern.compile("(\\d{1,3}(?:\\.\\d{1,9})?)%/(\\d{1,7})");

  @Override
  public FailureRate convert(String text) {
    Matcher form = FORM.matcher(text.strip());
    if (form.matches()) {
      double percent = Double.parseDouble(form.group(1));
      int items = Integer.parseInt(form.group(2));
      if (percent <= 100 && items >= 1) {
        return new FailureRate(percent / 100, items);
      }
    }
    throw new TypeConversionException(
        "'"
            + text
            + "' is not a share of the last lines, from 0% to 100% of at least 1, like 50%/100");
  }
}
