package io.millrace.cli.watch;

import com.sun.net.httpserver.HttpExchange;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;

/**
 * Who may see a live page: whoever knows its URL, from a page of its own origin or of none.
 *
 * @param authority the only host that requests may name: a name that an attacker has led here (DNS rebinding) is another one
 */
record LiveAccess(String authority, String token) {
  private static final int TOKEN_BYTES = 24;
  private static final String EVENTS = "events";

  enum Verdict {
    PAGE,
    EVENTS,
    FORBIDDEN,
    UNKNOWN,
    OTHER_METHOD
  }

  /** With a new token. */
  static LiveAccess of(int port) {
    byte[] random = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(random);
    return new LiveAccess(
        "127.0.0.1:" + port, Base64.getUrlEncoder().withoutPadding().encodeToString(random));
  }

  String url() {
    return "http://" + authority + "/" + token + "/";
  }

  Verdict judge(HttpExchange exchange) {
    String target = exchange.getRequestURI().getRawAuthority();
    if (target != null && !target.equals(authority)) {
      return Verdict.FORBIDDEN; // it counts before the host's header
    }
    return judge(
        exchange.getRequestMethod(),
        String.valueOf(exchange.getRequestURI().getRawPath()),
        exchange.getRequestHeaders().getOrDefault("Host", List.of()),
        exchange.getRequestHeaders().getOrDefault("Origin", List.of()));
  }

  Verdict judge(String method, String path, List<String> hosts, List<String> origins) {
    int end = path.indexOf('/', 1);
    String given = path.substring(Math.min(1, path.length()), end < 0 ? path.length() : end);
    boolean isOwn =
        hosts.equals(List.of(authority))
            && (origins.isEmpty() || origins.equals(List.of("http://" + authority)));
    if (!isToken(given) || !isOwn) {
      return Verdict.FORBIDDEN;
    }
    if (!method.equals("GET") && !method.equals("HEAD")) {
      return Verdict.OTHER_METHOD;
    }
    return switch (path.substring(end < 0 ? path.length() : end)) {
      case "/" -> Verdict.PAGE;
      case "/" + EVENTS -> Verdict.EVENTS;
      default -> Verdict.UNKNOWN;
    };
  }

  /* In a time that does not tell how much of it is right. */
  private boolean isToken(String given) {
    return MessageDigest.isEqual(
        given.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "live page at " + authority;
  }
}
