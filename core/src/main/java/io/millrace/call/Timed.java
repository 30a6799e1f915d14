package io.millrace.call;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A value, and how long it took.
 *
 * @param value what the function returned, or the default value
 * @param elapsed from the start of the first attempt to the end of the last one, with the waits between
 *     them
 */
public record Timed<R extends @Nullable Object>(R value, Duration elapsed) {}
