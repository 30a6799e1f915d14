package io.millrace.process;

import io.millrace.plan.Action;
import java.io.Serializable;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A function that can be sent to a worker process: a lambda, a method reference, or an object of a
 * serializable class. It should capture little, and only what may cross (see {@link
 * ProcessOptions#allow(Class...)}); a lambda that uses a field or a method of its object captures the
 * whole object.
 *
 * @param <T> the arguments
 * @param <R> the values; null is a value like any other
 */
@FunctionalInterface
public interface RemoteFunction<T extends @Nullable Object, R extends @Nullable Object>
    extends Action<T, R>, Serializable {

  /** A call without an argument that can be sent to a worker process. */
  @FunctionalInterface
  interface Call<R extends @Nullable Object> extends Callable<R>, Serializable {}

  /** What a worker process does once, before its first task. */
  @FunctionalInterface
  interface Setup extends Serializable {
    /**
     * Prepares the process, for example by loading data into static fields.
     *
     * @throws Exception anything: the worker does not start then
     */
    void run() throws Exception;
  }
}
