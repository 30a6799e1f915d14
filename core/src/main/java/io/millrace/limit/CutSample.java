package io.millrace.limit;

/**
 * What came of the requests of the round trip before a cut, in which there was too much: what was granted of them corrects
 * it. Guarded by the limiter's lock.
 */
final class CutSample {
  private double from;
  private double to;
  private boolean isOpen;
  private boolean isStart;
  private int sent;
  private int granted;

  /** A cut: takes what was sent from one time to the other. */
  void begin(double firstRefused, double cutAt) {
    from = firstRefused;
    to = cutAt;
    isOpen = true;
    isStart = false;
    sent = 0;
    granted = 0;
  }

  /** Whether the cut was the first one, of a rate that looked for what is granted. */
  void isOfStart(boolean isFirst) {
    isStart = isFirst;
  }

  boolean isOfStart() {
    return isStart;
  }

  /** The cut needs no correction. */
  void drop() {
    isOpen = false;
  }

  boolean isOpen() {
    return isOpen;
  }

  void add(double sentAt, boolean wasGranted) {
    if (isOpen && sentAt >= from && sentAt <= to) {
      sent++;
      granted += wasGranted ? 1 : 0;
    }
  }

  /** Whether it is complete, for the first time. */
  boolean ends(double now, double roundTrip) {
    boolean ends = isOpen && now - to > 1.5 * roundTrip;
    isOpen &= !ends;
    return ends;
  }

  int sent() {
    return sent;
  }

  int granted() {
    return granted;
  }

  double seconds() {
    return Math.max(0.001, to - from);
  }
}
