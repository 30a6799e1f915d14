package io.millrace.bench.work;

/**
 * Two that are measured one right after the other.
 *
 * @param close whether a small difference is to be seen, so that it takes many samples
 */
public record Pair(Entry reference, Entry other, boolean close) {}
