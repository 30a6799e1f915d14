package io.millrace.engine.wait;

import org.jspecify.annotations.Nullable;

/**
 * What the first call of an attempt came to whose hedge has the answer.
 *
 * @param value what it returned; null if it threw
 * @param error what it threw; null if it returned
 * @param isItsOwn whether nobody had interrupted it: otherwise an error that asks for nothing may only be the interrupt
 */
public record LostCall(@Nullable Object value, @Nullable Throwable error, boolean isItsOwn) {}
