package io.millrace.cli.http;

import io.millrace.signal.HttpReply;
import java.util.List;
import java.util.Optional;

/** A server answered, but not well; the retry policy reads the reply from it. */
final class BadReplyException extends RequestException implements HttpReply {
  private static final long serialVersionUID = 1;
  private transient Reply reply;

  BadReplyException(InputLine.Call call, String problem, Reply reply) {
    super(call, problem, null);
    this.reply = reply;
  }

  Reply reply() {
    return reply;
  }

  /** Lets go of the body and most headers: the request is repeated. */
  void dropContent() {
    reply = reply.forRetry();
  }

  @Override
  public int statusCode() {
    return reply.statusCode();
  }

  @Override
  public Optional<String> header(String name) {
    return reply.header(name);
  }

  @Override
  public List<String> headers(String name) {
    return reply.headers(name);
  }

  @Override
  public Optional<String> body() {
    return reply.body();
  }

  /** Whether the server says that it has not done what it was asked for. */
  @Override
  boolean isUnprocessed() {
    return statusCode() == 429 || (statusCode() == 503 && header("retry-after").isPresent());
  }
}
