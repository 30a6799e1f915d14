package io.millrace.cli.option;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a time: {@code 500ms}, {@code 5s}, {@code 1.5m}, {@code 1h}. More than a hundred years are a hundred. */
public final class TimeSpan implements ITypeConverter<Duration> {
  private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ms|s|m|h)");
  private static final int NANOS_DIGITS = 9;

  /* Nanoseconds can count it. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  @Override
  public Duration convert(String text) {
    Matcher form = FORM.matcher(text.strip());
    if (form.matches()) {
      BigDecimal seconds = new BigDecimal(form.group(1)).multiply(seconds(form.group(2)));
      long whole = seconds.longValue();
      BigDecimal rest = seconds.subtract(BigDecimal.valueOf(whole));
      Duration time = Duration.ofSeconds(whole, rest.movePointRight(NANOS_DIGITS).longValue());
      if (time.isPositive()) {
        return time.compareTo(LONGEST) > 0 ? LONGEST : time;
      }
    }
    throw new TypeConversionException(
        "'" + text + "' is not a time above 0 like 500ms, 5s, 1.5m or 1h");
  }

  private static BigDecimal seconds(String unit) {
    return switch (unit) {
      case "ms" -> BigDecimal.ONE.movePointLeft(3);
      case "s" -> BigDecimal.ONE;
      case "m" -> BigDecimal.valueOf(60);
      default -> BigDecimal.valueOf(3_600);
    };
  }
}
