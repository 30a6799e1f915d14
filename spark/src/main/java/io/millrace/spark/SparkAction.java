package io.millrace.spark;

import io.millrace.plan.Action;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * An {@link Action} that Spark can send to the workers: everything that it captures has to be serializable. Each worker
 * has one copy, which several threads call at once.
 *
 * @param <T> the items
 * @param <R> the values
 */
@FunctionalInterface
public interface SparkAction<T extends @Nullable Object, R extends @Nullable Object>
    extends Action<T, R>, Serializable {}
