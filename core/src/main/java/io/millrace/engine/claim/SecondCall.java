package io.millrace.engine.claim;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The second call of an attempt, its hedge, in its race with the first one. Whoever made the first call owns the item, and
 * settles it whatever comes of this. Each race is one compare-and-set of the state:
 *
 * <pre>
 *             a worker begins          it has an answer that counts
 *   OFFERED ------------------> RUNNING ---------------------------> ANSWERED
 *      |                         |   \-----------------------------> FAILED
 *      |  the owner needs it     |          it has none
 *      v  no more                v
 *   DROPPED <--------------------+
 * </pre>
 */
public abstract class SecondCall {
  /** How far it is; the class has the drawing. */
  public enum State {
    OFFERED,
    RUNNING,
    ANSWERED,
    FAILED,
    DROPPED
  }

  private final AtomicReference<State> state = new AtomicReference<>(State.OFFERED);

  /* Written before the state says that there is an answer, read after it. */
  private @Nullable Object value;

  public final State state() {
    return state.get();
  }

  /** A worker begins it; false if nobody wants it any more. */
  public final boolean begin() {
    return state.compareAndSet(State.OFFERED, State.RUNNING);
  }

  /** It has an answer that counts; false if nobody wants that any more. */
  public final boolean answer(@Nullable Object answer) {
    value = answer;
    return state.compareAndSet(State.RUNNING, State.ANSWERED);
  }

  /** It has no answer that counts. Does nothing if it has one, or if nobody wants any. */
  public final void fail() {
    state.compareAndSet(State.RUNNING, State.FAILED);
  }

  /** Nobody wants its answer, unless there is one; returns how far it was. */
  public final State drop() {
    return state.getAndUpdate(
        seen -> seen == State.OFFERED || seen == State.RUNNING ? State.DROPPED : seen);
  }

  /** The answer; only if there is one. */
  public final @Nullable Object value() {
    return value;
  }
}
