package io.millrace.engine;

import io.millrace.plan.Workers;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Starts workers, in the threads that the configuration wants. Thread-safe. */
final class Staff {
  private static final String NAME = "millrace-worker";

  private final Engine engine;
  private final Caller caller;

  /* Workers that wait for the thread that takes the outcomes; only for Workers.caller(). */
  private final Queue<Worker> inline = new ConcurrentLinkedQueue<>();

  Staff(Engine engine, Caller caller) {
    this.engine = engine;
    this.caller = caller;
  }

  void start(int generation) {
    Worker worker = new Worker(engine, generation);
    engine.clock.enter();
    try {
      switch (engine.config.workers) {
        case Workers.Virtual _ -> startVirtual(caller.around(worker));
        case Workers.Platform _ -> startPlatform(caller.around(worker));
        case Workers.On on -> startVirtual(engine.hasEnded() ? worker : () -> handOver(worker, on));
        case Workers.Caller _ -> {
          inline.add(worker);
          engine.wakeup.signal();
        }
      }
    } catch (Throwable broken) {
      notStarted(worker, broken);
    }
  }

  private static void startVirtual(Runnable task) {
    Thread.ofVirtual().name(NAME).inheritInheritableThreadLocals(false).start(task);
  }

  private static void startPlatform(Runnable task) {
    Thread.ofPlatform().daemon().name(NAME).inheritInheritableThreadLocals(false).start(task);
  }

  /* In a thread of its own: an executor may block, or even run the worker in the thread that asks. */
  private void handOver(Worker worker, Workers.On on) {
    try {
      on.executor().execute(caller.around(worker));
    } catch (Throwable broken) {
      notStarted(worker, broken);
    }
  }

  private void notStarted(Worker worker, Throwable broken) {
    engine.clock.exit();
    engine.schedule.notStarted(worker.generation, broken);
  }

  /** Runs a worker in the calling thread if one waits for that. */
  boolean runInline() {
    Worker worker = inline.poll();
    if (worker != null) {
      worker.run();
    }
    return worker != null;
  }

  boolean hasInline() {
    return !inline.isEmpty();
  }
}
