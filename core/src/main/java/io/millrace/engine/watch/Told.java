package io.millrace.engine.watch;

/**
 * How a failure was put in words, before its item is settled.
 *
 * @param error what the item may fail with
 */
public record Told(Throwable error, String cause, String sample) {}
