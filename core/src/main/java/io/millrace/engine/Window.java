package io.millrace.engine;

/**
 * How many more items may be begun. Guarded by the run's lock.
 *
 * <p>As a rule an item counts from being read until its outcome is delivered. Where all items are in
 * memory and all outcomes are kept, neither can be seen or costs anything: there an item counts from its
 * start until its outcome, so that a small window does not make for small claims. Then a worker that
 * leaves an item waiting has to give back the rest of its claim.
 */
final class Window {
  private final int most;
  private final Sink sink;
  private final boolean fromStart;

  /* Of items that count from their start: in workers' hands for the first time, and waiting since. */
  private int running;
  private long waiting;

  /* Items that have their outcome. */
  private long settled;

  Window(Config config, Sink sink, Intake intake) {
    this.most = config.room();
    this.sink = sink;
    this.fromStart = intake.isPrompt() && sink instanceof Collected;
  }

  boolean countsFromStart() {
    return fromStart;
  }

  /** How many items have their outcome. */
  long settled() {
    return settled;
  }

  long room(long admitted) {
    return fromStart ? most - running - waiting : most - (admitted - sink.delivered(settled));
  }

  /** Without the lock: perhaps a little behind. */
  boolean isHalfEmpty(long admittedRacy) {
    return most - (admittedRacy - sink.delivered(0)) >= most / 2;
  }

  /**
   * How many of the items that a worker wants to claim at once it may. A consumer looks into claims that
   * take long. A collector does not, so what is finished in them keeps its room: one of them must not fill
   * the window, or the others could not run. Where items count from their start, a claim counts as one.
   */
  int claimable(long room, long wanted) {
    long share = sink instanceof Outlet ? room : room / 2;
    return (int) Math.max(1, fromStart ? wanted : Math.min(wanted, share));
  }

  void handedOut(Claim claim) {
    if (!claim.isSingle()) {
      running++;
    }
  }

  /** A worker is through with a claim, or was given up. */
  void cameBack(Claim claim, int more) {
    settled += more;
    if (claim.isSingle()) {
      waiting -= more;
    } else {
      running--;
      waiting += claim.waiting();
    }
  }
}
