package io.millrace.engine.thread;

/** Starts threads that do the work of a run. */
public final class Threads {
  private static final String NAME = "millrace-worker";

  private Threads() {}

  public static void startVirtual(Runnable task) {
    Thread.ofVirtual().name(NAME).inheritInheritableThreadLocals(false).start(task);
  }

  public static void startPlatform(Runnable task) {
    Thread.ofPlatform().daemon().name(NAME).inheritInheritableThreadLocals(false).start(task);
  }

  /** Runs a task in a thread that needs no carrier, or in this one if there is none to be had. */
  public static void inPlatformThread(Runnable task) {
    try {
      startPlatform(task);
    } catch (Throwable noThread) {
      task.run();
    }
  }
}
