package io.millrace.engine.wait;

import java.time.Duration;

/**
 * A pause that a server has asked for, of which the listeners have not been told yet.
 *
 * @param error what the attempt that it answered has failed with
 */
public record AskedPause(Throwable error, long sinceNanos, Duration length) {}
