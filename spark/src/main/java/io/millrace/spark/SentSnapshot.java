package io.millrace.spark;

import io.millrace.outcome.FailureGroup;
import io.millrace.outcome.FailureReport;
import io.millrace.outcome.Latencies;
import io.millrace.outcome.Pause;
import io.millrace.outcome.Snapshot;
import io.millrace.outcome.WaitCause;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** A {@link Snapshot} as it is sent to the driver. How many items there are in all is not known on a worker. Immutable. */
final class SentSnapshot implements Serializable {
  private static final long serialVersionUID = 1;

  private final int runs;
  private final long admitted;
  private final long done;
  private final long failed;
  private final long restored;
  private final long notRun;
  private final int running;
  private final int slots;
  private final long[] waiting; // by the ordinal of the cause
  private final long retries;
  private final List<SentPause> pauses = new ArrayList<>();
  private final long pausedNanos;
  private final long[] returned;
  private final long[] threw;
  private final List<SentGroup> failures = new ArrayList<>();
  private final long otherFailures;

  private record SentPause(String origin, long times, long leftNanos) implements Serializable {}

  private record SentGroup(String cause, long count, long index, String sample)
      implements Serializable {}

  SentSnapshot(Snapshot of) {
    runs = of.runs();
    admitted = of.admitted();
    done = of.done();
    failed = of.failed();
    restored = of.restored();
    notRun = of.notRun();
    running = of.running();
    slots = of.slots();
    waiting = new long[WaitCause.values().length];
    of.waiting().forEach((cause, count) -> waiting[cause.ordinal()] = count);
    retries = of.retries();
    for (Pause each : of.pauses()) {
      pauses.add(new SentPause(each.origin(), each.times(), each.left().toNanos()));
    }
    pausedNanos = of.paused().toNanos();
    returned = packed(of.returned().counts());
    threw = packed(of.threw().counts());
    for (FailureGroup each : of.failures().groups()) {
      failures.add(new SentGroup(each.cause(), each.count(), each.index(), each.sample()));
    }
    otherFailures = of.failures().others();
  }

  /** What it was made of. */
  Snapshot snapshot() {
    Map<WaitCause, Long> allWaiting = new EnumMap<>(WaitCause.class);
    for (WaitCause cause : WaitCause.values()) {
      allWaiting.put(cause, waiting[cause.ordinal()]);
    }
    return new Snapshot(
        runs,
        admitted,
        OptionalLong.empty(),
        done,
        failed,
        restored,
        notRun,
        running,
        slots,
        allWaiting,
        retries,
        pauses.stream()
            .map(each -> new Pause(each.origin, each.times, Duration.ofNanos(each.leftNanos)))
            .toList(),
        Duration.ofNanos(pausedNanos),
        Latencies.of(unpacked(returned)),
        Latencies.of(unpacked(threw)),
        new FailureReport(
            failures.stream()
                .map(each -> new FailureGroup(each.cause, each.count, each.index, each.sample))
                .toList(),
            otherFailures));
  }

  /* Few of the counts are not zero: the place and the count of each of those. */
  private static long[] packed(long[] counts) {
    long[] all = new long[2 * counts.length];
    int length = 0;
    for (int place = 0; place < counts.length; place++) {
      if (counts[place] != 0) {
        all[length++] = place;
        all[length++] = counts[place];
      }
    }
    return Arrays.copyOf(all, length);
  }

  private static long[] unpacked(long[] packed) {
    long[] counts = new long[Latencies.places()];
    for (int at = 0; at < packed.length; at += 2) {
      counts[(int) packed[at]] = packed[at + 1];
    }
    return counts;
  }
}
