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
  /** The first one of each is read. */
  private static final Set<String> READ = Set.of("content-encoding", "content-type", "location");

  /** The headers to keep of those that came, in their order. */
  List<Header> of(org.apache.hc.core5.http.Header... came) {
    List<Header> kept = new ArrayList<>(READ.size());
    Set<String> seen = new HashSet<>(READ.size());
    for (org.apache.hc.core5.http.Header header : came) {
      String name = header.getName().toLowerCase(Locale.ROOT);
      if (isIncluded(name) || isForRetry(name) || (READ.contains(name) && seen.add(name))) {
        kept.add(new Header(header.getName(), header.getValue() == null ? "" : header.getValue()));
      }
    }
    return kept;
  }

  /** Whether a dialect in which servers speak of waits and limits may have this header. */
  static boolean isForRetry(String name) {
    return name.contains("retry")
        || name.contains("ratelimit")
        || name.contains("rate-limit")
        || name.equals("x-github-request-id");
  }

  private boolean isIncluded(String name) {
    return included.contains(name) || included.contains("*");
  }
}
