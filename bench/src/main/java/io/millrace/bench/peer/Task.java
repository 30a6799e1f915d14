package io.millrace.bench.peer;

import java.util.concurrent.Callable;
import java.util.function.Function;

/** What is done with one item; it may block and throw. */
@FunctionalInterface
public interface Task {
  Integer apply(Integer item) throws Exception;

  /** For peers whose functions throw nothing checked: what it throws is thrown as it is. */
  default Function<Integer, Integer> unchecked() {
    return item -> {
      try {
        return apply(item);
      } catch (Exception error) {
        throw Task.<RuntimeException>sneak(error);
      }
    };
  }

  /** For peers that take one call at a time. */
  default Callable<Integer> on(Integer item) {
    return () -> apply(item);
  }

  @SuppressWarnings("unchecked")
  private static <E extends Exception> E sneak(Exception error) throws E {
    throw (E) error;
  }
}
