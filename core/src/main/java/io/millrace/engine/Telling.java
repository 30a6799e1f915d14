package io.millrace.engine;

import io.millrace.base.Require;
import io.millrace.engine.claim.Claim;
import io.millrace.engine.claim.Condemnation;
import io.millrace.engine.terms.Terms;
import io.millrace.engine.wait.AskedPause;
import io.millrace.engine.wait.ItemAtHand;
import io.millrace.engine.watch.Watch;
import org.jspecify.annotations.Nullable;

/**
 * Tells a monitor and the listeners what came of attempts, each thing once. They hear it in phases of their own,
 * which only the end of the run interrupts: the time that they take counts for no attempt. The methods that answer
 * expect a sealed claim and leave it so; they return false if the worker was abandoned, and has to forget the claim.
 */
final class Telling {
  private final Terms terms;
  private final Interrupter interrupter;
  private final Judging judging;
  private final @Nullable AttemptNews news;
  private final @Nullable Watch watch;

  Telling(Terms terms, Interrupter interrupter, Judging judging, @Nullable AttemptNews news) {
    this.terms = terms;
    this.interrupter = interrupter;
    this.judging = judging;
    this.news = news;
    this.watch = terms.config.watch;
  }

  /** Whether a listener hears of the ends of attempts. */
  boolean hearsEnds() {
    return news != null && news.hearsEnds();
  }

  /** In a phase of the item: its attempt has ended with this error, or with a result. */
  void end(ItemAtHand at, long startNanos, @Nullable Throwable error) {
    if (at.isEndTold) {
      return;
    }
    at.isEndTold = true;
    long took = at.ticketed().lastEndNanos - startNanos;
    if (at.worker.stripe != null && error == null) {
      at.worker.stripe.count(took);
    } else if (watch != null) {
      watch.threw(took);
    }
    tellEnd(at, error, took);
  }

  /** In a phase of the item: its attempt was abandoned, and counted then. */
  void abandoned(ItemAtHand at, Condemnation why) {
    tellEnd(at, why.error(), why.tookNanos());
  }

  private void tellEnd(ItemAtHand at, @Nullable Throwable error, long took) {
    if (news != null && news.hearsEnds()) {
      interrupter.joinEnd(at.claim());
      news.ended(at, error, took);
      heard(at);
    }
  }

  /** Tells how the attempt has ended, unless that was told before. */
  boolean ended(ItemAtHand at, long startNanos, @Nullable Throwable error) {
    if (at.isEndTold || !hearsEnds()) {
      end(at, startNanos, error);
      return true;
    }
    return inOwnPhase(at, () -> end(at, startNanos, error));
  }

  /** It was decided what becomes of the item: a pause that its server asks for, its retry, or how its failure is put in words. */
  boolean decided(ItemAtHand at, Verdict verdict) {
    Verdict.Repeat retry = news != null && verdict instanceof Verdict.Repeat repeat ? repeat : null;
    Throwable failure = watch == null ? null : verdict.failure();
    if (at.pause == null && retry == null && failure == null) {
      return true;
    }
    return inOwnPhase(at, () -> tell(at, retry, failure));
  }

  /** The item is not settled as was decided; a pause that its server asks for holds all the same. */
  boolean dropped(ItemAtHand at) {
    return at.pause == null || inOwnPhase(at, () -> tell(at, null, null));
  }

  private void tell(ItemAtHand at, Verdict.@Nullable Repeat retry, @Nullable Throwable failure) {
    interrupter.joinEnd(at.claim());
    AskedPause pause = at.pause;
    at.pause = null;
    if (watch != null && pause != null) {
      long nanos = Require.nanos(pause.length());
      String origin =
          watch.paused(at.itemOfUser(), pause.error(), terms.clock, pause.sinceNanos(), nanos);
      if (news != null) {
        news.paused(origin, pause.length());
      }
    }
    if (news != null && retry != null) {
      news.retrying(at, retry.error(), retry.delayNanos());
    }
    if (watch != null && failure != null) {
      at.told = watch.tell(failure, at.itemOfUser(), at.details());
    }
    heard(at);
  }

  private boolean inOwnPhase(ItemAtHand at, Runnable telling) {
    Claim claim = at.claim();
    if (!claim.unseal(at.worker.nowNanos, Long.MAX_VALUE)) {
      return false;
    }
    telling.run();
    return claim.seal() || claim.sealInterrupted() != null;
  }

  private void heard(ItemAtHand at) {
    judging.tidyInterrupt(null);
    at.worker.readClock();
  }
}
