package io.millrace.spark;

import io.millrace.checkpoint.spi.StoredOutcome;
import io.millrace.outcome.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.spark.TaskKilledException;
import org.jspecify.annotations.Nullable;

/**
 * The outcomes of one partition, one by one: gives the engine of this worker as many items as the window has room for, and waits
 * for what comes back. Belongs to the thread that reads its rows, but for what says otherwise.
 */
final class PartitionOutcomes<T extends @Nullable Object, R extends @Nullable Object>
    implements Iterator<Entry<T, R>> {
  /* Spark does not interrupt what it kills, unless it is asked to. */
  private static final long KILLED_POLL_MILLIS = 100;

  private final WorkerEngine<?, T, R> engine;
  /* Nothing is kept of a partition that has ended. */
  private Iterator<? extends T> items;
  private final BooleanSupplier isKilled;
  private final int window;
  private final boolean ordered;
  private final boolean isStored;
  /* Opened by the first look-up, and closed by the end of the partition, or of the task; null before, and without one. */
  private volatile @Nullable TaskCheckpoint checkpoint;
  /* What Spark may have: it was stored, now or before. */
  private final ArrayDeque<Entry<T, R>> stored = new ArrayDeque<>();
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
    this.isStored = job.isStored();
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
    if (isStored) {
      readLookedUp();
    } else {
      while (inFlight < window && items.hasNext()) {
        engine.submit(read());
      }
    }
    boolean hasMore = inFlight > 0;
    if (!hasMore) { // a task may have many partitions, one after the other, as with coalesce
      items = Collections.emptyIterator();
      closeCheckpoint();
    }
    return hasMore;
  }

  private void closeCheckpoint() {
    TaskCheckpoint open = checkpoint;
    if (open != null) {
      open.close();
    }
  }

  private Entry<T, R> read() {
    Entry<T, R> entry = new Entry<>(items.next(), position++, this);
    inFlight++;
    if (ordered) {
      inOrder.add(entry);
    }
    return entry;
  }

  /* Many at a time, because each time is a call to the store. */
  private void readLookedUp() {
    int many = Math.clamp(window / 4, 1, TaskCheckpoint.MOST);
    while (inFlight + many <= window && items.hasNext()) {
      List<Entry<T, R>> entries = new ArrayList<>(many);
      while (entries.size() < many && items.hasNext()) {
        entries.add(read());
      }
      checkpoint().find(entries);
      for (Entry<T, R> entry : entries) {
        if (entry.stored() == null || !hasKey(entry)) {
          engine.submit(entry);
        } else {
          stored.add(entry);
        }
      }
    }
  }

  /* What is thrown in place of a key fails the item, as in any run, and not its task: the engine asks once more. */
  private boolean hasKey(Entry<T, R> entry) {
    Function<@Nullable Object, ?> key = engine.configuration().itemKey;
    try {
      entry.key = key == null ? null : key.apply(entry.item);
      return true;
    } catch (Throwable broken) {
      Objects.requireNonNull(entry.mark).found = null;
      return false;
    }
  }

  private TaskCheckpoint checkpoint() {
    TaskCheckpoint open = checkpoint;
    if (open == null) {
      open = TaskCheckpoint.open(Objects.requireNonNull(engine.configuration().checkpoint));
      checkpoint = open;
      if (abandoned) { // the end of the task may not have seen it
        open.close();
      }
    }
    return open;
  }

  /** The row of an entry that need not be called. */
  @SuppressWarnings("unchecked") // the codec gives what it was given
  SparkOutcome<T, R> toRow(Entry<T, R> entry, StoredOutcome outcome, int partitionId) {
    R value =
        outcome.result() instanceof StoredOutcome.Value bytes
            ? (R) checkpoint().decoded(outcome.id(), bytes)
            : null;
    return SparkOutcome.restored(
        entry.item, entry.key, partitionId, entry.position, outcome.result(), value);
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
    Entry<T, R> ready = stored.poll();
    if (ready != null) {
      return ready;
    }
    Entry<T, R> first = await();
    if (!isStored) {
      return first;
    }
    List<Entry<T, R>> all = new ArrayList<>();
    all.add(first);
    done.drainTo(all, TaskCheckpoint.MOST - 1);
    checkpoint().store(all);
    stored.addAll(all);
    return stored.remove();
  }

  private Entry<T, R> await() {
    try {
      for (; ; ) {
        if (isKilled.getAsBoolean()) {
          throw new TaskKilledException("while it waited for outcomes");
        }
        Entry<T, R> entry = done.poll(KILLED_POLL_MILLIS, TimeUnit.MILLISECONDS);
        if (abandoned) { // what comes now is of calls that were interrupted
          throw new TaskKilledException("its task has ended");
        }
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
    closeCheckpoint();
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
