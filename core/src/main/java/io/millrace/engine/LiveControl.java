package io.millrace.engine;

import io.millrace.engine.claim.Claim;
import io.millrace.engine.terms.Config;
import io.millrace.engine.terms.Terms;
import io.millrace.plan.RunControl;

/**
 * Changes a run while it goes on: whether it is paused, and how many attempts run at once. Both are changes of the
 * crew's number of slots, so no other part has to know of them. Its methods take the run's lock, if not said
 * otherwise.
 */
final class LiveControl {
  private final Schedule schedule;
  private final Terms terms;
  private final Window window;
  private final Crew crew;

  /* Written under the lock, read by workers between two items: there are more of them than slots, so each comes back
   * with the rest of its claim, and some leave. */
  private volatile boolean isRecalling;

  /* Guarded by the lock, if the concurrency is adaptive: what was found, and the most that was given. */
  private int found;
  private int given;

  /* Guarded by the lock: how many attempts run that long that others run in their place; since when they do that were counted last,
   * at the latest; and how many of those were abandoned meanwhile. */
  private int outlasting;
  private long outlastingSince;
  private int abandonedMeanwhile;

  /* What is left of that beside abandoned workers. Written under the lock; read by whoever looks for another
   * concurrency, a little late at worst. */
  private volatile int bound;

  LiveControl(Schedule schedule, Terms terms, Window window, Crew crew) {
    this.schedule = schedule;
    this.terms = terms;
    this.window = window;
    this.crew = crew;
    this.found = crew.slots();
    this.given = terms.config.mostConcurrency();
    this.bound = given;
  }

  void pause() {
    schedule.lock();
    pauseLocked(true);
    schedule.release();
  }

  void resume() {
    schedule.lock();
    pauseLocked(false);
    schedule.release();
  }

  boolean isPaused() {
    schedule.lock();
    try {
      return crew.isPaused();
    } finally {
      schedule.unlock();
    }
  }

  /** Returns what it was; of an adaptive concurrency: what its bound was. */
  int concurrency(int concurrency) {
    schedule.lock();
    int before = findsItself() ? given : crew.slots();
    concurrencyLocked(concurrency);
    schedule.release();
    return before;
  }

  /** This many at once were found to be right; what was given stays their bound. */
  void found(int concurrency) {
    schedule.lock();
    found = concurrency;
    followFound();
    schedule.release();
  }

  /** By whoever looks: so many attempts run very long, and others run in their place meanwhile. */
  void outlasting(int count) {
    schedule.lock();
    outlasting = Math.max(0, count - abandonedMeanwhile);
    followFound();
    schedule.release();
  }

  /** How many attempts have run for so long, without those that were abandoned; as they are gone through, so perhaps a little late. */
  int countOutlasting(long now, long longNanos) {
    schedule.lock();
    outlastingSince = now - longNanos;
    abandonedMeanwhile = 0;
    schedule.unlock();
    int[] count = {0};
    crew.roster()
        .forEach(
            worker -> {
              Claim claim = worker.claim;
              if (claim != null
                  && !Claim.isThrough(claim.observe())
                  && now - claim.startNanos >= longNanos) {
                count[0]++;
              }
            });
    return count[0];
  }

  /** Under the lock: a worker was abandoned that had this claim. If it was counted as one that runs long, it is not any more. */
  void abandoned(Claim claim) {
    if (claim.startNanos - outlastingSince <= 0) {
      abandonedMeanwhile++;
      outlasting = Math.max(0, outlasting - 1);
    }
    absencesChanged();
  }

  /** Under the lock: a worker was abandoned, or is back. Others run in place of those, as far as the most that was given. */
  void absencesChanged() {
    if (findsItself()) {
      followFound();
    }
  }

  /** Without the lock: the most that may be found, at least 1. */
  int bound() {
    return bound;
  }

  int concurrency() {
    schedule.lock();
    try {
      return crew.slots();
    } finally {
      schedule.unlock();
    }
  }

  /** The run begins as the control says. */
  void begin(RunControl control) {
    follow(control, RunControl.Call.PAUSE);
    follow(control, RunControl.Call.CONCURRENCY);
  }

  /**
   * The control was called, perhaps with what it said before: the last call counts, whoever made it. What it says is
   * read under the lock, so whoever comes last has read its last state.
   */
  void follow(RunControl control, RunControl.Call call) {
    schedule.lock();
    try {
      switch (call) {
        case PAUSE -> pauseLocked(control.isPaused());
        case CONCURRENCY -> control.concurrency().ifPresent(this::concurrencyLocked);
      }
    } finally {
      schedule.release();
    }
  }

  /** Without the lock. */
  boolean isRecalling() {
    return isRecalling;
  }

  /** Under the lock, at the end of each turn. */
  void recallNoMore() {
    if (isRecalling && !crew.isOverfull()) {
      isRecalling = false;
    }
  }

  private void pauseLocked(boolean isPaused) {
    crew.pause(isPaused);
    isRecalling = crew.isOverfull();
  }

  private void concurrencyLocked(int concurrency) {
    if (findsItself()) {
      given = concurrency;
      followFound();
    } else if (!terms.isInCaller) {
      slots(concurrency);
    }
  }

  /* Abandoned workers keep their slots, and so do attempts that run very long: what was found is for the others. */
  private void followFound() {
    Config.Adaptive asked = terms.config.adaptive;
    int least = asked == null ? 1 : asked.least();
    bound = Math.max(1, given - crew.abandoned());
    long wanted = (long) Math.max(found, Math.min(least, bound)) + crew.abandoned() + outlasting;
    slots((int) Math.min(wanted, given));
  }

  private boolean findsItself() {
    return terms.config.adaptive != null && !terms.isInCaller;
  }

  private void slots(int concurrency) {
    crew.slots(concurrency);
    window.most(terms.config.room(concurrency));
    isRecalling = crew.isOverfull();
  }
}
