package io.millrace.engine;

import io.millrace.base.Require;
import java.time.Duration;
import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** The events for Java Flight Recorder. One that is not recorded costs a field read. */
final class Recording {
  private static final AttemptEvent ATTEMPT = new AttemptEvent();

  private Recording() {}

  static boolean ofAttempts() {
    return ATTEMPT.isEnabled();
  }

  @Name("io.millrace.Run")
  @Label("Run")
  @Category("Millrace")
  @StackTrace(false)
  static final class RunEvent extends Event {
    @Label("Status")
    @Nullable String status;

    @Label("Items")
    long items;

    @Label("Failures")
    long failures;
  }

  @Name("io.millrace.Attempt")
  @Label("Attempt")
  @Category("Millrace")
  @StackTrace(false)
  static final class AttemptEvent extends Event {
    @Label("Item Index")
    long index;

    @Label("Attempt")
    int attempt;

    @Label("Error")
    @Nullable String error;
  }

  @Name("io.millrace.Retry")
  @Label("Retry")
  @Category("Millrace")
  @StackTrace(false)
  static final class RetryEvent extends Event {
    @Label("Item Index")
    long index;

    @Label("Attempts So Far")
    int attempts;

    @Label("Delay")
    @Timespan
    long delay;

    @Label("Error")
    @Nullable String error;
  }

  @Name("io.millrace.Pause")
  @Label("Pause Asked For By The Server")
  @Category("Millrace")
  @StackTrace(false)
  static final class PauseEvent extends Event {
    @Label("Duration")
    @Timespan
    long pause;
  }

  static @Nullable Object attempt(Caller caller, @Nullable Object item, Claim claim)
      throws Exception {
    AttemptEvent event = new AttemptEvent();
    event.index = claim.index();
    event.attempt = claim.ticket == null ? 1 : claim.ticket.attempts + 1;
    event.begin();
    try {
      return caller.call(item);
    } catch (Throwable thrown) {
      event.error = thrown.getClass().getName();
      throw thrown;
    } finally {
      event.commit();
    }
  }

  static void retry(Ticket ticket, Throwable error, long delayNanos) {
    RetryEvent event = new RetryEvent();
    if (event.shouldCommit()) {
      event.index = ticket.index;
      event.attempts = ticket.attempts;
      event.delay = delayNanos;
      event.error = error.getClass().getName();
      event.commit();
    }
  }

  static void pause(Duration wait) {
    PauseEvent event = new PauseEvent();
    if (event.shouldCommit()) {
      event.pause = Require.nanos(wait);
      event.commit();
    }
  }
}
