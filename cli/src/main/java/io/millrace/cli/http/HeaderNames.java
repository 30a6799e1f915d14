package io.millrace.cli.http;

import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads names of headers: {@code Location,ETag}; {@code *} is all. */
final class HeaderNames implements ITypeConverter<Set<String>> {
  @Override
  public Set<String> convert(String text) {
    Set<String> names = new TreeSet<>();
    for (String part : text.split(",", -1)) {
      String name = part.strip().toLowerCase(Locale.ROOT);
      if (!name.matches("[!#$%&'*+.^_`|~0-9a-z-]+")) {
        throw new TypeConversionException(
            "'" + part + "' is not the name of a header, in a list like Location,ETag");
      }
      names.add(name);
    }
    return names;
  }
}
