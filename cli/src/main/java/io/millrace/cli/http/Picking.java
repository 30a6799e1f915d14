package io.millrace.cli.http;

import io.millrace.cli.http.Pointer.NoJsonException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What is taken out of the body of an answer.
 *
 * @param select where the only value stands that is kept; empty if all is
 */
record Picking(Optional<Pointer> select) {
  /** Nothing special. */
  static Picking none() {
    return new Picking(Optional.empty());
  }

  /** What is kept of a reply, or why it is none of those that were asked for. */
  record Picked(Reply reply, Optional<String> problem) {}

  Picked from(Reply reply) {
    if (select.isEmpty()) {
      return new Picked(reply, Optional.empty());
    }
    try {
      Optional<String> value =
          reply.content() instanceof Content.Whole(ByteBuffer bytes, var coding) && coding.isEmpty()
              ? select.get().in(bytes)
              : Optional.empty();
      return value
          .map(json -> new Picked(reply.with(new Content.Selected(json)), Optional.empty()))
          .orElseGet(
              () ->
                  new Picked(
                      reply, Optional.of("the answer has no value at --select " + select.get())));
    } catch (NoJsonException none) {
      return new Picked(reply, Optional.of("the answer is not JSON, which --select needs"));
    }
  }
}
