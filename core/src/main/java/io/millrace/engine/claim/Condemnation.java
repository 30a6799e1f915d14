package io.millrace.engine.claim;

/**
 * Why an item is not called any more and only has to be settled.
 *
 * @param error what it fails with
 * @param tookNanos how long its call took that was abandoned; {@link #NO_CALL} if none was under way
 */
public record Condemnation(Throwable error, long tookNanos) {
  /** No time of a call. */
  public static final long NO_CALL = -1;

  /** Of an item that waited in vain. */
  public Condemnation(Throwable error) {
    this(error, NO_CALL);
  }

  /** Whether its call was abandoned. */
  public boolean endsCall() {
    return tookNanos != NO_CALL;
  }
}
