package io.millrace.engine;

import io.millrace.engine.terms.Config;
import io.millrace.engine.wait.ItemAtHand;
import io.millrace.engine.wait.Obstacle;
import io.millrace.outcome.AttemptEvent;
import io.millrace.outcome.Details;
import io.millrace.outcome.MonitorEvent;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.ConcurrencyChange;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells the user's listeners, and that of a monitor, what happens to items before they have an outcome, and to the
 * concurrency, in the threads of the workers. What it throws ends the run.
 */
final class AttemptNews {
  private final @Nullable Consumer<? super AttemptEvent> listener;
  private final @Nullable Consumer<? super MonitorEvent> monitor;
  private final @Nullable Consumer<? super ConcurrencyChange> ofConcurrency;
  private final Schedule schedule;

  private AttemptNews(
      @Nullable Consumer<? super AttemptEvent> listener,
      @Nullable Consumer<? super MonitorEvent> monitor,
      @Nullable Consumer<? super ConcurrencyChange> ofConcurrency,
      Schedule schedule) {
    this.listener = listener;
    this.monitor = monitor;
    this.ofConcurrency = ofConcurrency;
    this.schedule = schedule;
  }

  /** Null if nobody listens. */
  static @Nullable AttemptNews of(Config config, Schedule schedule) {
    Consumer<? super MonitorEvent> monitor = config.watch == null ? null : config.watch.listener();
    Consumer<? super ConcurrencyChange> ofConcurrency =
        config.adaptive == null ? null : config.adaptive.listener();
    return config.onAttempt == null && monitor == null && ofConcurrency == null
        ? null
        : new AttemptNews(config.onAttempt, monitor, ofConcurrency, schedule);
  }

  /** Whether ends of attempts are told as well. */
  boolean hearsEnds() {
    return monitor != null;
  }

  void starting(ItemAtHand at) {
    Details soFar = at.details();
    Details counted =
        new Details(soFar.index(), soFar.key(), soFar.attempts() + 1, soFar.elapsedNanos(), false);
    tell(new AttemptEvent.Starting(at.itemOfUser(), counted));
  }

  void hedging(HedgedCall second) {
    tell(new AttemptEvent.Hedging(second.item, second.details));
  }

  void waiting(ItemAtHand at, Obstacle obstacle) {
    tell(new AttemptEvent.Waiting(at.itemOfUser(), obstacle.reason(), at.details()));
  }

  void retrying(ItemAtHand at, Throwable error, long delayNanos) {
    Duration delay = Duration.ofNanos(delayNanos);
    tell(new AttemptEvent.Retrying(at.itemOfUser(), error, delay, at.details()));
  }

  void ended(ItemAtHand at, @Nullable Throwable error, long tookNanos) {
    if (monitor != null) {
      Duration took = Duration.ofNanos(tookNanos);
      tell(monitor, new MonitorEvent.Ended(at.itemOfUser(), error, took, at.details()));
    }
  }

  void paused(String origin, Duration length) {
    if (monitor != null) {
      tell(monitor, new MonitorEvent.Paused(origin, length));
    }
  }

  /** Whether moves of the concurrency are told. */
  boolean hearsMoves() {
    return ofConcurrency != null || monitor != null;
  }

  void moved(ConcurrencyChange change) {
    if (ofConcurrency != null) {
      tell(ofConcurrency, change);
    }
    if (monitor != null) {
      tell(monitor, new MonitorEvent.ConcurrencyChanged(change));
    }
  }

  private void tell(AttemptEvent event) {
    if (listener != null) {
      tell(listener, event);
    }
    if (monitor != null) {
      tell(monitor, new MonitorEvent.Attempt(event));
    }
  }

  private <E> void tell(Consumer<? super E> hearer, E event) {
    try {
      hearer.accept(event);
    } catch (Throwable broken) {
      schedule.end(RunStatus.ABORTED, broken, false);
    }
  }
}
