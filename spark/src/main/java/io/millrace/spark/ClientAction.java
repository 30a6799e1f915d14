package io.millrace.spark;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A blocking function of one item, and of a client that all calls on a worker share. In everything else it is like {@link SparkAction}.
 *
 * @param <C> the client, which has to be thread-safe
 * @param <T> the items
 * @param <R> the values
 */
@FunctionalInterface
public interface ClientAction<C, T extends @Nullable Object, R extends @Nullable Object>
    extends Serializable {

  /**
   * Does the work for one item.
   *
   * @param client what the worker's supplier has made
   * @throws Exception anything; that is a failure of the item, and not of the Spark task
   */
  R apply(C client, T item) throws Exception;
}
