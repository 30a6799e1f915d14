package io.millrace.process;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** Steps that all have to be done, whatever the others throw. Used by one thread. */
final class Steps {
  private final Queue<Runnable> steps = new ArrayDeque<>();
  private @Nullable Throwable failure;

  void add(Runnable step) {
    steps.add(step);
  }

  /** Takes those that are not taken yet. */
  void takeAll() {
    for (Runnable next = steps.poll(); next != null; next = steps.poll()) {
      try {
        next.run();
      } catch (RuntimeException | Error e) {
        keep(e);
      }
    }
  }

  private void keep(Throwable thrown) {
    if (failure == null) {
      failure = thrown;
    } else if (failure != thrown) {
      failure.addSuppressed(thrown);
    }
  }

  /** Throws what the first failed step has thrown, with what others have thrown as suppressed. */
  void throwFailures() {
    switch (failure) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(failure);
    }
  }
}
