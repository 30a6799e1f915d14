package io.millrace.base;

/**
 * Attaches exceptions to others, but not without bound: the exception may be a constant that is thrown for
 * every item of every run.
 */
public final class Suppressing {
  /** An exception that has so many suppressed ones gets no more. */
  public static final int MOST = 16;

  private Suppressing() {}

  /** Attaches {@code later} to {@code first}, unless they are the same or the first one has enough. */
  public static void add(Throwable first, Throwable later) {
    if (first != later && first.getSuppressed().length < MOST) {
      first.addSuppressed(later);
    }
  }
}
