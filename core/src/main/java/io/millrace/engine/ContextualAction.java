package io.millrace.engine;

import io.millrace.base.Suppressing;
import io.millrace.engine.terms.Config;
import io.millrace.plan.Action;
import io.millrace.plan.ContextCarrier;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls the action, with the context of the thread that started the run. */
final class ContextualAction implements Action<@Nullable Object, @Nullable Object> {
  private final Action<@Nullable Object, @Nullable Object> action;
  private final List<Captured<?>> captured = new ArrayList<>();
  private ScopedValue.@Nullable Carrier scoped;

  private record Captured<C extends @Nullable Object>(ContextCarrier<C> carrier, C context) {
    static <C extends @Nullable Object> Captured<C> of(ContextCarrier<C> carrier) {
      return new Captured<>(carrier, carrier.capture());
    }

    Runnable install() {
      return carrier.install(context);
    }
  }

  /** Captures the calling thread's context. */
  ContextualAction(Config config, Action<@Nullable Object, @Nullable Object> action) {
    this.action = action;
    config.carriers.forEach(carrier -> captured.add(Captured.of(carrier)));
    config.scopedValues.forEach(this::bind);
  }

  private <V> void bind(ScopedValue<V> value) {
    if (value.isBound()) {
      scoped =
          scoped == null ? ScopedValue.where(value, value.get()) : scoped.where(value, value.get());
    }
  }

  /** Scoped values cannot be written, so they are bound once a worker, not once an attempt. */
  Runnable around(Runnable worker) {
    ScopedValue.Carrier values = scoped;
    return values == null ? worker : () -> values.run(worker);
  }

  @Override
  public @Nullable Object apply(@Nullable Object item) throws Exception {
    return callInside(captured.size(), item);
  }

  /* One frame for each carrier, so that each is undone, in reverse order, whatever another one throws. */
  private @Nullable Object callInside(int carriers, @Nullable Object item) throws Exception {
    if (carriers == 0) {
      return action.apply(item);
    }
    Runnable undo = captured.get(captured.size() - carriers).install();
    @Nullable Object value;
    try {
      value = callInside(carriers - 1, item);
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
}
