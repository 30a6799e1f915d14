package io.millrace.engine;

import io.millrace.context.Captured;
import io.millrace.engine.terms.Terms;
import io.millrace.plan.Action;
import io.millrace.plan.Context;
import org.jspecify.annotations.Nullable;

/** Calls the action, with the context of the thread that started the run. */
final class ContextualAction implements Action<@Nullable Object, @Nullable Object> {
  private final Action<@Nullable Object, @Nullable Object> action;

  private final Captured captured;

  /** Captures the calling thread's context; its class loader only if items do not bring their submitters'. */
  ContextualAction(Terms terms, Action<@Nullable Object, @Nullable Object> action) {
    this.action = action;
    Context context = new Context(terms.config.carriers, terms.config.scopedValues);
    this.captured = terms.isTuned ? Captured.withoutLoader(context) : Captured.of(context);
  }

  /** Scoped values cannot be written, so they are bound once a worker, not once an attempt. */
  Runnable around(Runnable worker) {
    return captured.around(worker);
  }

  @Override
  public @Nullable Object apply(@Nullable Object item) throws Exception {
    return captured.<@Nullable Object, @Nullable Object>applyInside(action, item);
  }
}
