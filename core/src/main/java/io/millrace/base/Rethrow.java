package io.millrace.base;

/** Throws errors as they are, checked or not: a wrapper would hide them from their catch clauses. */
public final class Rethrow {
  private Rethrow() {}

  /** Throws {@code error}; declared to return so that the caller can write {@code throw}. */
  public static RuntimeException asIs(Throwable error) {
    Rethrow.<RuntimeException>unchecked(error);
    throw new AssertionError(error);
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals", "DoNotCallSuggester"})
  private static <E extends Throwable> void unchecked(Throwable error) throws E {
    throw (E) error;
  }
}
