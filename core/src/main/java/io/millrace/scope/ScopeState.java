package io.millrace.scope;

import org.jspecify.annotations.Nullable;

/**
 * Where a scope is in its life, and whether it is cancelled. Who enters, leaves and cancels race for
 * it: each step is one compare-and-set.
 *
 * <pre>
 *            entered            left
 *     NEW ------------> IN ------------> OUT      each cancelled or not;
 *                                                 once OUT, that is settled
 * </pre>
 *
 * @param frame where it was entered; null before
 */
record ScopeState(Stage stage, @Nullable Frame frame, boolean cancelled) {
  static final ScopeState FRESH = new ScopeState(Stage.NEW, null, false);

  enum Stage {
    NEW,
    IN,
    OUT
  }

  boolean isNew() {
    return stage == Stage.NEW;
  }

  boolean takesCancel() {
    return stage != Stage.OUT && !cancelled;
  }

  ScopeState entered(Frame where) {
    return isNew() ? new ScopeState(Stage.IN, where, cancelled) : this;
  }

  ScopeState cancel() {
    return takesCancel() ? new ScopeState(stage, frame, true) : this;
  }

  ScopeState left() {
    return new ScopeState(Stage.OUT, frame, cancelled);
  }
}
