package io.millrace.limit;

import io.millrace.testkit.ManualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Threads that call at once, and work by a clock: its time stands until each of them waits. */
final class Callers {
  private final ManualClock clock;

  Callers(ManualClock clock) {
    this.clock = clock;
  }

  /** Runs each task in a thread of its own, and returns what they answer, in order. */
  <T> List<T> callAll(List<? extends Callable<T>> tasks) throws Exception {
    List<FutureTask<T>> results = new ArrayList<>();
    List<Runnable> announced = new ArrayList<>();
    for (Callable<T> task : tasks) {
      FutureTask<T> result = new FutureTask<>(task);
      results.add(result);
      announced.add(clock.announced(result));
    }
    announced.forEach(Thread::startVirtualThread);
    List<T> answers = new ArrayList<>();
    for (FutureTask<T> result : results) {
      try {
        answers.add(result.get());
      } catch (ExecutionException failed) {
        throw failed.getCause() instanceof Exception cause ? cause : failed;
      }
    }
    return answers;
  }
}
