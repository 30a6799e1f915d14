package io.millrace.engine.durable;

import io.millrace.base.ShortLock;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of the checkpoint belong to items of this run, and where these items stand: two items with the same key
 * find the same row. It holds 1 bit for each number of a row, in pages; and 8 bytes, in pages where it is needed, for
 * an item that does not stand where it stood when it was stored. Thread-safe.
 */
final class SeenRows {
  static final long NEVER = -1;

  private static final int PAGE = 4_096;

  private final ShortLock lock = new ShortLock();

  /* Guarded by the lock. */
  private final Map<Long, Page> pages = new HashMap<>();

  private static final class Page {
    final long[] seen = new long[PAGE / Long.SIZE];

    /* Positions and one, so that 0 is none. */
    long @Nullable [] moved;
  }

  /**
   * Notes that the item at a position has found a row.
   *
   * @param stored the position that the row has
   * @return the position of the item that has found it before, or {@link #NEVER}
   */
  long see(long row, long stored, long position) {
    lock.lock();
    try {
      Page page = pages.computeIfAbsent(row / PAGE, none -> new Page());
      int place = (int) (row % PAGE);
      long bit = 1L << place;
      long[] moved = page.moved;
      if ((page.seen[place / Long.SIZE] & bit) != 0) {
        return moved == null || moved[place] == 0 ? stored : moved[place] - 1;
      }
      page.seen[place / Long.SIZE] |= bit;
      if (stored != position) {
        if (moved == null) {
          moved = new long[PAGE];
          page.moved = moved;
        }
        moved[place] = position + 1;
      }
      return NEVER;
    } finally {
      lock.unlock();
    }
  }
}
