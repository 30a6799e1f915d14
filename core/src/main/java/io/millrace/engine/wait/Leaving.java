package io.millrace.engine.wait;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Items that found no permit and are about to be queued, perhaps after a listener has heard of that: nobody in the
 * same line may take one before them. Thread-safe.
 */
final class Leaving {
  private final boolean isOneLine;

  /* In all lines. */
  private final AtomicInteger all = new AtomicInteger();

  /* How many in which line, if there are several; of those that have any. */
  private final Map<Integer, Integer> lines = new ConcurrentHashMap<>();

  /** Of a limit that has only one line, or one for each of its keys. */
  Leaving(boolean isOneLine) {
    this.isOneLine = isOneLine;
  }

  boolean isAny() {
    return all.get() != 0;
  }

  boolean isAnyIn(int line) {
    return isAny() && (isOneLine || lines.containsKey(line));
  }

  void add(int line) {
    if (!isOneLine) {
      lines.merge(line, 1, Integer::sum);
    }
    all.incrementAndGet();
  }

  void remove(int line) {
    all.decrementAndGet();
    if (!isOneLine) {
      lines.computeIfPresent(line, (_, count) -> count == 1 ? null : count - 1);
    }
  }
}
