package io.millrace.bench.peer;

/**
 * What it costs to keep results.
 *
 * @param nanos an item, in all
 * @param heldMillis from the end of an action to its outcome: 99 of 100 at most
 * @param restoredNanos an item that is there already
 */
public record Kept(double nanos, double heldMillis, double restoredNanos) {}
