package io.millrace.cli.http;

import io.millrace.cli.text.MalformedInputException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a request goes: an http or https URL as RFC 3986 has it, read as leniently as curl and
 * browsers do. What is sent is ASCII: all that may not stand in a URL is percent-encoded.
 *
 * @param scheme http or https
 * @param userInfo user and password, decoded; secret
 * @param host ASCII; an IPv6 address has its brackets
 * @param port as written; -1 if it is not
 * @param path starts with a slash, and has no dot segments
 * @param query with its question mark; empty if there is none
 */
record Url(
    String scheme, Optional<String> userInfo, String host, int port, String path, String query) {
  private static final AsciiSet DIGITS = AsciiSet.of(each -> each >= '0' && each <= '9');
  private static final AsciiSet HOST =
      AsciiSet.of(
          each ->
              (each >= '0' && each <= '9')
                  || (each >= 'A' && each <= 'Z')
                  || (each >= 'a' && each <= 'z')
                  || "_.~!$&'()*+,;=-".indexOf(each) >= 0);
  private static final int LONGEST_PORT = 9;
  private static final Pattern SCHEME =
      Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:.*", Pattern.DOTALL);
  private static final int HIGHEST_PORT = 65_535;

  /** Reads a URL; spaces around it do not matter. */
  static Url parse(String text) throws MalformedInputException {
    UrlParts parts = UrlParts.of(text);
    String rawPath = parts.path();
    return new Url(
        parts.scheme(),
        userInfo(parts.userInfo()),
        host(parts.host()),
        port(parts.port()),
        DotSegments.remove(UrlText.encoded(rawPath.isEmpty() ? "/" : rawPath)),
        UrlText.encoded(parts.query()));
  }

  /** Whether a text is meant to be a URL. */
  static boolean isMeant(String text) {
    return UrlParts.isMeant(text.strip());
  }

  /** A URL as it was written, but without user and password. */
  static String withoutUser(String text) throws MalformedInputException {
    return UrlParts.of(text).withoutUser();
  }

  private static Optional<String> userInfo(@Nullable String raw) throws MalformedInputException {
    return raw == null ? Optional.empty() : Optional.of(UrlText.decoded(raw));
  }

  private static String host(String raw) throws MalformedInputException {
    if (raw.startsWith("[")) {
      return address(raw);
    }
    String decoded = UrlText.decoded(raw);
    String ascii = HOST.hasAllOf(decoded) ? decoded : ascii(decoded);
    if (ascii.isEmpty() || !HOST.hasAllOf(ascii) || ascii.startsWith(".") || ascii.contains("..")) {
      throw new MalformedInputException("the URL has no valid host");
    }
    return Ipv4.isMeant(ascii) ? Ipv4.dotted(ascii) : ascii;
  }

  private static String ascii(String name) throws MalformedInputException {
    try {
      return HostName.ascii(name);
    } catch (IllegalArgumentException | IndexOutOfBoundsException noName) {
      throw new MalformedInputException("the URL has no valid host");
    }
  }

  private static String address(String bracketed) throws MalformedInputException {
    if (bracketed.contains("%")) {
      throw new MalformedInputException(
          "the URL has an IPv6 address with a zone (behind its percent sign), which is not supported");
    }
    try {
      if (!bracketed.endsWith("]") || bracketed.length() < "[::]".length()) {
        throw new MalformedInputException("the URL has no valid host");
      }
      var _ = InetAddress.ofLiteral(bracketed.substring(1, bracketed.length() - 1));
      return bracketed;
    } catch (IllegalArgumentException noAddress) {
      throw new MalformedInputException("the URL has no valid host");
    }
  }

  private static int port(@Nullable String digits) throws MalformedInputException {
    if (digits == null || digits.isEmpty()) {
      return -1;
    }
    if (digits.length() > LONGEST_PORT || !DIGITS.hasAllOf(digits)) {
      throw new MalformedInputException("the port of the URL is not a number");
    }
    int port = Integer.parseInt(digits);
    if (port > HIGHEST_PORT) {
      throw new MalformedInputException("the port of the URL is above " + HIGHEST_PORT);
    }
    return port;
  }

  /**
   * The URL that a reference means which stands in the answer to this one (RFC 3986, section 5.2).
   *
   * @param reference as it came: each character is a byte
   */
  Url resolve(String reference) throws MalformedInputException {
    String text = UrlText.ofBytes(reference).strip();
    if (SCHEME.matcher(text).matches()) {
      return parse(text);
    }
    if (text.startsWith("//")) {
      return parse(scheme + ":" + text);
    }
    int fragment = text.indexOf('#');
    String bare = fragment < 0 ? text : text.substring(0, fragment);
    if (bare.isEmpty()) {
      return this;
    }
    int mark = bare.indexOf('?');
    String newPath = UrlText.encoded(mark < 0 ? bare : bare.substring(0, mark));
    String newQuery = mark < 0 ? "" : UrlText.encoded(bare.substring(mark));
    return new Url(scheme, userInfo, host, port, merged(newPath), newQuery);
  }

  private String merged(String reference) {
    if (reference.isEmpty()) {
      return path;
    }
    return DotSegments.remove(
        reference.startsWith("/")
            ? reference
            : path.substring(0, path.lastIndexOf('/') + 1) + reference);
  }

  /** A copy with user and password of another URL. */
  Url withUserInfoOf(Url other) {
    return new Url(scheme, other.userInfo, host, port, path, query);
  }

  /** A copy with more in its query. */
  Url withQuery(String more) {
    String start =
        query.isEmpty() ? "?" : query.endsWith("?") || query.endsWith("&") ? query : query + "&";
    return more.isEmpty() ? this : new Url(scheme, userInfo, host, port, path, start + more);
  }

  boolean isSecure() {
    return scheme.equals("https");
  }

  /** The port that is used. */
  int usedPort() {
    return port < 0 ? usualPort() : port;
  }

  private int usualPort() {
    return isSecure() ? 443 : 80;
  }

  /** Host, and the port unless it is the usual one. */
  String authority() {
    return port < 0 || port == usualPort() ? host : host + ":" + port;
  }

  /** The host without its port, in lower case. */
  String hostKey() {
    return host.toLowerCase(Locale.ROOT);
  }

  /**
   * What limits and pauses are for: two servers on one machine have different ports, and a site has the
   * same key with http and with https.
   */
  String limitKey() {
    return authority().toLowerCase(Locale.ROOT);
  }

  /** What the request asks its server for. */
  String target() {
    return path + query;
  }

  /** Whether both have the same scheme, host and port: secrets for one are for the other. */
  boolean hasOriginOf(Url other) {
    return scheme.equals(other.scheme)
        && host.equalsIgnoreCase(other.host)
        && usedPort() == other.usedPort();
  }

  /** User and password as the value of a header. */
  Optional<String> credentials() {
    return userInfo
        .map(user -> user.contains(":") ? user : user + ":")
        .map(user -> user.getBytes(StandardCharsets.UTF_8))
        .map(user -> "Basic " + Base64.getEncoder().encodeToString(user));
  }

  /** Without user and password. */
  @Override
  public String toString() {
    String written = port < 0 ? host : host + ":" + port;
    return scheme + "://" + written + path + query;
  }
}
