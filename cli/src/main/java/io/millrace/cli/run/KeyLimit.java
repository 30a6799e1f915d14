package io.millrace.cli.run;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * How many commands with the same value of a field may run at once.
 *
 * @param most at least 1
 */
record KeyLimit(String field, int most) {
  /** Reads {@code FIELD=N}. */
  static final class Converter implements ITypeConverter<KeyLimit> {
    private static final Pattern FORM = Pattern.compile("(.+)=(\\d{1,9})");

    @Override
    public KeyLimit convert(String text) {
      Matcher form = FORM.matcher(text);
      if (form.matches() && Integer.parseInt(form.group(2)) > 0) {
        return new KeyLimit(form.group(1), Integer.parseInt(form.group(2)));
      }
      throw new TypeConversionException(
          "'" + text + "' is not a field and a number from 1, like host=2");
    }
  }
}
