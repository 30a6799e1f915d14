package io.millrace.cli.http;

import io.millrace.cli.http.Pointer.NoJsonException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is taken out of the body of an answer.
 *
 * @param select where the one value stands that is kept; empty if the whole body is kept
 * @param usage where the cost of the answer stands; empty if nobody counts it
 */
record Picking(Optional<Pointer> select, Optional<Pointer> usage) {

  /** What is kept of a reply, or why it is none of those that were asked for. */
  record Picked(Reply reply, Optional<String> problem) {}

  Picked from(Reply reply) {
    if (select.isEmpty()) {
      return new Picked(reply, Optional.empty());
    }
    try {
      return value(reply, select.get())
          .map(json -> new Picked(reply.with(new Content.Selected(json)), Optional.empty()))
          .orElseGet(
              () ->
                  new Picked(
                      reply, Optional.of("the answer has no value at --select " + select.get())));
    } catch (NoJsonException none) {
      return new Picked(reply, Optional.of("the answer " + none.getMessage()));
    }
  }

  /** What a reply says that it did cost; empty if it does not say so. */
  OptionalLong cost(Reply reply) {
    if (usage.isEmpty()) {
      return OptionalLong.empty();
    }
    try {
      return value(reply, usage.get())
          .flatMap(CostEstimate::number)
          .map(OptionalLong::of)
          .orElse(OptionalLong.empty());
    } catch (NoJsonException none) {
      return OptionalLong.empty();
    }
  }

  private static Optional<String> value(Reply reply, Pointer pointer) throws NoJsonException {
    return reply.content() instanceof Content.Whole(ByteBuffer bytes, var coding)
            && coding.isEmpty()
        ? pointer.in(bytes)
        : Optional.empty();
  }
}
