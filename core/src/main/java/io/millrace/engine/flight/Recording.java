package io.millrace.engine.flight;

import io.millrace.engine.claim.Claim;
import io.millrace.engine.claim.Ticket;
import io.millrace.plan.Action;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is told to Flight Recorder, if somebody records.
 *
 * <p>Loading Flight Recorder's classes takes longer than everything else that the first run of a
 * process loads. So nothing here touches one of them before somebody records, and that has to be seen
 * from outside: asking {@code FlightRecorder} itself loads it. What can be seen without it is the property
 * by which other processes find the repository of a recording. It is set when the first recording that
 * goes to disk starts, however it is started. One that is kept in memory only, which has to be asked for,
 * is not noticed before it is dumped.
 */
public final class Recording {
  private static final String REPOSITORY = "jdk.jfr.repository";

  /* Cheap items are many, so only one in this many looks whether a recording was started. */
  private static final int LOOK_EVERY = 256;

  /* Never back: from then on, each event knows by itself whether it is wanted. */
  private static volatile boolean noticed;

  /* The run's own: written when it begins, read when it is over. */
  private volatile @Nullable Object begun;

  private static boolean isNoticed() {
    if (!noticed && System.getProperty(REPOSITORY) != null) {
      noticed = true;
    }
    return noticed;
  }

  /** A run begins. */
  public void begin() {
    if (isNoticed()) {
      begun = FlightEvents.beginRun();
    }
  }

  /** Whether somebody wants to know how the run has ended. */
  public boolean isWanted() {
    return isNoticed() && FlightEvents.wantsRuns();
  }

  /** The run has ended; if nobody recorded when it began, it is recorded as an instant. */
  public void end(String status, long items, long failures) {
    FlightEvents.endRun(begun, status, items, failures);
  }

  /** Whether the next attempt is recorded. */
  public static boolean ofAttempts(Claim claim) {
    boolean looking = noticed || claim.most() == 1 || claim.index() % LOOK_EVERY == 0;
    return looking && isNoticed() && FlightEvents.wantsAttempts();
  }

  public static @Nullable Object attempt(
      Action<@Nullable Object, @Nullable Object> action, @Nullable Object item, Claim claim)
      throws Exception {
    return FlightEvents.attempt(action, item, claim);
  }

  public static void retry(Ticket ticket, Throwable error, long delayNanos) {
    if (isNoticed()) {
      FlightEvents.retry(ticket, error, delayNanos);
    }
  }

  public static void pause(Duration wait) {
    if (isNoticed()) {
      FlightEvents.pause(wait);
    }
  }
}
