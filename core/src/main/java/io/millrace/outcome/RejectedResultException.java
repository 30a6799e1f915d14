package io.millrace.outcome;

import io.millrace.signal.HttpReply;
import java.net.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * The last attempt returned a result that the retry policy does not accept, for example a response
 * with status 503. {@link #result} has it. Of an HTTP response, the message has neither user nor query, which may hold
 * secrets.
 */
public final class RejectedResultException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final transient @Nullable Object result;

  /**
   * Reports a result.
   *
   * @param result what the last attempt returned
   * @param attempts how many attempts there were
   */
  public RejectedResultException(@Nullable Object result, int attempts) {
    super(
        "result rejected by the retry policy after "
            + attempts
            + (attempts == 1 ? " attempt: " : " attempts: ")
            + Text.of(result));
    this.result = result;
  }

  /* What it has in common with others: the result itself may be another one for each item. */
  String cause() {
    return switch (result) {
      case HttpResponse<?> response -> "status " + response.statusCode();
      case HttpReply reply -> "status " + reply.statusCode();
      case null, default -> "RejectedResultException: result rejected by the retry policy";
    };
  }

  /** What the last attempt returned; null also after deserialization. */
  public @Nullable Object result() {
    return result;
  }
}
