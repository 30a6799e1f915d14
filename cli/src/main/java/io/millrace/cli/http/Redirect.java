package io.millrace.cli.http;

import io.millrace.cli.text.MalformedInputException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The request to which an answer redirects (RFC 9110, section 15.4), but never from https to http. Only a
 * POST becomes a GET at 301 and 302, and everything but a HEAD at 303. Of the headers that were given, only
 * those that say what is sent, or wanted, go to another origin; curl sends all but Authorization and Cookie, and so
 * also keys in headers of other names.
 */
final class Redirect {
  private static final Set<Integer> STATUSES = Set.of(300, 301, 302, 303, 307, 308);
  private static final int CHOICE = 300;
  private static final Set<String> FOR_ALL_ORIGINS =
      Set.of("user-agent", "accept", "accept-language", "accept-encoding", "content-type");

  /** What else says something of a body, beside what begins with Content- (RFC 9110, section 15.4). */
  private static final Set<String> OF_BODY = Set.of("digest", "repr-digest", "last-modified");

  private Redirect() {}

  /** Whether an answer leads on; 300 may also just offer a choice. */
  static boolean isOne(Reply reply) {
    return STATUSES.contains(reply.statusCode())
        && (reply.statusCode() != CHOICE || reply.header("location").isPresent());
  }

  /**
   * The next request.
   *
   * @throws MalformedInputException if there is none that may be sent
   */
  static Request next(Request request, int status, Optional<String> location)
      throws MalformedInputException {
    String reference = location.map(String::strip).orElse("");
    if (reference.isEmpty()) {
      throw new MalformedInputException("it does not say where to");
    }
    Url target = request.url().resolve(reference);
    if (request.url().isSecure() && !target.isSecure()) {
      throw new MalformedInputException("from https to http");
    }
    return to(target, request, becomesGet(status, request.method()));
  }

  private static boolean becomesGet(int status, String method) {
    return switch (status) {
      case 301, 302 -> method.equals("POST");
      case 303 -> !method.equals("HEAD");
      default -> false;
    };
  }

  private static Request to(Url target, Request request, boolean becomesGet) {
    boolean isSame = target.hasOriginOf(request.url());
    Predicate<Header> goesOn =
        header ->
            (isSame || FOR_ALL_ORIGINS.contains(header.key())) && !(becomesGet && isOfBody(header));
    return new Request(
        becomesGet ? "GET" : request.method(),
        isSame && target.userInfo().isEmpty() ? target.withUserInfoOf(request.url()) : target,
        kept(request.own(), goesOn),
        kept(request.general(), goesOn),
        becomesGet ? Optional.empty() : request.body());
  }

  private static boolean isOfBody(Header header) {
    return header.key().startsWith("content-") || OF_BODY.contains(header.key());
  }

  private static List<Header> kept(List<Header> headers, Predicate<Header> goesOn) {
    return headers.stream().filter(goesOn).toList();
  }
}
