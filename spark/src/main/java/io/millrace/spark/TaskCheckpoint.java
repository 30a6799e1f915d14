package io.millrace.spark;

import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.Codec;
import io.millrace.checkpoint.spi.CheckpointSession;
import io.millrace.checkpoint.spi.ItemId;
import io.millrace.checkpoint.spi.Spent;
import io.millrace.checkpoint.spi.StoredOutcome;
import io.millrace.checkpoint.spi.StoredRow;
import io.millrace.engine.claim.Mark;
import io.millrace.engine.durable.Identity;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Success;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.apache.spark.TaskKilledException;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoint of a job, in the hands of one task, together with all others. Its items are looked up before they are
 * submitted, and their outcomes are stored before Spark has them. Thread-safe, because a task may end while another thread of
 * Spark reads its rows, as with Python and with {@code pipe}: a session is never closed while it is in use.
 */
final class TaskCheckpoint {
  /** Most items or outcomes of one call. */
  static final int MOST = 1_000;

  private final ReentrantLock lock = new ReentrantLock();
  /* Both guarded by the lock. The session is null when it was closed: a task may have many of these, and a session keeps what it stored last. */
  private @Nullable CheckpointSession session;
  private Spent spent;

  private final int longestValue;
  private final Identity identity;
  private final Codec<Object> codec;
  private final Predicate<Throwable> finalFailures;

  private TaskCheckpoint(Checkpoint checkpoint, CheckpointSession session) {
    this.session = session;
    this.longestValue = session.longestValue();
    this.identity = new Identity(checkpoint);
    this.codec = checkpoint.codec();
    this.finalFailures = checkpoint.finalFailures();
    this.spent = session.spent();
  }

  static TaskCheckpoint open(Checkpoint checkpoint) {
    return new TaskCheckpoint(checkpoint, checkpoint.store().open(checkpoint.name()));
  }

  /** Waits for what uses it. Without effect the second time. */
  void close() {
    lock.lock();
    try {
      CheckpointSession open = session;
      session = null;
      if (open != null) {
        open.close();
      }
    } finally {
      lock.unlock();
    }
  }

  private CheckpointSession requireOpen() {
    CheckpointSession open = session;
    if (open == null) {
      throw new TaskKilledException("its task has ended");
    }
    return open;
  }

  /** Gives those of at most {@link #MOST} entries that need not be called what is stored of them. */
  <T extends @Nullable Object, R extends @Nullable Object> void find(List<Entry<T, R>> entries) {
    Map<ItemId, List<Entry<T, R>>> byId = new LinkedHashMap<>();
    for (Entry<T, R> entry : entries) {
      Mark mark = identity.of(entry.item, entry.position);
      entry.mark = mark;
      byId.computeIfAbsent(mark.id, _ -> new ArrayList<>()).add(entry);
    }
    lock.lock();
    try {
      find(requireOpen(), byId);
    } finally {
      lock.unlock();
    }
  }

  private static <T extends @Nullable Object, R extends @Nullable Object> void find(
      CheckpointSession session, Map<ItemId, List<Entry<T, R>>> byId) {
    List<ItemId> ids = List.copyOf(byId.keySet());
    for (int done = 0; done < ids.size(); ) {
      List<@Nullable StoredRow> rows = session.find(ids.subList(done, ids.size()));
      if (rows.isEmpty() || rows.size() > ids.size() - done) {
        throw new IllegalStateException(
            "the checkpoint's store was asked for "
                + (ids.size() - done)
                + " items and has answered for "
                + rows.size());
      }
      for (StoredRow row : rows) {
        if (row != null) {
          Objects.requireNonNull(byId.get(ids.get(done)))
              .forEach(entry -> adopt(entry, row.outcome()));
        }
        done++;
      }
    }
  }

  /* It stands for the item if it is its last word, and the item is the same. */
  private static void adopt(Entry<?, ?> entry, StoredOutcome stored) {
    boolean isLast =
        switch (stored.result()) {
          case StoredOutcome.Value _ -> true;
          case StoredOutcome.Failed failed -> failed.isFinal();
        };
    Mark mark = Objects.requireNonNull(entry.mark);
    if (isLast && Arrays.equals(stored.fingerprint(), mark.fingerprint)) {
      mark.found = stored;
    }
  }

