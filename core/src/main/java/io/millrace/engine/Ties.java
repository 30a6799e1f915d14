package io.millrace.engine;

import io.millrace.base.WhenCollected;
import io.millrace.engine.terms.Surrounding;
import io.millrace.engine.terms.Terms;
import io.millrace.engine.thread.Mishaps;
import io.millrace.plan.StopToken;
import org.jspecify.annotations.Nullable;

/** What stops a run from outside, from its beginning to its end: a token, and what it was started inside of. */
final class Ties {
  /* Written when the run begins, read when it is over. */
  private volatile StopToken.@Nullable Registration stop;
  private volatile @Nullable Runnable leaveSurrounding;

  /**
   * Stops the run when one of them is cancelled. An executor is not kept by them: it is in use as long as its user, a
   * future that is not done, or a thread of its own reaches it. A run is kept, and its source closed at the
   * latest with them.
   */
  void tie(Life life, Terms terms) {
    Runnable cancel = terms.isTuned ? new WeakCancel(life, this) : life::cancel;
    stop = terms.config.stopToken.onStop(cancel);
    Surrounding around = terms.surrounding;
    if (around != null) {
      leaveSurrounding = around.onCancel(cancel);
    }
  }

  void leave() {
    StopToken.Registration registration = stop;
    if (registration != null) {
      Mishaps.survive(registration::close);
    }
    Runnable leave = leaveSurrounding;
    if (leave != null) {
      Mishaps.survive(leave);
    }
  }

  /** Held by the token or scope; takes itself off when the run is garbage. */
  private static final class WeakCancel extends WhenCollected<Life> implements Runnable {
    private final Ties ties;

    WeakCancel(Life life, Ties ties) {
      super(life);
      this.ties = ties;
    }

    @Override
    public void run() {
      Life life = get();
      if (life != null) {
        life.cancel();
      }
    }

    @Override
    protected void undo() {
      ties.leave();
    }
  }
}
