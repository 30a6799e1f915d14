package io.millrace.cli.http;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Which headers of an answer are kept until its line is written: those to write, and what the command itself reads.
 *
 * @param included names of those to write, in lower case; {@code *} is all
 */
record KeptHeaders(Set<String> included) {
  /** The first line of each is read. */
  private static final Set<String> SINGLE = Set.of("content-type", "location");

  /** A list, which may stand in several lines. */
  private static final String CODINGS = "content-encoding";

  /** The headers to keep of those that came, in their order. */
  List<Header> of(org.apache.hc.core5.http.Header... came) {
    List<Header> kept = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (org.apache.hc.core5.http.Header header : came) {
      String name = header.getName().toLowerCase(Locale.ROOT);
      if (isIncluded(name) || isForRetry(name) || isRead(name, seen)) {
        kept.add(new Header(header.getName(), value(header)));
      }
    }
    return kept;
  }

  /* A carriage return or a byte 0 that came within is read as a space (RFC 9110, section 5.5). */
  private static String value(org.apache.hc.core5.http.Header header) {
    String value = header.getValue();
    return value == null ? "" : value.replace('\r', ' ').replace('\0', ' ');
  }

  private static boolean isRead(String name, Set<String> seen) {
    return name.equals(CODINGS) || (SINGLE.contains(name) && seen.add(name));
  }

  /** Whether a dialect in which servers speak of waits and limits may have this header. */
  static boolean isForRetry(String name) {
    return name.contains("retry")
        || name.contains("ratelimit")
        || name.contains("rate-limit")
        || name.equals("x-github-request-id")
        || name.equals("age"); // of what a cache has kept
  }

  private boolean isIncluded(String name) {
    return included.contains(name) || included.contains("*");
  }
}
