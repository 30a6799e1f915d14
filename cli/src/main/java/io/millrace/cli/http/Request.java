package io.millrace.cli.http;

import io.millrace.cli.text.MalformedInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * One request.
 *
 * @param own headers of this request
 * @param general headers of all requests; own ones replace those of the same name
 */
record Request(
    String method, Url url, List<Header> own, List<Header> general, Optional<Body> body) {
  private static final Header USER_AGENT = new Header("User-Agent", "millrace");
  private static final Header ACCEPT = new Header("Accept", "*/*");
  private static final Set<String> STANDARD =
      Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "QUERY");
  private static final Set<String> IDEMPOTENT =
      Set.of("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "QUERY");

  /** A request with these methods says that it has no content if it has none. */
  private static final Set<String> WITH_CONTENT = Set.of("POST", "PUT", "PATCH");

  /** A method as it is sent: the names of those that everybody knows are in upper case. */
  static String method(String name) throws MalformedInputException {
    String upper = name.toUpperCase(Locale.ROOT);
    if (STANDARD.contains(upper)) {
      return upper;
    }
    if (upper.equals("CONNECT") || !name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")) {
      throw new MalformedInputException("'" + name + "' is not a method that can be sent");
    }
    return name;
  }

  /** The same with another header of its own. */
  Request with(Header header) {
    List<Header> more = new ArrayList<>(own);
    more.add(header);
    return new Request(method, url, List.copyOf(more), general, body);
  }

  /** Whether doing it twice is as good as doing it once (RFC 9110, section 9.2.2). */
  boolean isRepeatable() {
    return IDEMPOTENT.contains(method)
        || areNamed(IdempotencyKeys.NAME, own)
        || areNamed(IdempotencyKeys.NAME, general);
  }

  /** Whether it says that it has no content, where it has none. */
  boolean saysThatItIsEmpty() {
    return WITH_CONTENT.contains(method);
  }

  /** All headers but those about the connection and the content's length. */
  List<Header> headers() {
    List<Header> all = new ArrayList<>(own);
    Optional<String> credentials = url.credentials();
    if (credentials.isPresent()) {
      addMissing(new Header("Authorization", credentials.get()), all, own.size());
    }
    int above = all.size();
    for (Header header : general) {
      addMissing(header, all, above);
    }
    int given = all.size();
    addMissing(USER_AGENT, all, given);
    addMissing(ACCEPT, all, given);
    if (body.orElse(null) instanceof Body.Bytes(_, var type) && type.isPresent()) {
      addMissing(new Header("Content-Type", type.get()), all, given);
    }
    return all;
  }

  /* Adds a header if there is none of its name among the first ones. */
  private static void addMissing(Header header, List<Header> all, int first) {
    if (!areNamed(header.name(), all.subList(0, first))) {
      all.add(header);
    }
  }

  /** Whether one of these has such a name. */
  static boolean areNamed(String name, List<Header> headers) {
    for (Header header : headers) {
      if (header.isNamed(name)) {
        return true;
      }
    }
    return false;
  }
}
