package io.millrace.bench.peer;

/**
 * What some operations took.
 *
 * @param nanos from the first to the last
 * @param cpuNanos of all threads that run Java
 */
public record Cost(long operations, long nanos, long cpuNanos) {
  public Cost plus(Cost other) {
    return new Cost(operations + other.operations, nanos + other.nanos, cpuNanos + other.cpuNanos);
  }
}
