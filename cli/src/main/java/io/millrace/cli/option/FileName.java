package io.millrace.cli.option;

import io.millrace.cli.text.FileReason;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The name of a file or a directory; it is not repeated in errors. */
public final class FileName implements ITypeConverter<Path> {
  @Override
  public Path convert(String value) {
    try {
      return Path.of(value);
    } catch (InvalidPathException invalid) {
      throw new TypeConversionException(
          "it must be the name of a file or a directory" + FileReason.ofName(value));
    }
  }
}
