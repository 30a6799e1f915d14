package io.millrace.engine;

import io.millrace.engine.claim.Ticket;
import io.millrace.engine.thread.Mishaps;
import java.util.List;

/**
 * What has to be done after a turn at the run's lock, without the lock. Every part is done, whatever the others
 * throw.
 *
 * @param start the generation of the worker to start, or {@link Crew#NO_SLOT}
 * @param unusable items that have got their permits, and may not begin
 * @param news whether outcomes were handed over that the consumer has not been told of
 */
record Todo(
    int start,
    List<Ticket> unusable,
    boolean news,
    boolean readAhead,
    boolean resumeOffers,
    boolean stalled,
    boolean windUp,
    boolean over,
    boolean joined) {
  /** What most turns find. */
  static final Todo NOTHING =
      new Todo(Crew.NO_SLOT, List.of(), false, false, false, false, false, false, false);

  /** What is to be done where there is no memory to say more: the run ends, and is over. */
  static final Todo BROKEN_DOWN =
      new Todo(Crew.NO_SLOT, List.of(), true, false, false, false, true, true, false);

  /* Interrupts before everything else: whoever stops a run wants them sent. */
  void perform(Effects effects) {
    if (windUp) {
      Mishaps.survive(effects::windUp);
    }
    if (start != Crew.NO_SLOT) {
      effects.startWorker(start);
    }
    if (!unusable.isEmpty()) {
      Mishaps.survive(() -> effects.giveBack(unusable));
    }
    if (news) {
      Mishaps.survive(effects::news);
    }
    if (resumeOffers) {
      Mishaps.survive(effects::resumeOffers);
    }
    if (readAhead) {
      Mishaps.survive(effects::readAheadSoon);
    }
    if (stalled) {
      Mishaps.survive(effects::stalled);
    }
    if (over) {
      Mishaps.survive(effects::over);
    }
    if (joined) {
      Mishaps.survive(effects::joined);
    }
  }
}
