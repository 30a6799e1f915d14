package io.millrace.testkit;

import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.CheckpointStore;
import io.millrace.checkpoint.spi.CheckpointSession;
import io.millrace.checkpoint.spi.ItemId;
import io.millrace.checkpoint.spi.Spent;
import io.millrace.checkpoint.spi.StoredOutcome;
import io.millrace.checkpoint.spi.StoredRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A store of checkpoints in memory, for tests: it survives runs, not the process. It can be told to fail or to take
 * its time, remembers what was asked of it, and fails a run that breaks the rules of {@link CheckpointSession}.
 * Thread-safe.
 */
public final class MemoryStore implements CheckpointStore {
  private final ReentrantLock lock = new ReentrantLock();

  /* Guarded by the lock. */
  private final Map<ItemId, Long> rows = new HashMap<>();
  private final List<StoredOutcome> outcomes = new ArrayList<>();
  private final List<Integer> commits = new ArrayList<>();
  private final List<Integer> finds = new ArrayList<>();
  private Spent spent = Spent.NONE;
  private @Nullable CheckpointName name;
  private @Nullable String holder;
  private Hook onFind = ids -> {};
  private Hook onCommit = ids -> {};
  private int mostFound = Integer.MAX_VALUE;
  private int longestValue = Integer.MAX_VALUE;

  /** What happens before the store does what it was asked for; whatever it throws is thrown instead. */
  @FunctionalInterface
  public interface Hook {
    /** Told of the items that it is about; may block. */
    void before(List<ItemId> ids);
  }

  /** Makes an empty store. */
  public MemoryStore() {}

  /** What happens before items are looked up. Replaces what was set before. */
  public MemoryStore onFind(Hook hook) {
    return change(() -> onFind = Objects.requireNonNull(hook, "hook"));
  }

  /** What happens before outcomes are stored: they are not durable meanwhile. Replaces what was set before. */
  public MemoryStore onCommit(Hook hook) {
    return change(() -> onCommit = Objects.requireNonNull(hook, "hook"));
  }

  /** Answers for so many items at once at most, as stores of large values do. */
  public MemoryStore mostFound(int items) {
    return change(() -> mostFound = items);
  }

  /** Keeps values of so many bytes at most. */
  public MemoryStore longestValue(int bytes) {
    return change(() -> longestValue = bytes);
  }

  private MemoryStore change(Runnable change) {
    lock.lock();
    try {
      change.run();
      return this;
    } finally {
      lock.unlock();
    }
  }

  /** What is stored, in the order of the rows. */
  public List<StoredOutcome> outcomes() {
    lock.lock();
    try {
      return List.copyOf(outcomes);
    } finally {
      lock.unlock();
    }
  }

  /** Whether something is stored for this item. */
  public boolean has(ItemId id) {
    lock.lock();
    try {
      return rows.containsKey(id);
    } finally {
      lock.unlock();
    }
  }

  /** What all runs have spent. */
  public Spent spent() {
    lock.lock();
    try {
      return spent;
    } finally {
      lock.unlock();
    }
  }

  /** How many outcomes each transaction had. */
  public List<Integer> commits() {
    lock.lock();
    try {
      return List.copyOf(commits);
    } finally {
      lock.unlock();
    }
  }

  /** How many items each query asked for. */
  public List<Integer> finds() {
    lock.lock();
    try {
      return List.copyOf(finds);
    } finally {
      lock.unlock();
    }
  }

  /** Whether a run holds it. */
  public boolean isHeld() {
    lock.lock();
    try {
      return holder != null;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public CheckpointSession open(CheckpointName name) {
    Objects.requireNonNull(name, "name");
    lock.lock();
    try {
      if (holder != null) {
        throw new CheckpointException("another run holds this checkpoint, since " + holder);
      }
      if (this.name != null && !this.name.equals(name)) {
        throw new CheckpointException(
            "this checkpoint is of "
                + this.name
                + ", not of "
                + name
                + ": use that name, or another checkpoint");
      }
      this.name = name;
      holder = Thread.currentThread().getName();
      return new Session(outcomes.size(), spent);
    } finally {
      lock.unlock();
    }
  }

  private final class Session implements CheckpointSession {
    private final long firstNewRow;
    private final Spent before;

    /* Guarded by the lock. */
    private boolean finding;
    private boolean committing;
    private boolean closed;

    Session(long firstNewRow, Spent before) {
      this.firstNewRow = firstNewRow;
      this.before = before;
    }

    @Override
    public long firstNewRow() {
      return firstNewRow;
    }

    @Override
    public Spent spent() {
      return before;
    }

    @Override
    public int longestValue() {
      return longestValue;
    }

    @Override
    public List<@Nullable StoredRow> find(List<ItemId> ids) {
      require(!ids.isEmpty() && new HashSet<>(ids).size() == ids.size(), "find of " + ids);
      Hook hook = begin(true, ids.size());
      try {
        hook.before(ids);
        return found(ids);
      } finally {
        change(() -> finding = false);
      }
    }

    private List<@Nullable StoredRow> found(List<ItemId> ids) {
      lock.lock();
      try {
        List<@Nullable StoredRow> found = new ArrayList<>();
        for (ItemId id : ids.subList(0, Math.min(ids.size(), mostFound))) {
          Long row = rows.get(id);
          found.add(row == null ? null : new StoredRow(row, outcomes.get(Math.toIntExact(row))));
        }
        return found;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void commit(List<StoredOutcome> stored, Spent spentInAll) {
      List<ItemId> ids = stored.stream().map(StoredOutcome::id).toList();
      require(new HashSet<>(ids).size() == ids.size(), "commit of " + ids);
      Hook hook = begin(false, 0);
      try {
        hook.before(ids);
        change(() -> add(stored, spentInAll));
      } finally {
        change(() -> committing = false);
      }
    }

    private void add(List<StoredOutcome> stored, Spent spentInAll) {
      spent = spentInAll;
      for (StoredOutcome outcome : stored) {
        Long row = rows.get(outcome.id());
        if (row == null) {
          rows.put(outcome.id(), (long) outcomes.size());
          outcomes.add(outcome);
        } else {
          outcomes.set(Math.toIntExact(row), outcome);
        }
      }
      if (!stored.isEmpty()) {
        commits.add(stored.size());
      }
    }

    private Hook begin(boolean isFind, int ids) {
      lock.lock();
      try {
        require(!closed, "used after it was closed");
        require(isFind ? !finding : !committing, "used by two threads at once");
        if (isFind) {
          finding = true;
          finds.add(ids);
          return onFind;
        }
        committing = true;
        return onCommit;
      } finally {
        lock.unlock();
      }
    }

    private static void require(boolean kept, String what) {
      if (!kept) {
        throw new IllegalStateException("a run broke the rules of its checkpoint: " + what);
      }
    }

    @Override
    public void close() {
      change(
          () -> {
            require(!closed && !finding && !committing, "closed twice, or while it was used");
            closed = true;
            holder = null;
          });
    }
  }
}
