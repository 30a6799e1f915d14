package io.millrace.bench.report;

/** What is measured: its unit, and which way is better. */
public enum Metric {
  CPU("ns of CPU an operation", false),
  WALL("ns an operation", false),
  NANOS("ns an item", false),
  HELD("ms held back, 99 of 100", false),
  RESTORED("ns a restored item", false),
  BYTES("bytes an item", false),
  SHARE("share of the ideal", true),
  ADDED("ns a call added", false),
  CALL("ns a call in all", false),
  PERMIT("ns a permit", false),
  MICROS("us a call", false),
  PER_SECOND("calls a second", true),
  LAST("ms to the last ordinary outcome", false),
  SURFACED("ms until it surfaced", false),
  INTERRUPTED("share interrupted", true),
  MOST("most in any window", false),
  AHEAD("most ahead of the rate", false),
  WAKEUPS("wake-ups a grant", false),
  FIRST("ms, the first call of a JVM", false),
  RESUMED("ms from SIGKILL to the first new call", false),
  RESUMED_LAST("ms, if that call comes last", false),
  LIVE("MB live, most", false),
  GROWTH("MB live, growth", false);

  private final String label;
  private final boolean more;

  Metric(String label, boolean more) {
    this.label = label;
    this.more = more;
  }

  public String label() {
    return label;
  }

  /** How many times better {@code one} is than {@code other}. */
  double ratio(double one, double other) {
    return more ? one / other : other / one;
  }
}
