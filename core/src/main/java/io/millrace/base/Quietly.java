package io.millrace.base;

/** For what clocks of users do when something is over already: nobody needs it to succeed. */
public final class Quietly {
  private Quietly() {}

  /**
   * Cancels a timer. If that throws, it is logged: a timer that rings all the same finds that there is nothing
   * left to do.
   */
  public static void cancel(Runnable cancelling) {
    run(cancelling, "a timer could not be cancelled");
  }

  /** Ends a wait. If that throws, it is logged: whoever ends it has more to do, for others. */
  public static void end(Runnable ending) {
    run(ending, "a wait could not be ended");
  }

  private static void run(Runnable task, String failure) {
    try {
      task.run();
    } catch (Throwable broken) {
      Warnings.log(Quietly.class, failure, broken);
    }
  }
}
