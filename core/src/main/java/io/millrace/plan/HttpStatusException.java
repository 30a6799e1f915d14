package io.millrace.plan;

import io.millrace.base.HttpText;
import io.millrace.signal.HttpReply;
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
    super(HttpText.of(response));
    this.statusCode = response.statusCode();
    this.response = response;
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
