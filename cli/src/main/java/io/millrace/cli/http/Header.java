package io.millrace.cli.http;

import io.millrace.cli.text.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/** A header to send. Its value may be secret: nothing here shows it. */
record Header(String name, String value) {
  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

  /** They say how the message is cut, which is for the command to know. */
  private static final Set<String> RESERVED =
      Set.of("content-length", "transfer-encoding", "upgrade");

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
      // what stands before the colon is perhaps not the name either
      throw new MalformedInputException(
          "a header has no value: put quotes around all of 'Name: value'");
    }
    return header.checked();
  }

  /** This header, if it can be sent. */
  Header checked() throws MalformedInputException {
    if (!NAME.matcher(name).matches()) {
      // perhaps it is not a name, but the value
      throw new MalformedInputException("a header has a name that is not valid");
    }
    if (RESERVED.contains(key())) {
      throw new MalformedInputException(
          "header '" + name + "' cannot be set: the command does that itself");
    }
    if (!value.chars().allMatch(each -> (each >= ' ' && each != 0x7f) || each == '\t')) {
      throw new MalformedInputException("a header has a value with a control character");
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
      throw new MalformedInputException("a header has a value with half of a surrogate pair");
    }
    return this;
  }

  /** The name in lower case. */
  String key() {
    return name.toLowerCase(Locale.ROOT);
  }

  boolean isNamed(String other) {
    return name.equalsIgnoreCase(other);
  }

  /** The value in UTF-8, each byte as a character, as the client sends characters. */
  String sentValue() {
    return new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  @Override
  public String toString() {
    return name;
  }
}
