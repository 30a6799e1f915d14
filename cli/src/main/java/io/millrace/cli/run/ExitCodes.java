package io.millrace.cli.run;

import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads exit codes: {@code 75,111}. */
final class ExitCodes implements ITypeConverter<Set<Integer>> {
  private static final int MOST = 255;

  @Override
  public Set<Integer> convert(String text) {
    Set<Integer> codes = new TreeSet<>();
    for (String part : text.split(",", -1)) {
      codes.add(code(part.strip()));
    }
    return codes;
  }

  private static int code(String text) {
    if (text.matches("\\d{1,3}")) {
      int code = Integer.parseInt(text);
      if (code >= 1 && code <= MOST) {
        return code;
      }
    }
    throw new TypeConversionException(
        "'" + text + "' is not an exit code from 1 to " + MOST + ", in a list like 75,111");
  }
}
