package io.millrace.spark;

import java.io.Serializable;

/**
 * Makes something that cannot be sent to a worker, such as a client or a {@link io.millrace.Parallel}, on the worker.
 * Spark sends the function, so everything that it captures has to be serializable.
 *
 * @param <C> what it makes
 */
@FunctionalInterface
public interface WorkerSupplier<C> extends Serializable {

  /**
   * Makes it; called once on each worker.
   *
   * @throws Exception anything; it fails the tasks of the worker, and Spark repeats those
   */
  C get() throws Exception;
}
