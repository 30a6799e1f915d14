package io.millrace.cli.watch;

import io.millrace.outcome.Latencies;
import io.millrace.outcome.Pause;
import io.millrace.outcome.Snapshot;
import io.millrace.outcome.WaitCause;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What was seen of a run over time. When there are many samples, two neighbours become one, and from then on samples
 * cover twice the time: so the memory does not grow with the run. Used by one thread at a time.
 */
final class Samples {
  static final int MOST = 240;

  private final List<Sample> samples = new ArrayList<>();
  private Standing before;
  private Sample pending;
  private int each = 1;
  private int merged;

  /**
   * A stretch of time.
   *
   * @param from in seconds since the start
   * @param to in seconds since the start
   * @param done what was done in it, without what an earlier run had done
   * @param failed how much of that failed
   * @param returned the attempts that returned in it
   * @param running attempts under way, on average
   * @param waiting items that waited for what, on average
   * @param isPaused whether a pause held
   */
  record Sample(
      double from,
      double to,
      long done,
      long failed,
      Latencies returned,
      double running,
      Map<WaitCause, Double> waiting,
      boolean isPaused) {

    double waitingFor(WaitCause cause) {
      return waiting.getOrDefault(cause, 0.0);
    }

    Sample plus(Sample next) {
      double own = to - from;
      double all = Math.max(next.to - from, 1e-9);
      Map<WaitCause, Double> sum = new EnumMap<>(WaitCause.class);
      for (WaitCause cause : WaitCause.values()) {
        sum.put(cause, (waitingFor(cause) * own + next.waitingFor(cause) * (all - own)) / all);
      }
      return new Sample(
          from,
          next.to,
          done + next.done,
          failed + next.failed,
          returned.plus(next.returned),
          (running * own + next.running * (all - own)) / all,
          sum,
          isPaused || next.isPaused);
    }
  }

  /** The first standing is that before the start. */
  Samples(Standing start) {
    before = start;
    pending = sample(start, start);
  }

  void add(Standing now) {
    Sample sample = sample(before, now);
    before = now;
    pending = merged == 0 ? sample : pending.plus(sample);
    merged++;
    if (merged == each) {
      merged = 0;
      samples.add(pending);
    }
    if (samples.size() == MOST) {
      halve();
    }
  }

  /** All of them, those included that are not full. */
  List<Sample> all() {
    List<Sample> all = new ArrayList<>(samples);
    if (merged > 0) {
      all.add(pending);
    }
    return all;
  }

  private void halve() {
    List<Sample> pairs = new ArrayList<>();
    for (int place = 0; place < samples.size(); place += 2) {
      pairs.add(samples.get(place).plus(samples.get(place + 1)));
    }
    samples.clear();
    samples.addAll(pairs);
    each *= 2;
  }

  private static Sample sample(Standing before, Standing now) {
    Snapshot snapshot = now.snapshot();
    Map<WaitCause, Double> waiting = new EnumMap<>(WaitCause.class);
    snapshot.waiting().forEach((cause, count) -> waiting.put(cause, (double) count));
    return new Sample(
        before.elapsed().toNanos() / 1e9,
        now.elapsed().toNanos() / 1e9,
        now.doneNow() - before.doneNow(),
        now.failed() - before.failed(),
        snapshot.returned().since(before.snapshot().returned()),
        snapshot.running(),
        waiting,
        snapshot.pauses().stream().anyMatch(Pause::isHolding));
  }
}
