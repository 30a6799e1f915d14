package io.millrace.cli.http;

import java.util.ArrayDeque;
import java.util.Deque;

/** Removes the segments of a path that only lead around: {@code .} and {@code ..} (RFC 3986, section 5.2.4). */
final class DotSegments {
  private DotSegments() {}

  /** The path without them; a {@code ..} too many leads to the root. */
  static String remove(String path) {
    if (!path.contains("/.")) {
      return path;
    }
    Deque<String> kept = new ArrayDeque<>();
    String[] segments = path.substring(1).split("/", -1);
    for (int index = 0; index < segments.length; index++) {
      String segment = segments[index];
      boolean isDots = segment.equals(".") || segment.equals("..");
      if (segment.equals("..")) {
        kept.pollLast();
      }
      if (!isDots) {
        kept.addLast(segment);
      } else if (index == segments.length - 1) {
        kept.addLast("");
      }
    }
    return "/" + String.join("/", kept);
  }
}
