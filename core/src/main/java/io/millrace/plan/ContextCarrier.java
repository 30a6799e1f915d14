package io.millrace.plan;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Carries context of the calling thread, such as a thread local or a logging MDC, to the threads
 * that call the action.
 *
 * @param <C> the captured context
 */
public interface ContextCarrier<C extends @Nullable Object> {

  /** Called in the thread that starts the run or submits the task, at that moment. */
  C capture();

  /**
   * Called in a worker's thread before each attempt.
   *
   * @param captured what {@link #capture} returned
   * @return called in the same thread after the attempt, to restore what was there before, so that what the
   *     action wrote reaches neither the next attempt nor the caller
   */
  Runnable install(C captured);

  /** Carries the value of a thread local. */
  static <C extends @Nullable Object> ContextCarrier<C> of(ThreadLocal<C> local) {
    Objects.requireNonNull(local, "local");
    return new ContextCarrier<>() {
      @Override
      public C capture() {
        return local.get();
      }

      @Override
      public Runnable install(C captured) {
        C before = local.get();
        local.set(captured);
        return before == null ? local::remove : () -> local.set(before);
      }
    };
  }
}
