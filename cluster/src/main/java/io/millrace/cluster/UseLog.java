package io.millrace.cluster;

import java.util.ArrayDeque;

/** How many permits a JVM has used in the last 10 seconds. One thread has it at a time. */
final class UseLog {
  private record Sample(long at, long used) {}

  private static final long LENGTH = 10_000_000_000L;
  private static final long STEP = 1_000_000_000L;

  private final ArrayDeque<Sample> samples = new ArrayDeque<>();

  UseLog(long start) {
    samples.add(new Sample(start, 0));
  }

  void note(long now, long used) {
    Sample last = samples.getLast();
    if (now - last.at
        >= 2 * STEP) { // nothing was used for a while, and what is new is of the last moment
      samples.add(new Sample(now - STEP, last.used));
    }
    if (now - last.at >= STEP) {
      samples.add(new Sample(now, used));
    }
    while (samples.size() > 1 && now - secondAt() >= LENGTH) {
      samples.removeFirst();
    }
  }

  private long secondAt() {
    var each = samples.iterator();
    each.next();
    return each.next().at;
  }

  /** Permits a second; what was used in less than 10 seconds counts as if these had gone by. */
  double perSecond(long now, long used) {
    note(now, used);
    Sample oldest = samples.getFirst();
    return (used - oldest.used) * 1e9 / Math.max(LENGTH, now - oldest.at);
  }
}
