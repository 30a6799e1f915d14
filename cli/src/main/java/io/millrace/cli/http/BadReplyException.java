package io.millrace.cli.http;

import io.millrace.plan.HttpReply;
import java.util.Optional;

/** A server answered, but not well; the retry policy reads the reply from it. */
final class BadReplyException extends Exception implements HttpReply {
  private static final long serialVersionUID = 1;
  private final transient Reply reply;

  BadReplyException(String problem, Reply reply) {
    super(problem, null, false, false);
    this.reply = reply;
  }

  Reply reply() {
    return reply;
  }

  @Override
  public int statusCode() {
    return reply.statusCode();
  }

  @Override
  public Optional<String> header(String name) {
    return reply.header(name);
  }
}
