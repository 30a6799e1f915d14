package io.millrace.base;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * Undoes something after its owner was collected, as {@code WeakHashMap} drops an entry: the next one who
 * makes such a reference does it, so no thread is needed, and what is left behind is bounded by what was
 * made since the last collection. What is to be undone must keep this reachable, and must not reach the
 * owner.
 *
 * @param <T> the owner
 */
public abstract class WhenCollected<T> extends WeakReference<T> {
  private static final ReferenceQueue<Object> COLLECTED = new ReferenceQueue<>();

  /** A reference to this owner; undoes what other owners have left. */
  protected WhenCollected(T owner) {
    super(owner, COLLECTED);
    undoAll();
  }

  /** Called at most once, by any thread; calls nobody's code. */
  protected abstract void undo();

  private static void undoAll() {
    for (Reference<?> next = poll(); next != null; next = poll()) {
      ((WhenCollected<?>) next).undo();
    }
  }

  private static @Nullable Reference<?> poll() {
    return COLLECTED.poll();
  }
}
