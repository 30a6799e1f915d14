package io.millrace.cli.http;

import io.millrace.cli.text.MalformedInputException;
import java.util.HexFormat;

/**
 * IPv4 addresses in all forms that browsers and curl take (WHATWG URL, section 3.5): parts may be octal or hexadecimal,
 * and the last one stands for all that are missing. So the host that is shown, limited and compared is the one that is
 * asked.
 */
final class Ipv4 {
  private static final AsciiSet DIGITS = AsciiSet.of(each -> each >= '0' && each <= '9');
  private static final AsciiSet HEX_DIGITS = AsciiSet.of(HexFormat::isHexDigit);
  private static final int MOST_DIGITS = 15;
  private static final int PARTS = 4;

  private Ipv4() {}

  /** Whether a host is an address or nothing: all its parts are numbers. A name such as node.1 is a name, as for curl. */
  static boolean isMeant(String host) {
    for (String part : parts(host)) {
      boolean isNumber =
          isHex(part)
              ? HEX_DIGITS.hasAllOf(part.substring(2))
              : !part.isEmpty() && DIGITS.hasAllOf(part);
      if (!isNumber) {
        return false;
      }
    }
    return true;
  }

  private static String[] parts(String host) {
    return (host.endsWith(".") ? host.substring(0, host.length() - 1) : host).split("\\.", -1);
  }

  private static boolean isHex(String part) {
    return part.startsWith("0x") || part.startsWith("0X");
  }

  /** The address in four decimal parts, of what is meant to be one. */
  static String dotted(String host) throws MalformedInputException {
    String[] parts = parts(host);
    if (parts.length > PARTS) {
      throw noAddress();
    }
    long address = 0;
    for (int index = 0; index < parts.length; index++) {
      boolean isLast = index == parts.length - 1;
      int bits = isLast ? 8 * (PARTS - index) : 8;
      long number = number(parts[index]);
      if (number >> bits != 0) {
        throw noAddress();
      }
      address = address << bits | number;
    }
    return (address >> 24)
        + "."
        + (address >> 16 & 0xff)
        + "."
        + (address >> 8 & 0xff)
        + "."
        + (address & 0xff);
  }

  private static long number(String part) throws MalformedInputException {
    if (part.length() > MOST_DIGITS) {
      throw noAddress();
    }
    try {
      if (isHex(part)) {
        return part.length() == 2 ? 0 : Long.parseLong(part.substring(2), 16);
      }
      return Long.parseLong(part, part.startsWith("0") ? 8 : 10);
    } catch (NumberFormatException noOctal) {
      throw noAddress();
    }
  }

  private static MalformedInputException noAddress() {
    return new MalformedInputException(
        "the host of the URL is made of numbers, but is no IPv4 address, as 127.0.0.1, 0x7f000001 or 0177.1 are");
  }
}
