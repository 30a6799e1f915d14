package io.millrace.cli.http;

import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a request goes.
 *
 * @param uri ASCII, without user, password and fragment
 * @param shown as it was written, but without user and password
 * @param credentials what user and password are in an Authorization header
 */
record Address(URI uri, String shown, Optional<String> credentials) {
  private static final int HIGHEST_PORT = 65_535;

  static Address parse(String text) throws MalformedInputException {
    URI uri = uri(text);
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw new MalformedInputException("a URL has to start with http:// or https://");
    }
    if (uri.getHost() == null) {
      uri = uri(withAsciiHost(text, uri));
    }
    if (uri.getHost() == null) {
      throw new MalformedInputException("the URL has no valid host");
    }
    if (uri.getPort() > HIGHEST_PORT) {
      throw new MalformedInputException("the port of the URL is above " + HIGHEST_PORT);
    }
    return new Address(bare(uri), shown(text, uri), credentials(uri));
  }

  private static URI uri(String text) throws MalformedInputException {
    try {
      return new URI(text);
    } catch (URISyntaxException error) {
      // its message has the whole text, a password included
      String place = error.getIndex() < 0 ? "" : " at index " + error.getIndex();
      throw new MalformedInputException("not a URL: " + error.getReason() + place);
    }
  }

  private static String withAsciiHost(String text, URI uri) throws MalformedInputException {
    String authority = uri.getRawAuthority();
    if (authority == null) {
      return text;
    }
    int host = authority.lastIndexOf('@') + 1;
    try {
      String ascii = authority.substring(0, host) + IDN.toASCII(authority.substring(host));
      return text.replace("//" + authority, "//" + ascii);
    } catch (IllegalArgumentException noName) {
      throw new MalformedInputException("the URL has no valid host");
    }
  }

  private static URI bare(URI uri) {
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    String authority = uri.getRawAuthority();
    String hostAndPort = authority.substring(authority.lastIndexOf('@') + 1);
    URI bare = URI.create(uri.getScheme() + "://" + hostAndPort + path + query);
    return URI.create(bare.toASCIIString());
  }

  private static String shown(String text, URI uri) {
    String user = uri.getRawUserInfo();
    return user == null ? text : text.replace("//" + user + "@", "//");
  }

  private static Optional<String> credentials(URI uri) {
    return Optional.ofNullable(uri.getUserInfo())
        .map(user -> user.getBytes(StandardCharsets.UTF_8))
        .map(user -> "Basic " + Base64.getEncoder().encodeToString(user));
  }
}
