package io.millrace.spark;

import io.millrace.outcome.Outcome;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * An item on its way through an engine.
 *
 * <p>A call and the end of its Spark task meet in {@code caller}: the call announces its thread, and looks whether the task has
 * ended; the task ends, then looks for a thread. So one of them sees the other. A call that ends while its interrupt is being
 * sent waits for that, so that no other item gets it.
 *
 * <pre>
 *   null ---> thread ---> INTERRUPTING ---> INTERRUPTED
 *    ^          |                               |
 *    +----------+-------------------------------+   the call ends
 * </pre>
 */
final class Entry<T extends @Nullable Object, R extends @Nullable Object> {
  private enum Mark {
    INTERRUPTING,
    INTERRUPTED
  }

  final T item;
  final long position;
  final PartitionOutcomes<T, R> partition;

  /* Written by the thread that leads the run, before it queues this; read by the task, which takes it from the queue. */
  @Nullable Outcome<T, R> outcome;

  /* The task's own: whether it has taken this from the queue. */
  boolean arrived;

  private final AtomicReference<@Nullable Object> caller = new AtomicReference<>();

  Entry(T item, long position, PartitionOutcomes<T, R> partition) {
    this.item = item;
    this.position = position;
    this.partition = partition;
  }

  /** By a worker, before each call: false if nobody wants the outcome any more. Each call ends with {@link #end}. */
  boolean begin() {
    caller.set(Thread.currentThread());
    return !partition.isAbandoned();
  }

  /** By the same worker, after it. */
  @SuppressWarnings("ThreadPriorityCheck") // for one thread, for a moment
  void end() {
    if (!caller.compareAndSet(Thread.currentThread(), null)) {
      while (caller.get() == Mark.INTERRUPTING) {
        Thread.yield();
      }
      caller.set(null);
      Thread.interrupted();
    }
  }

  /** Interrupts the call, if there is one; by the task, after its end. */
  void interrupt() {
    if (caller.get() instanceof Thread thread && caller.compareAndSet(thread, Mark.INTERRUPTING)) {
      thread.interrupt();
      caller.set(Mark.INTERRUPTED);
    }
  }

  /** The outcome as a row; by the task, which has taken this. */
  SparkOutcome<T, R> toRow(int partitionId) {
    return SparkOutcome.of(Objects.requireNonNull(outcome), partitionId, position);
  }
}
