package io.millrace.spark;

import io.millrace.outcome.FailureGroup;
import io.millrace.outcome.FailureReport;
import io.millrace.outcome.Latencies;
import io.millrace.outcome.Pause;
import io.millrace.outcome.Snapshot;
import io.millrace.outcome.WaitCause;
import java.io.Serializable;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.OptionalLong;
import java.util.stream.Stream;

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
  private final EnumMap<WaitCause, Long> waiting;
  private final long retries;
  private final SentPause[] pauses;
  private final long pausedNanos;
  private final long[] returned;
  private final long[] threw;
  private final SentGroup[] failures;
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
    waiting = new EnumMap<>(of.waiting());
    retries = of.retries();
    pauses =
        of.pauses().stream()
            .map(each -> new SentPause(each.origin(), each.times(), each.left().toNanos()))
            .toArray(SentPause[]::new);
    pausedNanos = of.paused().toNanos();
    returned = packed(of.returned().counts());
    threw = packed(of.threw().counts());
    failures =
        of.failures().groups().stream()
            .map(each -> new SentGroup(each.cause(), each.count(), each.index(), each.sample()))
            .toArray(SentGroup[]::new);
    otherFailures = of.failures().others();
  }

  /** What it was made of. */
  Snapshot snapshot() {
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
        waiting,
        retries,
        Stream.of(pauses)
            .map(each -> new Pause(each.origin, each.times, Duration.ofNanos(each.leftNanos)))
            .toList(),
        Duration.ofNanos(pausedNanos),
        Latencies.of(unpacked(returned)),
        Latencies.of(unpacked(threw)),
        new FailureReport(
            Stream.of(failures)
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
