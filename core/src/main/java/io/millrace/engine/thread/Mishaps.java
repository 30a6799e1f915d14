package io.millrace.engine.thread;

import io.millrace.base.Warnings;

/** What is done about a failure that a run survives. */
public final class Mishaps {
  private Mishaps() {}

  /** Does something that others must not be kept from by what it throws. */
  public static void survive(Runnable task) {
    try {
      task.run();
    } catch (Throwable broken) {
      log("a part of a run failed; the run goes on without it", broken);
    }
  }

  /** Logs what nobody can be told otherwise. */
  public static void log(String message, Throwable broken) {
    Warnings.log(Mishaps.class, message, broken);
  }
}
