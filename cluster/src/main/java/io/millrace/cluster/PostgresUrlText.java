package io.millrace.cluster;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/** Text in the address of a database. */
final class PostgresUrlText {
  private PostgresUrlText() {}

  static String decoded(String value) {
    try {
      return URLDecoder.decode(value, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      throw new IllegalArgumentException(
          "url must have a password in which each % is written as %25");
    }
  }
}
