package io.millrace.stress;

import java.util.concurrent.ThreadLocalRandom;

/** Lets a thread come early or late, and sometimes just then. */
public final class Delay {
  private Delay() {}

  /** Spins a random number of times. */
  public static void upTo(int mostSpins) {
    for (int spin = ThreadLocalRandom.current().nextInt(mostSpins); spin > 0; spin--) {
      Thread.onSpinWait();
    }
  }
}
