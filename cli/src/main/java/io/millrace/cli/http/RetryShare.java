package io.millrace.cli.http;

import io.millrace.plan.RetryBudget;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads which share of a host's requests may be repeated, for example 10%; {@code none} is no limit. */
final class RetryShare implements ITypeConverter<Supplier<RetryBudget>> {
  static final Supplier<RetryBudget> USUAL = () -> RetryBudget.of(0.1);
  private static final Pattern FORM = Pattern.compile("(\\d{1,3}(?:\\.\\d{1,9})?)%");

  @Override
  public Supplier<RetryBudget> convert(String text) {
    if (text.strip().equals("none")) {
      return RetryBudget::unlimited;
    }
    Matcher form = FORM.matcher(text.strip());
    if (form.matches()) {
      double share = Double.parseDouble(form.group(1)) / 100;
      if (share <= 1) {
        return () -> RetryBudget.of(share);
      }
    }
    throw new TypeConversionException(
        "'" + text + "' is not a share from 0% to 100%, like 10%, nor none, which is no limit");
  }
}
