package io.millrace.limit;

/** The waits that a server asks for, and whether an attempt after one of them was in vain. Guarded by the limiter's lock. */
final class AskedWaits {
  /* Until when it has asked for patience, and until when it had before the last refusal. */
  private double askedUntil = LearntPace.NEVER;
  private double waitedUntil = LearntPace.NEVER;
  private boolean isInVain;

  /** An attempt was refused; 0 if the server does not ask for a wait. */
  void refused(double now, double wait) {
    waitedUntil = askedUntil;
    askedUntil = Math.max(askedUntil, now + wait);
  }

  /** Whether the attempt that was refused came so lately after a wait that was asked for at the cut or after it. */
  boolean hasEnded(double now, double cutAt, double lately) {
    return waitedUntil > cutAt && now - waitedUntil < lately;
  }

  /** The first attempt after a wait was refused. */
  void wasInVain() {
    isInVain = true;
  }

  /** The rate is cut for another reason. */
  void cut() {
    isInVain = false;
  }

  /** Since when nothing is granted: the cut, or the end of the wait after one that was in vain. */
  double nothingSince(double cutAt) {
    return isInVain ? Math.max(cutAt, waitedUntil) : cutAt;
  }
}
