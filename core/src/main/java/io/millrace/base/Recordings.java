package io.millrace.base;

/**
 * Whether somebody may be recording with Flight Recorder.
 *
 * <p>Loading Flight Recorder's classes takes longer than everything else that the first run of a
 * process loads. So nothing here touches one of them before somebody records, and that has to be seen
 * from outside: asking {@code FlightRecorder} itself loads it. What can be seen without it is the property
 * by which other processes find the repository of a recording. It is set when the first recording that
 * goes to disk starts, however it is started. One that is kept in memory only, which has to be asked for,
 * is not noticed before it is dumped.
 */
public final class Recordings {
  private static final String REPOSITORY = "jdk.jfr.repository";

  /* Never back: from then on, each event knows by itself whether it is wanted. */
  private static volatile boolean noticed;

  private Recordings() {}

  /** Whether somebody has begun to record, as far as this was looked for: {@link #areNoticed} looks. */
  public static boolean wereNoticed() {
    return noticed;
  }

  /** Looks whether somebody has begun to record. Classes with events are loaded only after that. */
  public static boolean areNoticed() {
    if (!noticed && System.getProperty(REPOSITORY) != null) {
      noticed = true;
    }
    return noticed;
  }
}
