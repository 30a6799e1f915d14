package io.millrace.plan;

import io.millrace.signal.Dialect;
import io.millrace.signal.ServerAnswer;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads from the result or error of an attempt whether the server granted or refused it, or failed, for limits that
 * learn from answers. Called once
 * for each attempt, by several threads at once, without any lock. If it throws or returns null, nothing is learnt
 * from that attempt.
 */
@FunctionalInterface
public interface AnswerReader {
  /**
   * Reads one answer.
   *
   * @param result what the attempt returned; null if it threw
   * @param error what the attempt threw; null if it returned
   * @param now the wall-clock time, for answers that name a date
   */
  ServerAnswer read(@Nullable Object result, @Nullable Throwable error, Instant now);

  /**
   * A reader for limits that learn from refusals alone. It reads as this one does, but may skip what other answers
   * signal where reading that takes time. By default, it is this reader.
   */
  default AnswerReader ofRefusals() {
    return this;
  }

  /**
   * Reads HTTP replies, returned or thrown, in all dialects that the library knows. A reply with status 429, 503
   * or 529 is refused, and so is one with 403 that says when to come back. Any other status from 500, an {@link
   * java.io.IOException} and a timeout are failures. All other replies are granted, and so is a result that is no
   * reply. Other errors say nothing.
   */
  static AnswerReader http() {
    return HttpAnswerReader.KNOWN;
  }

  /** As {@link #http()}, in these dialects, the first of which takes precedence. */
  static AnswerReader http(List<? extends Dialect> dialects) {
    return new HttpAnswerReader(List.copyOf(dialects));
  }
}
