package io.millrace.signal;

import java.util.List;
import java.util.Optional;

/**
 * What an HTTP server answered, for {@code Retry.http()}. Implement it in the exception or the
 * response class of the HTTP client you use; {@link java.net.http.HttpResponse} needs no adapter, and {@code
 * HttpStatusException} is one.
 */
public interface HttpReply {
  /** The status code, for example 429. */
  int statusCode();

  /**
   * The first value of a header.
   *
   * @param name in lower case; matching ignores case
   */
  Optional<String> header(String name);

  /**
   * All values of a header, in their order; by default the first one.
   *
   * @param name in lower case; matching ignores case
   */
  default List<String> headers(String name) {
    return header(name).stream().toList();
  }

  /** The body, if it is text and at hand; by default it is not. Some servers say there how long to wait. */
  default Optional<String> body() {
    return Optional.empty();
  }
}
