package io.millrace.engine.watch;

import io.millrace.outcome.WaitCause;
import java.util.EnumMap;
import java.util.Map;

/**
 * The figures of one run, at one moment.
 *
 * @param size items in all; negative if the source does not know
 * @param settled items that have their outcome
 * @param slots the most attempts at once; 0 if the run is over
 * @param waiting how many wait for what, but for a slot
 */
public record Figures(
    long admitted,
    long size,
    long settled,
    long failed,
    int running,
    int slots,
    Map<WaitCause, Long> waiting) {
  /** Of a run that has not begun. */
  public static final Figures NONE = new Figures(0, 0, 0, 0, 0, 0, Map.of());

  /** The same, of a run that is over. */
  Figures ended() {
    return new Figures(admitted, admitted, settled, failed, 0, 0, Map.of());
  }

  /** The later of two figures of one run. */
  static Figures later(Figures one, Figures other) {
    boolean isOther =
        other.settled > one.settled
            || (other.settled == one.settled && other.admitted >= one.admitted);
    return isOther ? other : one;
  }

  /* What is neither settled nor running, and waits for nothing else, waits for a slot. */
  void addWaits(EnumMap<WaitCause, Long> sum) {
    long elsewhere = waiting.values().stream().mapToLong(Long::longValue).sum();
    waiting.forEach((cause, count) -> sum.merge(cause, count, Long::sum));
    sum.merge(WaitCause.SLOT, Math.max(0, admitted - settled - running - elsewhere), Long::sum);
  }

  Figures plus(Figures other) {
    return new Figures(
        admitted + other.admitted,
        size < 0 || other.size < 0 ? -1 : size + other.size,
        settled + other.settled,
        failed + other.failed,
        running + other.running,
        slots + other.slots,
        Map.of());
  }
}