  /**
   * Stores the outcomes of at most {@link #MOST} entries, in one transaction.
   *
   * @throws CheckpointException if one of them cannot be stored; the others are
   */
  <T extends @Nullable Object, R extends @Nullable Object> void store(
      Collection<Entry<T, R>> entries) {
    Map<ItemId, StoredOutcome> outcomes = new LinkedHashMap<>(); // rows of one key have one outcome
    CheckpointException unstorable = null;
    long calls = 0;
    for (Entry<T, R> entry : entries) {
      calls += Objects.requireNonNull(entry.outcome).attempts();
      try {
        StoredOutcome outcome = outcome(entry);
        outcomes.merge(outcome.id(), outcome, TaskCheckpoint::ofTwo);
      } catch (CheckpointException broken) {
        unstorable = broken;
      }
    }
    commit(List.copyOf(outcomes.values()), calls);
    if (unstorable != null) {
      throw unstorable;
    }
  }

  /* As in the store: a failure does not replace a value, which was handed out as stored. */
  private static StoredOutcome ofTwo(StoredOutcome first, StoredOutcome second) {
    return first.result() instanceof StoredOutcome.Value
            && second.result() instanceof StoredOutcome.Failed
        ? first
        : second;
  }

  private void commit(List<StoredOutcome> outcomes, long calls) {
    lock.lock();
    try {
      CheckpointSession open = requireOpen();
      Spent all = new Spent(spent.calls() + calls, spent.permits(), spent.money());
      open.commit(outcomes, all);
      spent = all;
    } finally {
      lock.unlock();
    }
  }

  private StoredOutcome outcome(Entry<?, ?> entry) {
    Mark mark = Objects.requireNonNull(entry.mark);
    Outcome<?, ?> outcome = Objects.requireNonNull(entry.outcome);
    StoredOutcome.Result result =
        outcome instanceof Success<?, ?>(var _, var value, var _)
            ? new StoredOutcome.Value(encoded(mark.id, value))
            : failed(Objects.requireNonNull(outcome.error()));
    return new StoredOutcome(mark.id, entry.position, mark.fingerprint, outcome.attempts(), result);
  }

  private byte @Nullable [] encoded(ItemId id, @Nullable Object value) {
    if (value == null) {
      return null;
    }
    byte[] bytes;
    try {
      bytes = Objects.requireNonNull(codec.encode(value), "the codec has encoded null");
    } catch (Throwable broken) {
      throw new CheckpointException(
          "the item with the key "
              + id
              + ": its value, a "
              + value.getClass().getName()
              + ", cannot be encoded by the checkpoint's codec, so it cannot be stored",
          broken);
    }
    if (bytes.length > longestValue) {
      throw new CheckpointException(
          "the item with the key "
              + id
              + ": its value has "
              + bytes.length
              + " bytes, more than the "
              + longestValue
              + " that the checkpoint keeps; let the action return a reference to it");
    }
    return bytes;
  }

  private StoredOutcome.Failed failed(Throwable error) {
    String message = SparkOutcome.text(error::getMessage);
    return new StoredOutcome.Failed(
        error.getClass().getName(), message == null ? "" : message, isFinal(error));
  }

  private boolean isFinal(Throwable error) {
    try {
      return finalFailures.test(error);
    } catch (Throwable broken) {
      return false; // so it runs again
    }
  }

  /** The stored value of an entry that need not be called. */
  @Nullable Object decoded(ItemId id, StoredOutcome.Value value) {
    byte[] bytes = value.bytes();
    try {
      return bytes == null
          ? null
          : Objects.requireNonNull(codec.decode(bytes), "the codec has decoded null");
    } catch (Throwable broken) {
      throw new CheckpointException(
          "the item with the key "
              + id
              + ": its stored value cannot be decoded by the checkpoint's codec; use the one that it was stored with, or"
              + " another version of the checkpoint",
          broken);
    }
  }
}
