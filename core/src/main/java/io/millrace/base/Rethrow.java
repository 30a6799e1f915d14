package io.millrace.base;

import java.util.concurrent.ExecutionException;

/** Throws errors as they are, checked or not: a wrapper would hide them from their catch clauses. */
public final class Rethrow {
  private Rethrow() {}

  /** Throws {@code error}; declared to return so that the caller can write {@code throw}. */
  public static RuntimeException asIs(Throwable error) {
    Rethrow.<RuntimeException>unchecked(error);
    throw new AssertionError(error);
  }

  /**
   * Throws what a task has thrown, as it is; but in its wrapper where the caller would take it for an exception
   * of the method that it has called.
   *
   * @param own the exceptions that the method throws on its own account
   */
  @SafeVarargs
  public static RuntimeException taskError(
      ExecutionException failed, Class<? extends Throwable>... own) {
    Throwable thrown = failed.getCause();
    if (thrown == null) {
      throw asIs(failed);
    }
    for (Class<? extends Throwable> each : own) {
      if (each.isInstance(thrown)) {
        throw asIs(failed);
      }
    }
    throw asIs(thrown);
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals", "DoNotCallSuggester"})
  private static <E extends Throwable> void unchecked(Throwable error) throws E {
    throw (E) error;
  }
}
