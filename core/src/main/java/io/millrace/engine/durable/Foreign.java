package io.millrace.engine.durable;

import io.millrace.checkpoint.CheckpointException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Checks that stores and codecs of users answer as they promise. */
final class Foreign {
  private Foreign() {}

  /** Refuses null where there has to be something: it would pass for what null means elsewhere. */
  static <T> T nonNull(@Nullable T answer, Supplier<String> problem) {
    if (answer == null) {
      throw new CheckpointException(problem.get());
    }
    return answer;
  }

  /** The text of a store or a codec for an error, which must not replace that error. */
  static String text(Object object) {
    try {
      return String.valueOf(object);
    } catch (Throwable broken) {
      return "a " + object.getClass().getName();
    }
  }
}
