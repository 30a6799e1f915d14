package io.millrace.cli.watch;

import java.time.Duration;
import java.util.Locale;

/** Times, rates and counts as people read them. */
public final class Times {
  private Times() {}

  /** A time with two or three digits that count. */
  public static String text(Duration time) {
    double seconds = time.toNanos() / 1e9;
    if (seconds == 0) {
      return "0 s";
    }
    if (seconds < 1e-3) {
      return String.format(Locale.ROOT, "%.0f us", seconds * 1e6);
    }
    if (seconds < 1) {
      double millis = seconds * 1e3;
      return String.format(Locale.ROOT, millis < 10 ? "%.1f ms" : "%.0f ms", millis);
    }
    return seconds < 60
        ? String.format(Locale.ROOT, seconds < 10 ? "%.1f s" : "%.0f s", seconds)
        : clock(time);
  }

  /** Whole seconds, rounded up, of less than two minutes; else as a clock does. */
  public static String left(Duration time) {
    return whole(time.plusMillis(999).toSeconds());
  }

  /** Whole seconds that are over, in the same form: never more than what the summary says. */
  static String passed(Duration time) {
    return whole(time.toSeconds());
  }

  /** How long a run took: to a tenth of a second, and from one minute on in whole seconds that are over. */
  public static String inAll(Duration time) {
    long minutes = time.toMinutes();
    double seconds = time.minusMinutes(minutes).toNanos() / 1e9;
    return minutes == 0
        ? String.format(Locale.ROOT, "%.1f s", seconds)
        : String.format(Locale.ROOT, "%d min %.0f s", minutes, Math.floor(seconds));
  }

  private static String whole(long seconds) {
    return seconds < 120 ? seconds + " s" : clock(Duration.ofSeconds(seconds));
  }

  private static String clock(Duration time) {
    long hours = time.toHours();
    return hours == 0
        ? String.format(Locale.ROOT, "%d:%02d min", time.toMinutes(), time.toSecondsPart())
        : String.format(Locale.ROOT, "%d:%02d h", hours, time.toMinutesPart());
  }

  /** A number of things. */
  public static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** Things a second. */
  public static String rate(double perSecond) {
    return String.format(Locale.ROOT, perSecond < 10 ? "%.1f/s" : "%,.0f/s", perSecond);
  }
}
