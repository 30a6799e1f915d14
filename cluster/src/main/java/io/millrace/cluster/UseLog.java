package io.millrace.cluster;

import java.util.ArrayDeque;

/**
 * How many permits a JVM has used in the last 10 seconds, or in the time in which the limit makes its burst, if that is longer. So what
 * all JVMs have used in that time is at most twice what the limit makes. If the JVM has to wait longer for its turn, that time counts, and
 * half of it again: else whoever has just had its turn would take it for what it gets all the time. One thread has it at a time.
 */
final class UseLog {
  private record Sample(long at, long used) {}

  private static final double NANOS = 1e9;
  private static final double LEAST_NANOS = 10 * NANOS;
  private static final double MOST_NANOS = Long.MAX_VALUE / 4.0;
  private static final double TURNS = 1.5;

  private final double limitPerSecond;
  private final double leastLength;
  private final ArrayDeque<Sample> samples = new ArrayDeque<>();
  private long length;
  private long turn;

  UseLog(SharedLimit limit, long start) {
    this.limitPerSecond = limit.perSecond();
    double burstNanos = limit.rate().burst() / limitPerSecond * NANOS;
    this.leastLength = Math.clamp(burstNanos, LEAST_NANOS, MOST_NANOS);
    this.length = (long) leastLength;
    samples.add(new Sample(start, 0));
  }

  /** What was reserved last comes in this time. One that comes sooner than others did may be the exception. */
  void waits(long nanos) {
    turn = Math.max(nanos, turn / 2);
    length = (long) Math.clamp(TURNS * turn, leastLength, MOST_NANOS);
  }

  void note(long now, long used) {
    long step = length / 10;
    Sample last = samples.getLast();
    if (now - last.at
        >= 2 * step) { // nothing was used for a while, and what is new is of the last moment
      samples.add(new Sample(now - step, last.used));
    }
    if (now - last.at >= step) {
      samples.add(new Sample(now, used));
    }
    while (samples.size() > 1 && now - secondAt() >= length) {
      samples.removeFirst();
    }
  }

  private long secondAt() {
    var each = samples.iterator();
    each.next();
    return each.next().at;
  }

  /** Permits a second, at most those of the limit; what was used in less than that time counts as if it had gone by. */
  double perSecond(long now, long used) {
    note(now, used);
    Sample oldest = samples.getFirst();
    double perSecond = (used - oldest.used) * NANOS / Math.max(length, now - oldest.at);
    return Math.clamp(perSecond, 0, limitPerSecond); // more may have been given back than used
  }
}
