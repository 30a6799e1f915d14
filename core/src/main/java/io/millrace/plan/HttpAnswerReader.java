package io.millrace.plan;

import io.millrace.signal.Dialect;
import io.millrace.signal.HttpReply;
import io.millrace.signal.ServerAnswer;
import io.millrace.signal.ServerAnswer.Kind;
import io.millrace.signal.Signals;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** How HTTP servers take requests. */
record HttpAnswerReader(List<Dialect> dialects) implements AnswerReader {
  static final AnswerReader KNOWN = AnswerReader.http(Dialect.known());

  @Override
  public ServerAnswer read(@Nullable Object result, @Nullable Throwable error, Instant now) {
    Optional<HttpReply> reply = HttpAnswers.in(result, error);
    if (reply.isPresent()) {
      Signals signals = Signals.in(reply.get(), now, dialects);
      return new ServerAnswer(kind(reply.get().statusCode(), signals), signals);
    }
    return switch (error) {
      case null -> ServerAnswer.granted();
      case IOException _, TimeoutException _ -> ServerAnswer.failed();
      default -> ServerAnswer.unknown();
    };
  }

  @Override
  public AnswerReader ofRefusals() {
    return (result, error, now) ->
        HttpAnswers.in(result, error)
            .filter(reply -> !mayRefuse(reply.statusCode()))
            .map(reply -> answer(kind(reply.statusCode(), Signals.NONE)))
            .orElseGet(() -> read(result, error, now));
  }

  private static boolean mayRefuse(int status) {
    return status == 403 || kind(status, Signals.NONE) == Kind.REFUSED;
  }

  private static ServerAnswer answer(Kind kind) {
    return kind == Kind.GRANTED ? ServerAnswer.granted() : ServerAnswer.failed();
  }

  private static Kind kind(int status, Signals signals) {
    return switch (status) {
      case 429, 503, 529 -> Kind.REFUSED;
      case 403 -> signals.delay().isPresent() ? Kind.REFUSED : Kind.GRANTED;
      default -> status >= 500 ? Kind.FAILED : Kind.GRANTED;
    };
  }

  @Override
  public String toString() {
    return "http";
  }
}
