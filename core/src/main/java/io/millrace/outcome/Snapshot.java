package io.millrace.outcome;

import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What a {@code Monitor} has seen up to a moment, of all runs that it watches together. Immutable.
 *
 * @param runs runs that go on
 * @param admitted items that were read from the sources
 * @param total items in all, if each source knows how many it has
 * @param done items that succeeded or failed, those included that a checkpoint had
 * @param failed how many of them failed
 * @param restored how many of them a checkpoint had
 * @param notRun items that have no result because their run ended
 * @param running attempts under way; a worker that reads its source counts as well
 * @param slots the most attempts at once, of the runs that go on
 * @param waiting how many admitted items wait, by what they wait for; a cause for which none waits has 0
 * @param retries attempts that were repeated, or will be
 * @param pauses pauses by their origins, the latest ones
 * @param paused how long a pause held so far; pauses at the same time count once
 * @param returned how long the attempts took that returned
 * @param threw how long the attempts took that threw, or were interrupted or abandoned
 * @param failures the failures by their causes
 */
public record Snapshot(
    int runs,
    long admitted,
    OptionalLong total,
    long done,
    long failed,
    long restored,
    long notRun,
    int running,
    int slots,
    Map<WaitCause, Long> waiting,
    long retries,
    List<Pause> pauses,
    Duration paused,
    Latencies returned,
    Latencies threw,
    FailureReport failures) {
  private static final int MOST_PAUSES = 32;

  /** Copies the collections. */
  public Snapshot {
    Map<WaitCause, Long> all = new EnumMap<>(WaitCause.class);
    for (WaitCause cause : WaitCause.values()) {
      all.put(cause, waiting.getOrDefault(cause, 0L));
    }
    waiting = Collections.unmodifiableMap(all);
    pauses = List.copyOf(pauses);
  }

  /** Items that succeeded. */
  public long succeeded() {
    return done - failed;
  }

  /** How many items wait for this. */
  public long waitingFor(WaitCause cause) {
    return waiting.getOrDefault(cause, 0L);
  }

  /** Attempts that have ended. */
  public long attempts() {
    return returned.count() + threw.count();
  }

  /**
   * Both together, as one monitor of the runs of both. Pauses may have held at the same time, so {@link #paused} is the longer
   * one; of more than 32 origins of pauses, those whose pauses end first are left out.
   */
  public Snapshot plus(Snapshot other) {
    Map<WaitCause, Long> allWaiting = new EnumMap<>(waiting);
    other.waiting.forEach((cause, count) -> allWaiting.merge(cause, count, Long::sum));
    boolean isTotal = total.isPresent() && other.total.isPresent();
    return new Snapshot(
        runs + other.runs,
        admitted + other.admitted,
        isTotal
            ? OptionalLong.of(total.getAsLong() + other.total.getAsLong())
            : OptionalLong.empty(),
        done + other.done,
        failed + other.failed,
        restored + other.restored,
        notRun + other.notRun,
        running + other.running,
        slots + other.slots,
        allWaiting,
        retries + other.retries,
        together(pauses, other.pauses),
        paused.compareTo(other.paused) >= 0 ? paused : other.paused,
        returned.plus(other.returned),
        threw.plus(other.threw),
        failures.plus(other.failures));
  }

  private static List<Pause> together(List<Pause> some, List<Pause> others) {
    if (others.isEmpty()) {
      return some;
    }
    Map<String, Pause> all = new LinkedHashMap<>();
    some.forEach(each -> all.put(each.origin(), each));
    others.forEach(each -> all.merge(each.origin(), each, Pause::plus));
    return all.values().stream()
        .sorted(Comparator.comparing(Pause::left))
        .skip(Math.max(0, all.size() - MOST_PAUSES))
        .toList();
  }
}
