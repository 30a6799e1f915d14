package io.millrace.cli.http;

import java.net.http.HttpRequest;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A header to send. Its value may be secret: nothing here shows it.
 *
 * @param name not empty
 * @param value ASCII
 */
record Header(String name, String value) {
  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

  Header {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(value, "value");
  }

  /** Reads {@code Name: value}. */
  static Header parse(String text) throws MalformedInputException {
    int colon = text.indexOf(':');
    if (colon < 1) {
      throw new MalformedInputException("must be like 'Name: value', with quotes around it");
    }
    Header header = new Header(text.substring(0, colon).strip(), text.substring(colon + 1).strip());
    if (header.value.isEmpty()) {
      throw new MalformedInputException(
          "'" + header.name + "' has no value: put quotes around the whole header");
    }
    header.addTo(HttpRequest.newBuilder());
    return header;
  }

  boolean isNamedAs(Header other) {
    return name.equalsIgnoreCase(other.name);
  }

  void addTo(HttpRequest.Builder request) throws MalformedInputException {
    if (!NAME.matcher(name).matches()) {
      // perhaps it is not a name, but the value
      throw new MalformedInputException("a header has a name that is not valid");
    }
    if (!value.chars().allMatch(character -> character < 128)) {
      throw new MalformedInputException("header '" + name + "' has a value that is not ASCII");
    }
    try {
      request.header(name, value);
    } catch (IllegalArgumentException refused) {
      // its message has the value
      throw new MalformedInputException(
          "header '" + name + "' cannot be set, or has a value that is not valid");
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
