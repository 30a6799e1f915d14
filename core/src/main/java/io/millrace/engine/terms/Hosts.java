package io.millrace.engine.terms;

import java.net.URI;
import java.net.http.HttpRequest;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The key of an item for a rate limit if the user gave no key function: the server that it is for, as far as that can
 * be seen.
 */
final class Hosts {
  private static final String UNKNOWN = "";

  private Hosts() {}

  /** The host, and the port unless it is the usual one; the same for all items that do not say. */
  static Object of(@Nullable Object item) {
    return switch (item) {
      case URI uri -> of(uri);
      case HttpRequest request -> of(request);
      case null, default -> UNKNOWN;
    };
  }

  /* A request may be of a class of the user's, and nobody has asked for its host. */
  private static String of(HttpRequest request) {
    try {
      return of(request.uri());
    } catch (RuntimeException unknown) {
      return UNKNOWN;
    }
  }

  private static String of(URI uri) {
    String host = uri.getHost();
    if (host == null) {
      return UNKNOWN;
    }
    String name = host.toLowerCase(Locale.ROOT);
    int port = uri.getPort();
    return port < 0 || port == usualPort(uri) ? name : name + ":" + port;
  }

  private static int usualPort(URI uri) {
    return "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
  }
}
