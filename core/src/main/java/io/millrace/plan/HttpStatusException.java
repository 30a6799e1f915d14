package io.millrace.plan;

import io.millrace.signal.HttpReply;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A server answered with an error status. {@link #response} has its answer. The message names method, host
 * and path, but neither user nor query, which may hold secrets.
 */
public final class HttpStatusException extends RuntimeException implements HttpReply {
  private static final long serialVersionUID = 1;
  private final int statusCode;
  private final transient @Nullable HttpResponse<?> response;

  /** Reports a response. */
  public HttpStatusException(HttpResponse<?> response) {
    super(
        "status "
            + response.statusCode()
            + " for "
            + response.request().method()
            + " "
            + withoutSecrets(response.uri()));
    this.statusCode = response.statusCode();
    this.response = response;
  }

  private static String withoutSecrets(URI uri) {
    String authority = String.valueOf(uri.getRawAuthority());
    String host = authority.substring(authority.lastIndexOf('@') + 1);
    return uri.getScheme() + "://" + host + uri.getRawPath();
  }

  @Override
  public int statusCode() {
    return statusCode;
  }

  @Override
  public Optional<String> header(String name) {
    return response == null ? Optional.empty() : response.headers().firstValue(name);
  }

  @Override
  public List<String> headers(String name) {
    return response == null ? List.of() : response.headers().allValues(name);
  }

  @Override
  public Optional<String> body() {
    return response == null ? Optional.empty() : HttpAnswers.text(response);
  }

  /** What the server answered; null after deserialization. */
  public @Nullable HttpResponse<?> response() {
    return response;
  }
}
