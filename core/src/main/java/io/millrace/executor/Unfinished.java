package io.millrace.executor;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The futures of which one reader takes those that are done, and so who could bring about the next one. Keeps none
 * that is done. All questions together cost as much as there are futures: each goes on where the last one stopped, at
 * a future that answers it until that is done.
 *
 * <p>Any thread tells that a future is done; the questions are the reader's, which is one thread at a time.
 */
final class Unfinished {
  private final AtomicReferenceArray<@Nullable CompletableFuture<?>> futures;

  /* The reader's own. All before this one are done, or were found to be tasks of the reader's thread. */
  private int next;
  private final List<CompletableFuture<?>> skipped = new ArrayList<>();

  /* The reader's own. All before this one are done, or tasks of this executor. */
  private int nextForeign;
  private @Nullable Home home;

  Unfinished(List<? extends CompletableFuture<?>> all) {
    futures = new AtomicReferenceArray<>(all.toArray(new CompletableFuture<?>[0]));
  }

  void done(int index) {
    futures.set(index, null);
  }

  /**
   * The executor whose worker the reader is, if it alone can bring about what is left; else null.
   *
   * @throws DeadlockException if nothing is left but tasks that the calling thread runs
   */
  @Nullable Home homeOfReader() {
    Home own = Home.ofThisWorker();
    if (own == null) {
      return null;
    }
    if (!isAnyElsewhere()) {
      throw DeadlockException.ofItself();
    }
    return areAllOf(own) ? own : null;
  }

  /** Whether one of them is of one of these tasks; by any thread. */
  boolean isAnyOf(Set<Object> tasks) {
    for (int index = 0; index < futures.length(); index++) {
      CompletableFuture<?> each = futures.get(index);
      if (each != null && ExecutorFuture.isOfAny(tasks, each)) {
        return true;
      }
    }
    return false;
  }

  private boolean isAnyElsewhere() {
    if (skipped.stream().anyMatch(each -> isElsewhere(each))) {
      return true; // the reader was another thread then
    }
    for (; next < futures.length(); next++) {
      CompletableFuture<?> each = futures.get(next);
      if (each != null && isElsewhere(each)) {
        return true;
      }
      if (each != null && !each.isDone()) {
        skipped.add(each);
      }
    }
    return false;
  }

  private static boolean isElsewhere(CompletableFuture<?> each) {
    return !each.isDone() && !ExecutorFuture.isRunHere(each);
  }

  private boolean areAllOf(Home own) {
    if (!own.equals(home)) {
      home = own;
      nextForeign = 0;
    }
    for (; nextForeign < futures.length(); nextForeign++) {
      CompletableFuture<?> each = futures.get(nextForeign);
      if (each != null && !own.has(each)) {
        return false;
      }
    }
    return true;
  }
}
