package io.millrace.engine.durable;

import io.millrace.checkpoint.spi.CheckpointSession;
import io.millrace.checkpoint.spi.ItemId;
import io.millrace.checkpoint.spi.StoredRow;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Rows of the items that the run will probably claim next, read into memory in advance. A run that goes on asks for
 * items in about the order in which they were stored. In another order, reading ahead is useless, and becomes rare.
 * Each row is given once. There are two blocks: the thread that looks items up reads the next one while workers use
 * the last one.
 *
 * <p>A row is not read again when this run replaces it. So a run reads ahead only if no item of it finds what an
 * earlier item of it has stored. Workers take; one thread reads.
 */
final class ReadAhead {
  /** Rows of a block. */
  static final int BLOCK = 1_024;

  /** The most lookups by ids before the next attempt to read ahead, which may be useless. */
  private static final int LONGEST_PAUSE = 63;

  private final CheckpointSession session;
  private final long rows;
  private final Runnable runsLow;

  /* Written by the thread that reads, read by workers: a worker that sees an old one finds nothing in it, and looks its item up. */
  private volatile Block block = new Block(new ConcurrentHashMap<>());
  private volatile Block blockBefore = block;

  /* The thread's own. */
  private long next;
  private boolean isWanted = true;
  private boolean hasRead;
  private int pause;
  private int pauseLeft;

  /** Those of some rows that nobody has asked for yet. */
  private static final class Block {
    final Map<ItemId, StoredRow> rows;
    final int size;
    final AtomicInteger left;

    Block(Map<ItemId, StoredRow> rows) {
      this.rows = rows;
      this.size = rows.size();
      this.left = new AtomicInteger(size);
    }

    boolean isHalfUsed() {
      return size > 0 && 2 * left.get() <= size;
    }
  }

  /**
   * Reads nothing yet.
   *
   * @param rows above the numbers of those that were there when the run began
   * @param runsLow wakes the thread that reads, when half of a block is used; by the worker that takes the last row of that
   */
  ReadAhead(CheckpointSession session, long rows, Runnable runsLow) {
    this.session = session;
    this.rows = rows;
    this.runsLow = runsLow;
  }

  /** The row of an item; null if it was not read ahead. */
  @Nullable StoredRow take(ItemId id) {
    Block last = block;
    if (last.size == 0) {
      return null;
    }
    StoredRow row = last.rows.remove(id);
    if (row == null) {
      return blockBefore.rows.remove(id);
    }
    if (last.left.decrementAndGet() == last.size / 2) {
      runsLow.run();
    }
    return row;
  }

  /**
   * Whether the next block should be read: most of the last one is used, or items beyond it were asked for.
   *
   * @param missing items that wait, and are not at hand: unless it was useless last time, it is quicker to read on than to
   *     look them up
   */
  boolean isDue(int missing) {
    return next < rows && (isWanted || block.isHalfUsed() || (missing > 0 && pause == 0));
  }

  /** Reads the next block. */
  void read() {
    boolean wasOfUse = !hasRead || block.isHalfUsed(); // one that is empty, of long rows, is not
    pause = wasOfUse ? 0 : Math.min(2 * pause + 1, LONGEST_PAUSE);
    pauseLeft = pause;
    isWanted = false;
    hasRead = true;
    long end = Math.min(next + BLOCK, rows);
    List<StoredRow> found =
        Foreign.nonNull(
            session.rows(next, end), () -> "the checkpoint's store has read null, not a list");
    next = end;
    Map<ItemId, StoredRow> read = new ConcurrentHashMap<>(2 * found.size());
    for (StoredRow row : found) {
      if (row.row() < rows) {
        read.put(row.outcome().id(), row);
      }
    }
    blockBefore = block;
    block = new Block(read);
  }

  /** An item was looked up and has this row: what follows it comes next, if it is not at hand. */
  void found(long row) {
    if (row >= rows || pauseLeft > 0) {
      return;
    }
    if (row >= next || row < next - 2 * BLOCK) {
      next = row + 1;
      isWanted = true;
    }
  }

  /** Items were looked up. */
  void lookedUp() {
    pauseLeft = Math.max(0, pauseLeft - 1);
  }
}
