package io.millrace.plan;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Three values that belong together: an item of a zip of three sources.
 *
 * @param first from the first source
 * @param second from the second source
 * @param third from the third source
 */
public record Triple<
        A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object>(
    A first, B second, C third) implements Serializable {}
