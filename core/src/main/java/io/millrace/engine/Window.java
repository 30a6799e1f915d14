package io.millrace.engine;

import io.millrace.engine.claim.Claim;
import io.millrace.engine.out.Collected;
import io.millrace.engine.out.Outlet;
import io.millrace.engine.out.Sink;
import io.millrace.engine.terms.Config;

/**
 * How many more items may be begun. Used under the run's lock.
 *
 * <p>As a rule an item counts from being read until its outcome is delivered. Where all items are in
 * memory and all outcomes are kept, neither reading ahead nor early outcomes can be noticed, and they cost
 * nothing: there an item counts from its start until its outcome, so that a small window does not make for small claims. Then a worker that
 * leaves an item waiting has to give back the rest of its claim.
 */
final class Window {
  /* The rest of a sized source is listed in claims, not item by item, whatever the window is. */
  private static final int LISTED = 4096;

  private int most;
  private final Sink sink;
  private final boolean fromStart;

  /* If items count from their start: claims of fresh items at workers, and items that wait. */
  private int running;
  private long waiting;

  /* Items that have their outcome, and how many of them failed. */
  private long settled;
  private long failed;
  private boolean hasEnded;

  Window(Config config, Sink sink, Intake intake) {
    this.most = config.room();
    this.sink = sink;
    this.fromStart = intake.isPrompt() && sink instanceof Collected;
  }

  /** Changes the most items; those that are beyond it are not begun anew. */
  void most(int items) {
    most = items;
  }

  boolean countsFromStart() {
    return fromStart;
  }

  /** How many items have their outcome. */
  long settled() {
    return settled;
  }

  /** How many of them failed. */
  long failed() {
    return failed;
  }

  /** The run has ended: what is admitted now is not called, only listed. */
  void end() {
    hasEnded = true;
  }

  long room(long admitted) {
    if (hasEnded) {
      return Math.max(most, LISTED) - (admitted - sink.delivered(settled));
    }
    return fromStart ? most - running - waiting : most - (admitted - sink.delivered(settled));
  }

  /** Read without the lock, so perhaps a little old. */
  boolean isHalfEmpty(long admittedRacy) {
    return most - (admittedRacy - sink.delivered(0)) >= most / 2;
  }

  /**
   * How many items a worker may claim at once, of those that it wants. A consumer looks into claims
   * that take long. A collector does not, so what is finished in them keeps its room: one of them
   * must not fill the window, or the others could not run. Where items count from their start, a
   * claim counts as one.
   */
  int claimable(long room, long wanted) {
    long share = sink instanceof Outlet || hasEnded ? room : room / 2;
    return (int) Math.max(1, fromStart ? wanted : Math.min(wanted, share));
  }

  void handedOut(Claim claim) {
    if (!claim.isSingle()) {
      running++;
    }
  }

  /** A worker is through with a claim, of which this many items have their outcome. */
  void giveBack(Claim claim, int more) {
    settled += more;
    failed += claim.failed();
    if (claim.isSingle()) {
      waiting -= more;
    } else {
      running--;
      waiting += claim.waiting();
    }
  }

  /** A claim is given back whose worker was abandoned at an item that waits to be settled. */
  void condemned(Claim claim) {
    waiting += claim.isSingle() ? 0 : 1;
  }

  /** An item was settled in place of its worker. */
  void settledForAbandoned(Claim claim) {
    settled++;
    failed++;
    if (claim.isSingle()) {
      waiting--;
    }
  }
}
