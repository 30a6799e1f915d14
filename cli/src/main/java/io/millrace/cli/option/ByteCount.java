package io.millrace.cli.option;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a number of bytes: {@code 1000}, {@code 64k}, {@code 200m}, {@code 2g}. */
public final class ByteCount implements ITypeConverter<Long> {
  private static final Pattern FORM = Pattern.compile("(\\d{1,12})([kmg]?)");

  @Override
  public Long convert(String text) {
    Matcher form = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (form.matches()) {
      long bytes = Long.parseLong(form.group(1)) * unit(form.group(2));
      if (bytes > 0) {
        return bytes;
      }
    }
    throw new TypeConversionException(
        "'" + text + "' is not a number of bytes above 0 like 1000, 64k, 200m or 2g");
  }

  private static long unit(String name) {
    return switch (name) {
      case "k" -> 1L << 10;
      case "m" -> 1L << 20;
      case "g" -> 1L << 30;
      default -> 1;
    };
  }
}
