package io.millrace.bench.peer;

import java.nio.file.Path;

/** Runs an action that does nothing over numbers, and keeps each result so that it survives a loss of power. */
public interface Keeper {
  String name();

  /** How many of so many items are enough to be measured. */
  default int most(int items) {
    return items;
  }

  /**
   * Keeps the results of new items, and then has them all back.
   *
   * @param directory is empty
   * @param value what the action returns
   */
  Kept measure(Path directory, int items, int concurrency, byte[] value) throws Exception;
}
