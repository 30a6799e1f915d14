package io.millrace.engine;

import io.millrace.plan.Workers;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;

/** Starts workers, in the threads that the configuration wants. Thread-safe. */
final class Staff {
  private static final String NAME = "millrace-worker";

  private final Engine engine;
  private final Caller caller;

  /* Workers that wait for the thread that takes the outcomes; only for Workers.caller(). */
  private final Queue<Runnable> inline = new ConcurrentLinkedQueue<>();

  Staff(Engine engine, Caller caller) {
    this.engine = engine;
    this.caller = caller;
  }

  void start(int generation) {
    Worker worker = new Worker(engine, generation);
    Runnable announced = engine.clock.announced(worker.inside(caller.around(worker)));
    try {
      switch (engine.config.workers) {
        case Workers.Virtual _ -> startVirtual(announced);
        case Workers.Platform _, Workers.On _ when engine.hasEnded() ->
            startVirtual(announced); // there is nothing to call any more
        case Workers.Platform _ -> startPlatform(announced);
        case Workers.On on -> startVirtual(() -> handOver(announced, generation, on.executor()));
        case Workers.Caller _ -> {
          inline.add(announced);
          engine.signalCaller();
        }
      }
    } catch (Throwable broken) {
      notStarted(generation, broken);
    }
  }

  /** Starts a thread that reads the source while all slots are busy, if that is still wanted. */
  void readAhead() {
    Worker reader = new Worker(engine, Crew.NO_SLOT);
    if (engine.schedule.reading().startReadingAhead(reader)) {
      startVirtual(engine.clock.announced(reader.inside(reader::readAhead)));
    }
  }

  static void startVirtual(Runnable task) {
    Thread.ofVirtual().name(NAME).inheritInheritableThreadLocals(false).start(task);
  }

  private static void startPlatform(Runnable task) {
    Thread.ofPlatform().daemon().name(NAME).inheritInheritableThreadLocals(false).start(task);
  }

  /* In a thread of its own: an executor may block, or even run the worker in the thread that asks. */
  private void handOver(Runnable announced, int generation, Executor executor) {
    try {
      executor.execute(announced);
    } catch (Throwable broken) {
      notStarted(generation, broken);
    }
  }

  private void notStarted(int generation, Throwable broken) {
    engine.clock.exit();
    engine.schedule.notStarted(generation, broken);
  }

  /** Runs a worker in the calling thread if one waits for that. */
  boolean runInline() {
    Runnable worker = inline.poll();
    if (worker != null) {
      worker.run();
    }
    return worker != null;
  }

  boolean hasInline() {
    return !inline.isEmpty();
  }
}
