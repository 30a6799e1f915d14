package io.millrace.engine;

import io.millrace.engine.flight.Recording;
import io.millrace.engine.terms.Config;
import io.millrace.engine.terms.Terms;
import io.millrace.plan.ConcurrencyChange;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Makes a run follow its adaptive concurrency, which {@link LearntConcurrency} computes. There is no timer: the
 * worker that ends an attempt when it is time to look looks. It begins and ends with the run, and while no attempt
 * ends, nothing moves.
 */
final class Adaptation {
  private final Epochs epochs;
  private final LiveControl control;
  private final @Nullable AttemptNews news;

  /* Whoever wins it looks, tells and moves; nobody waits for it. While a listener is told, nothing else moves. */
  private final AtomicBoolean isLooking = new AtomicBoolean();

  private Adaptation(
      Config.Adaptive asked, Terms terms, LiveControl control, @Nullable AttemptNews news) {
    this.epochs = new Epochs(new LearntConcurrency(asked.least()), terms.originNanos);
    this.control = control;
    this.news = news;
  }

  /** Null if the concurrency was given, or is that of the caller's thread. */
  static @Nullable Adaptation of(Terms terms, LiveControl control, @Nullable AttemptNews news) {
    Config.Adaptive asked = terms.config.adaptive;
    return asked == null || terms.isInCaller ? null : new Adaptation(asked, terms, control, news);
  }

  /** Whether somebody is told of moves. */
  boolean isTold() {
    return news != null && news.hearsMoves();
  }

  /**
   * An attempt has ended. What it took counts if it has succeeded: others say nothing of how long those take. Takes the step
   * that is due, unless somebody is to be told of it.
   *
   * @return whether the worker has to {@link #tell} and then {@link #apply}
   */
  boolean ended(long startNanos, long endNanos, boolean succeeded) {
    boolean isDue = epochs.ended(startNanos, endNanos, succeeded) && succeeded;
    if (!isDue || !isLooking.compareAndSet(false, true)) {
      return false;
    }
    if (isTold()) {
      return true;
    }
    ConcurrencyChange change = null;
    try {
      change = look(endNanos);
    } finally {
      apply(change, endNanos);
    }
    return false;
  }

  /** Looks, and tells of the move before it is made: so each is told before the next one, and before an attempt more begins. */
  @Nullable ConcurrencyChange tell(long now) {
    ConcurrencyChange change = look(now);
    if (change != null && news != null) {
      news.moved(change);
    }
    return change;
  }

  /** Makes the move, if there is one; ends the look. */
  void apply(@Nullable ConcurrencyChange change, long now) {
    try {
      if (change != null) {
        epochs.moved(now);
        control.found(change.after());
      }
      control.outlasting(epochs.outlasting());
    } finally {
      isLooking.set(false); // whatever fails, or nothing would ever move again
    }
  }

  private @Nullable ConcurrencyChange look(long now) {
    ConcurrencyChange change = epochs.look(now, control.bound(), control::countOutlasting);
    if (change != null) {
      Recording.moves(change);
    }
    return change;
  }
}
