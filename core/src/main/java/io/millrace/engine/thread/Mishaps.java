package io.millrace.engine.thread;

/** What is done where something fails that a run goes on without. */
public final class Mishaps {
  private static final System.Logger LOGGER = System.getLogger(Mishaps.class.getName());

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
    try {
      LOGGER.log(System.Logger.Level.WARNING, message, broken);
    } catch (Throwable again) {
      // a logger, or a text of the exception, that fails: there is nobody left to tell
    }
  }
}
