package io.millrace.stress;

import java.util.concurrent.ThreadLocalRandom;

/** Lets a thread come early or late, and sometimes just then. */
public final class Delay {
  private static final int WINDOW = 10;

  private Delay() {}

  /** Holds the window of a control's fault open for a moment, so that it is hit on any machine. */
  public static void holdOpen() {
    upTo(WINDOW);
  }

  /** Spins a random number of times. */
  public static void upTo(int mostSpins) {
    for (int spin = ThreadLocalRandom.current().nextInt(mostSpins); spin > 0; spin--) {
      Thread.onSpinWait();
    }
  }
}
