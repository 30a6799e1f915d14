package io.millrace.plan;

import java.util.List;

/**
 * What of the submitting thread's context reaches the threads that work for it. Its context class loader
 * always does; thread locals and scoped values do if they are chosen here. Immutable.
 *
 * @param carriers for thread locals and the like; each attempt has them, and what it writes reaches nobody
 * @param scopedValues bound as they are bound where something is submitted; those that are unbound there stay so
 */
public record Context(List<ContextCarrier<?>> carriers, List<ScopedValue<?>> scopedValues) {
  private static final Context NONE = new Context(List.of(), List.of());

  /** Copies the lists. */
  public Context {
    carriers = List.copyOf(carriers);
    scopedValues = List.copyOf(scopedValues);
  }

  /** Nothing but the context class loader. */
  public static Context none() {
    return NONE;
  }

  /** What these carriers carry. */
  public static Context of(ContextCarrier<?>... carriers) {
    return new Context(List.of(carriers), List.of());
  }

  /** These scoped values as well; they replace those that were chosen before. */
  public Context scopedValues(ScopedValue<?>... values) {
    return new Context(carriers, List.of(values));
  }
}
