package io.millrace.cli.http;

import io.millrace.cli.text.MalformedInputException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a header; what is wrong with it is said without its value. */
final class HeaderOption implements ITypeConverter<Header> {
  @Override
  public Header convert(String text) {
    try {
      return Header.parse(text);
    } catch (MalformedInputException error) {
      throw new TypeConversionException(error.problem());
    }
  }
}
