package io.millrace.scope;

import io.millrace.stress.Linearizability;
import java.util.concurrent.atomic.AtomicReference;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/**
 * Hunts the interleavings of entering and leaving a scope with cancellations from other threads: the
 * steps of a scope's life, as {@link CancelScope} takes them.
 */
class ScopeLincheckTest {
  @Test
  void entriesExitsAndCancellationsActAsIfOneAfterTheOther() {
    Linearizability.holds(Sound.class, Racy.class);
  }

  @Test
  void theSameOnPlainFieldsIsFoundOut() {
    Linearizability.isRefuted(Racy.class);
  }

  public static class Sound {
    private final AtomicReference<ScopeState> state = new AtomicReference<>(ScopeState.FRESH);

    /** Whether the scope was entered by this, and not before. */
    @Operation
    public boolean enter() {
      return state.getAndUpdate(seen -> seen.entered(null)).isNew();
    }

    /** Whether this cancelled it: then it is for this caller to interrupt. */
    @Operation
    public boolean cancel() {
      return state.getAndUpdate(ScopeState::cancel).takesCancel();
    }

    /** Whether it was cancelled before it was left. */
    @Operation
    public boolean leave() {
      return state.updateAndGet(ScopeState::left).cancelled();
    }

    @Operation
    public boolean cancelled() {
      return state.get().cancelled();
    }
  }

  /** What the operations mean, one after the other; the control uses it in several threads. */
  public static class Racy {
    private boolean entered;
    private boolean left;
    private boolean cancelled;

    @Operation
    public boolean enter() {
      boolean first = !entered && !left;
      entered = true;
      return first;
    }

    @Operation
    public boolean cancel() {
      if (left || cancelled) {
        return false;
      }
      cancelled = true;
      return true;
    }

    @Operation
    public boolean leave() {
      left = true;
      return cancelled;
    }

    @Operation
    public boolean cancelled() {
      return cancelled;
    }
  }
}
