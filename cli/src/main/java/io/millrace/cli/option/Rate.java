package io.millrace.cli.option;

import io.millrace.plan.RateLimit;
import io.millrace.plan.RateLimit.TokenBucket;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a rate: {@code 400/s}, {@code 90/m}, {@code 0.5/h}. */
public final class Rate implements ITypeConverter<TokenBucket> {
  private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)/([smh])");

  @Override
  public TokenBucket convert(String text) {
    Matcher form = FORM.matcher(text.strip());
    if (form.matches()) {
      double permits = Double.parseDouble(form.group(1));
      if (permits > 0) {
        return switch (form.group(2)) {
          case "s" -> RateLimit.perSecond(permits);
          case "m" -> RateLimit.perMinute(permits);
          default -> RateLimit.perHour(permits);
        };
      }
    }
    throw new TypeConversionException(
        "'" + text + "' is not a rate above 0 like 400/s, 90/m or 1000/h");
  }
}
