package io.millrace.cli.http;

import io.millrace.cli.text.MalformedInputException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a method, as PUT. */
final class MethodName implements ITypeConverter<String> {
  @Override
  public String convert(String text) {
    try {
      return Request.method(text);
    } catch (MalformedInputException refused) {
      throw new TypeConversionException(
          refused.problem() + ": it must be a name like GET, POST, PUT, PATCH or DELETE");
    }
  }
}
