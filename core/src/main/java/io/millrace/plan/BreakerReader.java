package io.millrace.plan;

import io.millrace.signal.HttpReply;
import io.millrace.signal.ServerAnswer;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which calls have failed, as far as a circuit breaker that knows nothing more is concerned. */
final class BreakerReader implements AnswerReader {
  static final BreakerReader INSTANCE = new BreakerReader();

  private BreakerReader() {}

  @Override
  public ServerAnswer read(@Nullable Object result, @Nullable Throwable error, Instant now) {
    Optional<HttpReply> reply = HttpAnswers.in(result, error);
    if (reply.isPresent()) {
      return of(reply.get().statusCode());
    }
    return error instanceof Exception ? ServerAnswer.failed() : ServerAnswer.granted();
  }

  private static ServerAnswer of(int status) {
    return switch (status) {
      case 429 -> ServerAnswer.refused();
      case 408 -> ServerAnswer.failed();
      default -> status >= 500 ? ServerAnswer.failed() : ServerAnswer.granted();
    };
  }
}
