package io.millrace.outcome;

/**
 * Failures that have the same cause.
 *
 * @param cause what went wrong, as a {@link Wording} says
 * @param count how many items failed for this cause
 * @param index position of the first one of them in its source, from 0
 * @param sample that item, as a {@link Wording} names it
 */
public record FailureGroup(String cause, long count, long index, String sample) {
  /** This one, and others with the same cause. */
  FailureGroup plus(FailureGroup others) {
    return new FailureGroup(cause, count + others.count, index, sample);
  }
}
