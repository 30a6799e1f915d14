package io.millrace.spark;

import io.millrace.outcome.Outcome;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.spark.TaskKilledException;
import org.jspecify.annotations.Nullable;

/**
 * The outcomes of one partition, one by one: gives the engine of this worker as many items as the window has room for, and waits
 * for what comes back. Belongs to the thread of its Spark task, but for what says otherwise.
 */
final class PartitionOutcomes<T extends @Nullable Object, R extends @Nullable Object>
    implements Iterator<Entry<T, R>> {
  /* Spark does not interrupt what it kills, unless it is asked to. */
  private static final long KILLED_POLL_MILLIS = 100;

  private final WorkerEngine<?, T, R> engine;
  private final Iterator<? extends T> items;
  private final BooleanSupplier isKilled;
  private final int window;
  private final boolean ordered;
  private long position;
  private int inFlight;

  /* What is under way, in input order; empty if outcomes may come in any order. */
  private final ArrayDeque<Entry<T, R>> inOrder = new ArrayDeque<>();

  /* Filled by the engine, with entries that have their outcome; never more than a window. */
  private final LinkedBlockingQueue<Entry<T, R>> done = new LinkedBlockingQueue<>();

  /* Written once, by the thread that leads the run. */
  private volatile @Nullable Throwable broken;

  /* Written by the end of the task, read by the engine. */
  private volatile boolean abandoned;

  private PartitionOutcomes(
      WorkerEngine<?, T, R> engine,
      Job<?, T, R> job,
      Iterator<? extends T> items,
      BooleanSupplier isKilled) {
    this.engine = engine;
    this.items = items;
    this.isKilled = isKilled;
    this.window = job.window();
    this.ordered = job.ordered();
  }

  /** Enters the engine of this worker; whoever does so {@link #close}s it. */
  static <T extends @Nullable Object, R extends @Nullable Object> PartitionOutcomes<T, R> open(
      Job<?, T, R> job, Iterator<? extends T> items, BooleanSupplier isKilled) {
    for (; ; ) {
      WorkerEngine<?, T, R> engine = WorkerEngine.of(job);
      var partition = new PartitionOutcomes<>(engine, job, items, isKilled);
      if (engine.enter(partition)) {
        return partition;
      }
    }
  }

  @Override
  public boolean hasNext() {
    while (inFlight < window && items.hasNext()) {
      Entry<T, R> entry = new Entry<>(items.next(), position++, this);
      inFlight++;
      if (ordered) {
        inOrder.add(entry);
      }
      engine.submit(entry);
    }
    return inFlight > 0;
  }

  /** The next entry, with its outcome; waits for it. */
  @Override
  public Entry<T, R> next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    Entry<T, R> next = ordered ? takeFirst() : take();
    inFlight--;
    return next;
  }

  private Entry<T, R> takeFirst() {
    Entry<T, R> first = inOrder.remove();
    while (!first.arrived) {
      take().arrived = true;
    }
    return first;
  }

  private Entry<T, R> take() {
    try {
      for (; ; ) {
        if (isKilled.getAsBoolean()) {
          throw new TaskKilledException("while it waited for outcomes");
        }
        Entry<T, R> entry = done.poll(KILLED_POLL_MILLIS, TimeUnit.MILLISECONDS);
        if (entry != null) {
          return entry;
        }
        Throwable error = broken;
        if (error != null) {
          throw new IllegalStateException("the run of this worker has ended: " + error, error);
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      CancellationException cancelled =
          new CancellationException("interrupted, by Spark as it seems");
      cancelled.initCause(interrupted);
      throw cancelled;
    }
  }

  /** Leaves the engine. What is under way is dropped, and interrupted. At the end of the task, by any thread. */
  void close() {
    abandoned = true;
    engine.leave(this);
  }

  // For the engine

  /** Whether nobody takes the outcomes any more. */
  boolean isAbandoned() {
    return abandoned;
  }

  void settle(Entry<T, R> entry, Outcome<T, R> outcome) {
    entry.outcome = outcome;
    done.add(entry);
  }

  void fail(Throwable error) {
    broken = error;
  }
}
