package io.millrace.plan;

import java.util.List;

/**
 * Which parts of the context of a submitting thread reach the threads that work for it. The context class
 * loader always does; thread locals and scoped values do if they are chosen here. Immutable.
 *
 * @param carriers for thread locals and the like; each attempt has them, and what it writes to them is visible
 *     to no other attempt
 * @param scopedValues bound as they are bound where something is submitted; those that are unbound there stay
 *     so
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

  /** A copy with these scoped values, in place of those that were chosen before. */
  public Context scopedValues(ScopedValue<?>... values) {
    return new Context(carriers, List.of(values));
  }
}
