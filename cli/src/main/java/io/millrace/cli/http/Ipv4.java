package io.millrace.cli.http;

import io.millrace.cli.text.MalformedInputException;
import java.util.regex.Pattern;

/**
 * IPv4 addresses in all forms that browsers and curl take (WHATWG URL, section 3.5): parts may be octal or hexadecimal,
 * and the last one stands for all that are missing. So the host that is shown, limited and compared is the one that is
 * asked.
 */
final class Ipv4 {
  private static final Pattern MEANT =
      Pattern.compile("(?:(?:0[xX][0-9a-fA-F]*+|[0-9]++)(?:\\.|$))++");
  private static final Pattern NUMBER = Pattern.compile("0[xX][0-9a-fA-F]{0,12}|[0-9]{1,15}");
  private static final int PARTS = 4;

  private Ipv4() {}

  /** Whether a host is an address or nothing: all its parts are numbers. A name such as node.1 is a name, as for curl. */
  static boolean isMeant(String host) {
    boolean mayBe = !host.isEmpty() && host.charAt(0) <= '9'; // few names begin so
    return mayBe && MEANT.matcher(host).matches();
  }

  /** The address in four decimal parts. */
  static String dotted(String host) throws MalformedInputException {
    String[] parts =
        (host.endsWith(".") ? host.substring(0, host.length() - 1) : host).split("\\.", -1);
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
    if (!NUMBER.matcher(part).matches()) {
      throw noAddress();
    }
    try {
      if (part.length() > 1 && (part.charAt(1) == 'x' || part.charAt(1) == 'X')) {
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
