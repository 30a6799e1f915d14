package io.millrace.hammer;

import io.millrace.plan.Workers;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/** Whose threads call the action. */
enum Staff {
  VIRTUAL,
  PLATFORM,
  /** Three threads that all trials share, far fewer than most of them want. */
  SMALL_POOL,
  CALLER;

  private static final Executor POOL =
      Executors.newFixedThreadPool(3, Thread.ofPlatform().daemon().name("pool-", 0).factory());

  Workers workers(Probe probe) {
    return switch (this) {
      case VIRTUAL -> Workers.virtual();
      case PLATFORM -> Workers.platform();
      case SMALL_POOL -> Workers.on(task -> POOL.execute(() -> inPool(task, probe)));
      case CALLER -> Workers.caller();
    };
  }

  /* The pool itself would hide an interrupt that was left behind. */
  private static void inPool(Runnable task, Probe probe) {
    task.run();
    if (Thread.interrupted()) {
      probe.wrong("an interrupt was left in a thread of the executor");
    }
  }
}
