package io.millrace.spark;

import io.millrace.checkpoint.spi.StoredOutcome;
import io.millrace.engine.claim.Mark;
import io.millrace.engine.durable.RunCheckpoint;
import io.millrace.outcome.Outcome;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * An item on its way through an engine.
 *
 * <p>A call and the end of its Spark task meet in {@code calls}: the call announces itself, and looks whether the task has
 * ended; the task ends, then looks for calls. So one of them sees the other. There are two at once if the item has a hedge.
 */
final class Entry<T extends @Nullable Object, R extends @Nullable Object> {
  final T item;
  final long position;
  final PartitionOutcomes<T, R> partition;

  /* Written by the thread that leads the run, before it queues this; read by the task, which takes it from the queue. */
  @Nullable Outcome<T, R> outcome;

  /* The task's own: whether it has taken this from the queue, and what its checkpoint has of the item, with its key. */
  boolean arrived;
  @Nullable Mark mark;
  @Nullable Object key;

  private final Queue<Call> calls = new ConcurrentLinkedQueue<>();

  Entry(T item, long position, PartitionOutcomes<T, R> partition) {
    this.item = item;
    this.position = position;
    this.partition = partition;
  }

  /** By a worker, before each call, which ends with {@link #end}; then it looks whether the call {@link #isWanted}. */
  Call begin() {
    Call call = new Call();
    calls.add(call);
    return call;
  }

  /** False if nobody takes the outcome any more. */
  boolean isWanted() {
    return !partition.isAbandoned();
  }

  /** By the same worker, after the call. */
  void end(Call call) {
    calls.remove(call);
    call.end();
  }

  /** Interrupts the calls, if there are any; by the task, after its end. */
  void interrupt() {
    calls.forEach(Call::interrupt);
  }

  /** What the checkpoint has in place of a call; null if it has nothing. */
  @Nullable StoredOutcome stored() {
    return mark == null ? null : mark.found;
  }

  /** Why there is no value; null if there is one. By the task, which has taken this. */
  @Nullable Throwable error() {
    StoredOutcome stored = stored();
    if (stored == null) {
      return Objects.requireNonNull(outcome).error();
    }
    return stored.result() instanceof StoredOutcome.Failed failed
        ? RunCheckpoint.failure(failed)
        : null;
  }

  /** The outcome as a row; by the task, which has taken this. */
  SparkOutcome<T, R> toRow(int partitionId) {
    StoredOutcome stored = stored();
    if (stored != null) {
      return partition.toRow(this, stored, partitionId);
    }
    return SparkOutcome.of(Objects.requireNonNull(outcome), partitionId, position);
  }

  /**
   * A call in the thread that made this. One that ends while its interrupt is being sent waits for that, so that no other item
   * gets it.
   *
   * <pre>
   *   RUNNING ---> INTERRUPTING ---> INTERRUPTED
   *      |
   *      +-------> ENDED
   * </pre>
   */
  static final class Call {
    private enum State {
      RUNNING,
      INTERRUPTING,
      INTERRUPTED,
      ENDED
    }

    private final Thread thread = Thread.currentThread();
    private final AtomicReference<State> state = new AtomicReference<>(State.RUNNING);

    private Call() {}

    @SuppressWarnings("ThreadPriorityCheck") // for one thread, for a moment
    private void end() {
      if (!state.compareAndSet(State.RUNNING, State.ENDED)) {
        while (state.get() == State.INTERRUPTING) {
          Thread.yield();
        }
        Thread.interrupted();
      }
    }

    private void interrupt() {
      if (state.compareAndSet(State.RUNNING, State.INTERRUPTING)) {
        thread.interrupt();
        state.set(State.INTERRUPTED);
      }
    }
  }
}
