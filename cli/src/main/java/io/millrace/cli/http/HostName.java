package io.millrace.cli.http;

import java.net.IDN;
import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Names of hosts in ASCII. As in browsers and curl (IDNA 2008), ß and final ς are letters of their own; the
 * JDK's {@link IDN} knows IDNA 2003 only, which replaces them, and so leads to another host.
 */
final class HostName {
  private static final String DOTS = "[.\u3002\uff0e\uff61]";
  private static final String OWN_LETTERS = ".*[\u00df\u1e9e\u03c2].*";

  private HostName() {}

  /**
   * The name in ASCII.
   *
   * @throws IllegalArgumentException if it has none
   */
  static String ascii(String name) {
    return Arrays.stream(name.split(DOTS, -1))
        .map(label -> label.matches(OWN_LETTERS) ? encoded(label) : plain(label))
        .collect(Collectors.joining("."));
  }

  private static String plain(String label) {
    return label.isEmpty() ? label : IDN.toASCII(label);
  }

  private static String encoded(String label) {
    String letters = label.toLowerCase(Locale.ROOT).replace('\u1e9e', '\u00df');
    return "xn--" + Punycode.encode(Normalizer.normalize(letters, Form.NFKC));
  }
}
