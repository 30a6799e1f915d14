package io.millrace.checkpoint.jdbc;

import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Mutual exclusion of the threads of this process that open or close the files of one checkpoint: a run, and those
 * that read it. Threads of other checkpoints do not wait, however long one of them takes. Reentrant.
 */
final class FileGuard implements AutoCloseable {
  /* Those that somebody has or waits for, by their lock files. A guard is counted in one step with being found. */
  private static final ConcurrentMap<Path, FileGuard> USED = new ConcurrentHashMap<>();

  private final Path file;
  private final ReentrantLock lock = new ReentrantLock();

  /* How many have it or wait for it; written in the map's steps only. */
  private int users;

  private FileGuard(Path file) {
    this.file = file;
  }

  /**
   * Waits until nobody else has the files.
   *
   * @param file the lock file, by its real path
   */
  static FileGuard enter(Path file) {
    FileGuard guard =
        USED.compute(
            file,
            (path, known) -> {
              FileGuard found = known == null ? new FileGuard(path) : known;
              found.users++;
              return found;
            });
    guard.lock.lock();
    return guard;
  }

  @Override
  public void close() {
    lock.unlock();
    USED.computeIfPresent(
        file,
        (_, guard) -> {
          guard.users--;
          return guard.users == 0 ? null : guard;
        });
  }
}
