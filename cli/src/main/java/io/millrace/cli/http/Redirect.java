package io.millrace.cli.http;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Follows a reply that points elsewhere, but never from https to http. Headers that were given for
 * one host are not sent to another one.
 */
final class Redirect {
  private static final Set<Integer> STATUSES = Set.of(301, 302, 303, 307, 308);
  private static final Set<Integer> KEEPING_METHOD = Set.of(307, 308);
  private static final Set<String> OF_THE_BODY = Set.of("content-type");
  private static final Set<String> FOR_ALL_HOSTS = Set.of("user-agent", "content-type");

  private Redirect() {}

  static boolean isOne(int status) {
    return STATUSES.contains(status);
  }

  /** The next request; empty if there is none, or if it is not allowed. */
  static Optional<HttpRequest> next(HttpRequest request, HttpResponse<?> response) {
    return isOne(response.statusCode())
        ? target(request.uri(), response)
            .filter(target -> isAllowed(request.uri(), target))
            .map(target -> to(target, request, KEEPING_METHOD.contains(response.statusCode())))
        : Optional.empty();
  }

  private static Optional<URI> target(URI from, HttpResponse<?> response) {
    try {
      Optional<String> location = response.headers().firstValue("location");
      return location.isEmpty()
          ? Optional.empty()
          : Optional.of(Address.parse(from.resolve(location.get()).toString()).uri());
    } catch (IllegalArgumentException | MalformedInputException nonsense) {
      return Optional.empty();
    }
  }

  private static boolean isAllowed(URI from, URI target) {
    return !isHttps(from) || isHttps(target);
  }

  private static boolean isHttps(URI uri) {
    return "https".equalsIgnoreCase(uri.getScheme());
  }

  private static HttpRequest to(URI target, HttpRequest request, boolean keepsMethod) {
    boolean same = isSameHost(request.uri(), target);
    boolean becomesGet = !keepsMethod && !request.method().equals("HEAD");
    HttpRequest.Builder next =
        HttpRequest.newBuilder(
                request,
                (header, value) -> {
                  String name = header.toLowerCase(Locale.ROOT);
                  return (same || FOR_ALL_HOSTS.contains(name))
                      && !(becomesGet && OF_THE_BODY.contains(name));
                })
            .uri(target);
    return (becomesGet ? next.GET() : next).build();
  }

  private static boolean isSameHost(URI one, URI other) {
    return one.getHost().equalsIgnoreCase(other.getHost())
        && port(one) == port(other)
        && isHttps(one) == isHttps(other);
  }

  private static int port(URI uri) {
    int usual = isHttps(uri) ? 443 : 80;
    return uri.getPort() < 0 ? usual : uri.getPort();
  }
}
