package io.millrace.executor;

import java.util.List;

/**
 * What {@link ParallelExecutor#waitFor} found, each part in the order of the futures that were given.
 *
 * @param done all futures that were done when it returned
 * @param pending the others
 * @param <F> the futures
 */
public record Waited<F>(List<F> done, List<F> pending) {
  /** Copies the lists. */
  public Waited {
    done = List.copyOf(done);
    pending = List.copyOf(pending);
  }
}
