package io.millrace.cli.http;

import io.millrace.cli.text.MalformedInputException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Through which proxy a request goes. Options and environment are read as curl reads them.
 *
 * @param direct hosts to which no proxy leads
 */
record Proxies(Optional<Url> http, Optional<Url> https, DirectHosts direct) {
  private static final int USUAL_PORT = 1080;

  /** No proxy at all. */
  static Proxies none() {
    return new Proxies(Optional.empty(), Optional.empty(), DirectHosts.none());
  }

  /**
   * What the option says, or else the environment.
   *
   * @throws MalformedInputException if there is a proxy that cannot be used
   */
  static Proxies of(Optional<String> option, Map<String, String> environment)
      throws MalformedInputException {
    Environment variables = new Environment(environment);
    // in upper case it could be a header of a request, where this is run for one
    Optional<String> http = option.or(() -> variables.exactly("http_proxy"));
    Optional<String> https = option.or(() -> variables.get("https_proxy"));
    Optional<String> all = variables.get("all_proxy");
    return new Proxies(
        proxy(http.or(() -> all)),
        proxy(https.or(() -> all)),
        variables.get("no_proxy").map(DirectHosts::of).orElse(DirectHosts.none()));
  }

  private record Environment(Map<String, String> variables) {
    Optional<String> exactly(String name) {
      return Optional.ofNullable(variables.get(name)).filter(Predicate.not(String::isBlank));
    }

    Optional<String> get(String name) {
      return exactly(name).or(() -> exactly(name.toUpperCase(Locale.ROOT)));
    }
  }

  private static Optional<Url> proxy(Optional<String> text) throws MalformedInputException {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    String full = text.get().contains("://") ? text.get() : "http://" + text.get();
    if (!full.toLowerCase(Locale.ROOT).startsWith("http://")) {
      throw new MalformedInputException("a proxy has to be like http://host:port");
    }
    Url url = Url.parse(full);
    return Optional.of(
        url.port() >= 0
            ? url
            : new Url(url.scheme(), url.userInfo(), url.host(), USUAL_PORT, url.path(), ""));
  }

  /** The proxy for a URL; empty if it is asked itself. */
  Optional<Url> to(Url url) {
    Optional<Url> proxy = url.isSecure() ? https : http;
    return proxy.filter(_ -> !direct.include(url.hostKey()));
  }
}
