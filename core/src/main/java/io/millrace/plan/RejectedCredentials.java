package io.millrace.plan;

import io.millrace.signal.HttpReply;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which replies say that the server accepts no request with the same credentials any more. The answer to a request
 * without credentials says nothing about other requests.
 */
final class RejectedCredentials {
  private static final int UNAUTHORIZED = 401;
  private static final int MOST_SEARCHED = 16_384;

  private static final List<String> CREDENTIALS =
      List.of("authorization", "x-api-key", "api-key", "x-goog-api-key");

  /** What providers write in their errors, as values of JSON: a key that is wrong or cut off, an account without money. */
  private static final Pattern REASON =
      Pattern.compile(
          "\"(?:insufficient_quota|invalid_api_key|billing_hard_limit_reached|billing_not_active|account_deactivated"
              + "|authentication_error|billing_error|API_KEY_INVALID|BILLING_DISABLED|CONSUMER_SUSPENDED"
              + "|UnrecognizedClientException|ExpiredTokenException)\"");

  private RejectedCredentials() {}

  /**
   * Whether a reply says so.
   *
   * @param request what it answers; null if that is not known
   * @param repeated statuses that are taken to pass
   */
  static boolean isSaidBy(HttpReply reply, @Nullable HttpRequest request, Set<Integer> repeated) {
    int status = reply.statusCode();
    if (status < 400 || status > 499 || HttpAnswers.isRedirected(reply)) {
      return false;
    }
    if (request != null && !hasCredentials(request.headers())) {
      return false;
    }
    boolean isRefused = request != null && status == UNAUTHORIZED && !repeated.contains(status);
    return isRefused || reply.body().filter(RejectedCredentials::namesReason).isPresent();
  }

  private static boolean hasCredentials(HttpHeaders headers) {
    return CREDENTIALS.stream().anyMatch(name -> headers.firstValue(name).isPresent());
  }

  private static boolean namesReason(String body) {
    String start = body.length() > MOST_SEARCHED ? body.substring(0, MOST_SEARCHED) : body;
    return REASON.matcher(start).find();
  }
}
