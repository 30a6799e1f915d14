package io.millrace.engine;

import io.millrace.engine.terms.Config;
import io.millrace.engine.wait.ItemAtHand;
import io.millrace.engine.wait.Obstacle;
import io.millrace.outcome.AttemptEvent;
import io.millrace.outcome.Details;
import io.millrace.outcome.RunStatus;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells the user's listener what happens to items before they have an outcome, in the threads of their
 * workers. What it throws ends the run.
 */
final class AttemptNews {
  private final Consumer<? super AttemptEvent> listener;
  private final Schedule schedule;

  private AttemptNews(Consumer<? super AttemptEvent> listener, Schedule schedule) {
    this.listener = listener;
    this.schedule = schedule;
  }

  /** Null if nobody listens. */
  static @Nullable AttemptNews of(Config config, Schedule schedule) {
    return config.onAttempt == null ? null : new AttemptNews(config.onAttempt, schedule);
  }

  void starting(ItemAtHand at) {
    Details soFar = at.details();
    Details counted =
        new Details(soFar.index(), soFar.key(), soFar.attempts() + 1, soFar.elapsedNanos(), false);
    tell(new AttemptEvent.Starting(at.itemOfUser(), counted));
  }

  void waiting(ItemAtHand at, Obstacle obstacle) {
    tell(new AttemptEvent.Waiting(at.itemOfUser(), obstacle.reason(), at.details()));
  }

  void retrying(ItemAtHand at, Throwable error, long delayNanos) {
    Duration delay = Duration.ofNanos(delayNanos);
    tell(new AttemptEvent.Retrying(at.itemOfUser(), error, delay, at.details()));
  }

  private void tell(AttemptEvent event) {
    try {
      listener.accept(event);
    } catch (Throwable broken) {
      schedule.end(RunStatus.ABORTED, broken, false);
    }
  }
}
