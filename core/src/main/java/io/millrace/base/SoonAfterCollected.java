package io.millrace.base;

import java.lang.ref.Cleaner;
import org.jspecify.annotations.Nullable;

/**
 * Does something soon after its owner was collected, for what cannot wait until somebody comes by, as {@link WhenCollected}
 * does. The first owner starts the one thread for it, which is a daemon.
 */
public final class SoonAfterCollected {
  /* Guarded by the class. Not in an initializer: where no thread can be started now, one may be later. */
  private static @Nullable Cleaner cleaner;

  private final Cleaner all;

  private SoonAfterCollected(Cleaner all) {
    this.all = all;
  }

  /** What registers owners. Starts the thread, if there is none, so it may throw. */
  public static synchronized SoonAfterCollected ready() {
    Cleaner existing = cleaner;
    if (existing == null) {
      existing = Cleaner.create();
      cleaner = existing;
    }
    return new SoonAfterCollected(existing);
  }

  /**
   * Runs the task when the owner was collected, or by {@link Cleaner.Cleanable#clean}, whichever is first.
   *
   * @param task must neither block nor reach the owner; what it throws is dropped
   */
  public Cleaner.Cleanable register(Object owner, Runnable task) {
    return all.register(owner, task);
  }
}
