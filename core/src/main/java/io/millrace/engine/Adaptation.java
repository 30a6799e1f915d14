package io.millrace.engine;

import io.millrace.engine.terms.Config;
import io.millrace.engine.terms.Terms;
import io.millrace.plan.ConcurrencyChange;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Has a run follow the concurrency that it finds. There is no timer: the worker that ends an attempt when it is time to
 * look, does so. It begins and ends with the run, and while nothing ends, nothing moves.
 */
final class Adaptation {
  private final Epochs epochs;
  private final LiveControl control;
  private final @Nullable AttemptNews news;

  /* Whoever wins it looks; nobody waits for it. Nothing of the user's is called meanwhile. */
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

  /** An attempt has ended. What it took counts if it has succeeded: others say nothing of how long those take. */
  void ended(long startNanos, long endNanos, boolean succeeded) {
    if (epochs.ended(startNanos, endNanos, succeeded) && isLooking.compareAndSet(false, true)) {
      ConcurrencyChange change;
      try {
        change = look(endNanos);
      } finally {
        isLooking.set(false);
      }
      if (change != null && news != null) {
        news.moved(change);
      }
    }
  }

  private @Nullable ConcurrencyChange look(long now) {
    ConcurrencyChange change = epochs.look(now, control.bound());
    if (change != null) {
      control.found(change.after());
    }
    return change;
  }
}
