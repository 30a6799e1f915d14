package io.millrace.engine.claim;

/** Interrupts the owner of a claim, as the watchdog does. */
final class Interrupts {
  private Interrupts() {}

  /** Announces an interrupt, sends it, and tells that it was sent; false if somebody was first. */
  static boolean send(Claim claim, long seen, Thread owner, Interruption why) {
    boolean begun = claim.beginInterrupt(seen, why);
    if (begun) {
      try {
        owner.interrupt();
      } finally {
        claim.interruptSent();
      }
    }
    return begun;
  }
}
