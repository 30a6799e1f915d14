package io.millrace.engine.flight;

import io.millrace.base.Require;
import io.millrace.engine.claim.Claim;
import io.millrace.engine.claim.Ticket;
import io.millrace.plan.Action;
import io.millrace.plan.ConcurrencyChange;
import java.time.Duration;
import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** The events for Java Flight Recorder: its classes are loaded with this one. */
final class FlightEvents {
  private static final RecordedAttempt ATTEMPT = new RecordedAttempt();
  private static final RunEvent RUN = new RunEvent();

  private FlightEvents() {}

  static boolean wantsAttempts() {
    return ATTEMPT.isEnabled();
  }

  static boolean wantsRuns() {
    return RUN.isEnabled();
  }

  static Object beginRun() {
    RunEvent event = new RunEvent();
    event.begin();
    return event;
  }

  static void endRun(@Nullable Object begun, String status, long items, long failures) {
    RunEvent event = begun instanceof RunEvent run ? run : new RunEvent();
    if (event.shouldCommit()) {
      event.status = status;
      event.items = items;
      event.failures = failures;
      event.commit();
    }
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
  static final class RecordedAttempt extends Event {
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

  @Name("io.millrace.ConcurrencyChange")
  @Label("Adaptive Concurrency")
  @Category("Millrace")
  @StackTrace(false)
  static final class ConcurrencyEvent extends Event {
    @Label("Attempts At Once Before")
    int before;

    @Label("Attempts At Once After")
    int after;

    @Label("Reason")
    @Nullable String reason;

    @Label("Latency")
    @Timespan
    long latency;

    @Label("Latency When Few Run At Once")
    @Timespan
    long unloaded;
  }

  static @Nullable Object attempt(
      Action<@Nullable Object, @Nullable Object> action, @Nullable Object item, Claim claim)
      throws Exception {
    RecordedAttempt event = new RecordedAttempt();
    event.index = claim.index();
    event.attempt = claim.ticket == null ? 1 : claim.ticket.attempts + 1;
    event.begin();
    try {
      return action.apply(item);
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

  static void moves(ConcurrencyChange change) {
    ConcurrencyEvent event = new ConcurrencyEvent();
    if (event.shouldCommit()) {
      event.before = change.before();
      event.after = change.after();
      event.reason = change.reason().name();
      event.latency = Require.nanos(change.latency());
      event.unloaded = Require.nanos(change.unloaded());
      event.commit();
    }
  }
}
