package io.millrace.context;

import io.millrace.base.Suppressing;
import io.millrace.plan.Action;
import io.millrace.plan.Context;
import io.millrace.plan.ContextCarrier;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** The context of a thread, as of the moment when it submitted something. Immutable. */
public final class Captured {
  private final boolean hasLoader;
  private final @Nullable ClassLoader loader;
  private final List<? extends Carried<?>> carried;
  private final ScopedValue.@Nullable Carrier scoped;

  private record Carried<C extends @Nullable Object>(ContextCarrier<C> carrier, C context) {
    static <C extends @Nullable Object> Carried<C> of(ContextCarrier<C> carrier) {
      return new Carried<>(carrier, carrier.capture());
    }

    Runnable install() {
      return carrier.install(context);
    }
  }

  private Captured(Context context, boolean hasLoader) {
    this.hasLoader = hasLoader;
    this.loader = hasLoader ? loaderOf(Thread.currentThread()) : null;
    this.carried =
        context.carriers().isEmpty()
            ? List.of()
            : context.carriers().stream().map(Carried::of).toList();
    ScopedValue.Carrier bound = null;
    for (ScopedValue<?> value : context.scopedValues()) {
      bound = bind(bound, value);
    }
    this.scoped = bound;
  }

  /** Captures the calling thread's context. Throws what a carrier throws. */
  public static Captured of(Context context) {
    return new Captured(context, true);
  }

  /** Captures the calling thread's context without the class loader: that of the working thread stays. */
  public static Captured withoutLoader(Context context) {
    return new Captured(context, false);
  }

  /** Whether its class loader is that of this thread. */
  boolean hasLoaderOf(Thread thread) {
    return hasLoader && loader == loaderOf(thread);
  }

  private static <V> ScopedValue.@Nullable Carrier bind(
      ScopedValue.@Nullable Carrier bound, ScopedValue<V> value) {
    if (!value.isBound()) {
      return bound;
    }
    return bound == null ? ScopedValue.where(value, value.get()) : bound.where(value, value.get());
  }

  /**
   * Runs something of several attempts with all but what is carried, which each attempt has by {@link
   * #apply}: scoped values cannot be written, so they need not be bound again.
   */
  public Runnable around(Runnable worker) {
    Runnable bound = inScope(worker);
    if (!hasLoader) {
      return bound;
    }
    return () -> {
      Thread thread = Thread.currentThread();
      ClassLoader before = loaderOf(thread);
      setLoader(thread, loader);
      try {
        bound.run();
      } finally {
        setLoader(thread, before);
      }
    };
  }

  private Runnable inScope(Runnable worker) {
    ScopedValue.Carrier values = scoped;
    return values == null ? worker : () -> values.run(worker);
  }

  /** Makes one attempt with all but the scoped values. What it writes reaches nobody else. */
  public <T extends @Nullable Object, R extends @Nullable Object> R apply(
      Action<? super T, ? extends R> action, T item) throws Exception {
    if (!hasLoader) {
      return this.<T, R>callInside(carried.size(), action, item);
    }
    Thread thread = Thread.currentThread();
    ClassLoader before = loaderOf(thread);
    setLoader(thread, loader);
    try {
      return this.<T, R>callInside(carried.size(), action, item);
    } finally {
      setLoader(thread, before);
    }
  }

  /**
   * As {@link #apply}, in a thread that is {@link #around} it, and so has the class loader: that is looked at once
   * an attempt, in case the attempt has changed it.
   */
  public <T extends @Nullable Object, R extends @Nullable Object> R applyInside(
      Action<? super T, ? extends R> action, T item) throws Exception {
    if (!hasLoader) {
      return this.<T, R>callInside(carried.size(), action, item);
    }
    try {
      return this.<T, R>callInside(carried.size(), action, item);
    } finally {
      setLoader(Thread.currentThread(), loader);
    }
  }

  /** Makes one attempt with everything. */
  public <R extends @Nullable Object> R call(Callable<? extends R> task) throws Exception {
    ScopedValue.Carrier values = scoped;
    Action<Callable<? extends R>, R> calling = Callable::call;
    return values == null
        ? this.<Callable<? extends R>, R>apply(calling, task)
        : values.<R, Exception>call(() -> this.<Callable<? extends R>, R>apply(calling, task));
  }

  /* One frame for each carrier, so that each is undone, in reverse order, whatever another one throws. */
  private <T extends @Nullable Object, R extends @Nullable Object> R callInside(
      int carriers, Action<? super T, ? extends R> action, T item) throws Exception {
    if (carriers == 0) {
      return action.apply(item);
    }
    Runnable undo = carried.get(carried.size() - carriers).install();
    R value;
    try {
      value = this.<T, R>callInside(carriers - 1, action, item);
    } catch (Throwable thrown) {
      undoAfter(thrown, undo);
      throw thrown;
    }
    undo.run();
    return value;
  }

  /* The caller gets what the action threw. */
  private static void undoAfter(Throwable thrown, Runnable undo) {
    try {
      undo.run();
    } catch (Throwable broken) {
      Suppressing.add(thrown, broken);
    }
  }

  /* Some threads have their own idea of it, and throw: they keep the one that they have. */
  private static @Nullable ClassLoader loaderOf(Thread thread) {
    try {
      return thread.getContextClassLoader();
    } catch (Throwable refused) {
      return null;
    }
  }

  private static void setLoader(Thread thread, @Nullable ClassLoader loader) {
    if (loaderOf(thread) != loader) {
      try {
        thread.setContextClassLoader(loader);
      } catch (Throwable refused) {
        // see above
      }
    }
  }
}
