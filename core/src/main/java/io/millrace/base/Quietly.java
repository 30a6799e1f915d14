package io.millrace.base;

/** For what clocks of users do when something is over already: nobody needs it to succeed. */
public final class Quietly {
  private Quietly() {}

  /**
   * Cancels a timer. If that throws, it is logged: a timer that rings all the same finds that there is nothing
   * left to do.
   */
  public static void cancel(Runnable cancelling) {
    try {
      cancelling.run();
    } catch (Throwable broken) {
      Warnings.log(Quietly.class, "a timer could not be cancelled", broken);
    }
  }
}
