package io.millrace.outcome;

import io.millrace.signal.HttpReply;
import org.jspecify.annotations.Nullable;

/**
 * How a {@code Monitor} and a report name causes, items and pauses. Its methods are called by the workers of a
 * run, several at once, and only when an item fails or a server asks for a pause; what they throw is
 * ignored. Longer texts are cut, and control characters are replaced.
 */
public interface Wording {
  /** The class of an error and its message, the key or else the text of an item. */
  Wording PLAIN = new Wording() {};

  /**
   * Names the cause of an error: the same for all errors that belong together. By default, the status that an HTTP
   * server has answered, or else the simple name of the class, or its full name if it is anonymous, and the message;
   * for a {@link RejectedResultException} without the result.
   */
  default String cause(Throwable error) {
    if (error instanceof HttpReply reply) {
      return "status " + reply.statusCode();
    }
    if (error instanceof RejectedResultException rejected) {
      return rejected.cause();
    }
    String message = error.getMessage();
    String simple = error.getClass().getSimpleName();
    String name = simple.isEmpty() ? error.getClass().getName() : simple;
    return message == null || message.isBlank() ? name : name + ": " + message;
  }

  /**
   * Names an item. By default by its key, or else by itself. It should not show secrets.
   *
   * @param item null for a task of an executor
   */
  default String item(@Nullable Object item, Details details) {
    if (details.key() != null) {
      return String.valueOf(details.key());
    }
    return item == null ? "task " + details.index() : String.valueOf(item);
  }

  /**
   * Says who asked for a pause. By default, the cause that the error has.
   *
   * @param item null for a task of an executor
   * @param error what the attempt threw, or a {@link RejectedResultException}
   */
  default String pause(@Nullable Object item, Throwable error) {
    return cause(error);
  }
}
