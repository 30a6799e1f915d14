package io.millrace.signal;

import java.time.Instant;
import java.util.List;

/** One way in which servers say something about their limits. */
@FunctionalInterface
public interface Dialect {
  /**
   * Reads one answer. What it cannot read it ignores. If it throws, it has read nothing.
   *
   * @param now the wall-clock time, for answers that name a date
   * @return what the answer says; {@link Signals#NONE} if it says nothing in this dialect
   */
  Signals read(HttpReply reply, Instant now);

  /**
   * All that the library knows, those that take precedence first. They look at no header whose values have more than 8,192
   * characters together, and at the first 65,536 of a body.
   */
  static List<Dialect> known() {
    return KnownDialects.ALL;
  }
}
