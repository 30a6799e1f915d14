package io.millrace.cli.http;

import io.millrace.plan.AnswerReader;
import io.millrace.signal.HttpReply;
import io.millrace.signal.ServerAnswer;
import io.millrace.signal.Signals;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A server answered, but not well; the retry policy reads the reply from it. */
final class BadReplyException extends RequestException implements HttpReply {
  private static final long serialVersionUID = 1;
  private transient Reply reply;
  private final transient Signals signals;

  BadReplyException(InputLine.Call call, String problem, Reply reply) {
    super(call, problem, null);
    this.reply = reply;
    this.signals = Signals.in(reply, Instant.now()); // some stand in the body
  }

  /** What the server says about coming back. */
  Signals signals() {
    return signals;
  }

  /** Whether the server refuses for a while, and says for how long. */
  boolean isLimited() {
    return statusCode() == 403 && signals.delay().isPresent();
  }

  /** Whether the server refuses for now, so that the rate of its host becomes adaptive. */
  boolean isRefusal() {
    return AnswerReader.http().read(null, this, Instant.now()).kind() == ServerAnswer.Kind.REFUSED;
  }

  Reply reply() {
    return reply;
  }

  /** Lets go of the body: nobody wants it. */
  void dropBody() {
    reply = reply.with(new Content.Dropped());
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
    return statusCode() == 429
        || ((statusCode() == 503 || statusCode() == 529) && signals.delay().isPresent())
        || isLimited();
  }
}
