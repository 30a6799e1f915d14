package io.millrace.engine.flight;

import io.millrace.base.Recordings;
import io.millrace.engine.claim.Claim;
import io.millrace.engine.claim.Ticket;
import io.millrace.plan.Action;
import io.millrace.plan.ConcurrencyChange;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Tells Flight Recorder what happens in runs, if somebody records: see {@link Recordings}. */
public final class Recording {
  /* Cheap items are many, so only one in this many looks whether a recording was started. */
  private static final int LOOK_EVERY = 256;

  /* The run's own: written when it begins, read when it is over. */
  private volatile @Nullable Object begun;

  /** A run begins. */
  public void begin() {
    if (Recordings.areNoticed()) {
      begun = FlightEvents.beginRun();
    }
  }

  /** Whether somebody wants to know how the run has ended. */
  public boolean isWanted() {
    return Recordings.areNoticed() && FlightEvents.wantsRuns();
  }

  /** The run has ended; if nobody recorded when it began, it is recorded as an instant. */
  public void end(String status, long items, long failures) {
    FlightEvents.endRun(begun, status, items, failures);
  }

  /** Whether the next attempt is recorded. */
  public static boolean ofAttempts(Claim claim) {
    boolean looking =
        Recordings.wereNoticed() || claim.most() == 1 || claim.index() % LOOK_EVERY == 0;
    return looking && Recordings.areNoticed() && FlightEvents.wantsAttempts();
  }

  public static @Nullable Object attempt(
      Action<@Nullable Object, @Nullable Object> action, @Nullable Object item, Claim claim)
      throws Exception {
    return FlightEvents.attempt(action, item, claim);
  }

  public static void retry(Ticket ticket, Throwable error, long delayNanos) {
    if (Recordings.areNoticed()) {
      FlightEvents.retry(ticket, error, delayNanos);
    }
  }

  public static void pause(Duration wait) {
    if (Recordings.areNoticed()) {
      FlightEvents.pause(wait);
    }
  }

  /** An adaptive concurrency is about to move. */
  public static void moves(ConcurrencyChange change) {
    if (Recordings.areNoticed()) {
      FlightEvents.moves(change);
    }
  }
}
