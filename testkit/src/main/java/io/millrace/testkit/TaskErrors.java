package io.millrace.testkit;

import java.util.ArrayList;
import java.util.List;

/** What timers' tasks threw, until somebody is told. Thread-safe. */
final class TaskErrors {
  private final List<Throwable> errors = new ArrayList<>();

  void runCatching(Runnable task) {
    try {
      task.run();
    } catch (Throwable error) {
      add(error);
    }
  }

  private synchronized void add(Throwable error) {
    errors.add(error);
  }

  private synchronized List<Throwable> takeAll() {
    List<Throwable> all = List.copyOf(errors);
    errors.clear();
    return all;
  }

  void throwAll() {
    List<Throwable> all = takeAll();
    if (!all.isEmpty()) {
      AssertionError failed = new AssertionError("a timer's task failed", all.getFirst());
      all.stream().skip(1).forEach(failed::addSuppressed);
      throw failed;
    }
  }
}
