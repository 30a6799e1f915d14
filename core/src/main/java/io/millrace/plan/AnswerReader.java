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
   * A reader for limits that learn from refusals alone: as this one, but it may leave out what other answers signal,
   * if reading that takes time. By default, this one.
   */
  default AnswerReader ofRefusals() {
    return this;
  }

  /**
   * Reads HTTP replies, returned or thrown, in all dialects that the library knows. Refused are those with status
   * 429, 503 or 529, and those with 403 that say when to come back. Failed are other statuses from 500, {@link
   * java.io.IOException}s and timeouts. Other replies, and results that are none, are granted; other errors say
   * nothing.
   */
  static AnswerReader http() {
    return HttpAnswerReader.KNOWN;
  }

  /** As {@link #http()}, in these dialects, the first of which takes precedence. */
  static AnswerReader http(List<? extends Dialect> dialects) {
    return new HttpAnswerReader(List.copyOf(dialects));
  }
}
