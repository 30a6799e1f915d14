package io.millrace.cli.http;

import io.millrace.cli.text.MalformedInputException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a URL as they were written. Only the scheme is known to be valid.
 *
 * @param whole all of it
 * @param scheme http or https
 * @param start where user and host begin
 * @param userInfo user and password; null if there is no {@code @}
 * @param host with its brackets
 * @param port null if there is no colon
 * @param path may be empty
 * @param query with its question mark; empty if there is none
 */
record UrlParts(
    String whole,
    String scheme,
    int start,
    @Nullable String userInfo,
    String host,
    @Nullable String port,
    String path,
    String query) {
  private static final int MOST_SLASHES = 3;

  /** Cuts a URL; spaces around it do not matter. */
  static UrlParts of(String text) throws MalformedInputException {
    String whole = text.strip();
    int start = start(whole);
    if (start < 0) {
      throw new MalformedInputException("a URL has to start with http:// or https://");
    }
    int path = find("/?#", whole, start);
    int query = find("?#", whole, path);
    int fragment = find("#", whole, query);
    int at = whole.substring(start, path).lastIndexOf('@');
    String server = whole.substring(start + at + 1, path);
    int hostEnd = hostEnd(server);
    return new UrlParts(
        whole,
        scheme(whole),
        start,
        at < 0 ? null : whole.substring(start, start + at),
        server.substring(0, hostEnd),
        hostEnd == server.length() ? null : server.substring(hostEnd + 1),
        whole.substring(path, query),
        whole.substring(query, fragment));
  }

  /** Whether a text without spaces around it is meant to be a URL. */
  static boolean isMeant(String text) {
    return start(text) >= 0;
  }

  /* Behind the scheme, and one slash to three of them; -1 if that is not there. */
  private static int start(String text) {
    String scheme = scheme(text);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      return -1;
    }
    int slashes = scheme.length() + 1;
    int start = slashes;
    while (start < text.length() && start < slashes + MOST_SLASHES && text.charAt(start) == '/') {
      start++;
    }
    return start == slashes ? -1 : start;
  }

  private static String scheme(String text) {
    return text.substring(0, Math.max(0, text.indexOf(':'))).toLowerCase(Locale.ROOT);
  }

  /* Where the first of these characters stands, from there on, or else the end. */
  private static int find(String characters, String text, int from) {
    int index = from;
    while (index < text.length() && characters.indexOf(text.charAt(index)) < 0) {
      index++;
    }
    return index;
  }

  /* The colons of an IPv6 address, in its brackets, are not the one before the port. */
  private static int hostEnd(String server) {
    if (server.startsWith("[")) {
      for (int bracket = server.lastIndexOf(']');
          bracket > 0;
          bracket = server.lastIndexOf(']', bracket - 1)) {
        int end = bracket + 1;
        if (end == server.length() || server.charAt(end) == ':') {
          return end;
        }
      }
    }
    int colon = server.indexOf(':');
    return colon < 0 ? server.length() : colon;
  }

  /** All of it but user and password. */
  String withoutUser() {
    return userInfo == null
        ? whole
        : whole.substring(0, start) + whole.substring(start + userInfo.length() + 1);
  }

  /** Without what may be secret. */
  @Override
  public String toString() {
    return scheme + "://" + host;
  }
}
