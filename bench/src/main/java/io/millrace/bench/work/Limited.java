package io.millrace.bench.work;

import static io.millrace.bench.peer.Contenders.BEFORE;
import static io.millrace.bench.peer.Contenders.MILLRACE;
import static io.millrace.bench.report.Metric.AHEAD;
import static io.millrace.bench.report.Metric.MOST;
import static io.millrace.bench.report.Metric.SHARE;
import static io.millrace.bench.report.Metric.WAKEUPS;

import io.millrace.bench.peer.Pace;
import io.millrace.bench.peer.Pacer;
import io.millrace.bench.peer.Pacers;
import io.millrace.bench.report.Figures;
import io.millrace.bench.report.Sample;
import io.millrace.bench.report.Target;
import java.util.List;

/**
 * Starts under a limiter that is the only thing to wait for: how much of the rate is used, and how
 * many start in any one period.
 *
 * @param busy whether another thread keeps a core busy meanwhile; then without peers
 */
record Limited(String kind, Pace pace, boolean busy) implements Workload {
  /* A start is seen a little later than its permit is granted, so periods are looked at this much short. */
  private static final long SLACK_NANOS = 5_000_000;
  private static final long BUSY_SLACK_NANOS = 10_000_000;

  /* A token bucket makes up for wake-ups that are late by so much. */
  private static final long MADE_UP_NANOS = 5_000_000;
  private static final int WARM_UP_STARTS = 50;

  @Override
  public String name() {
    return "limiter." + kind;
  }

  @Override
  public String title() {
    return "Rate limiter, %s: %,d in %,d ms (counted in any such time less %d ms)"
        .formatted(
            busy ? "beside a busy core" : kind,
            pace.permits(),
            pace.period().toMillis(),
            slackNanos() / 1_000_000);
  }

  @Override
  public int rounds(Effort effort) {
    return effort.pick(1, 2);
  }

  @Override
  public Field field(Effort effort) {
    int periods = effort.pick(1, 4);
    return new Field(
            entry(Pacers.millrace(), periods),
            busy ? List.of() : Pacers.peers().stream().map(each -> entry(each, periods)).toList())
        .withBefore(before -> entry(before.pacer(BEFORE), periods));
  }

  private Entry entry(Pacer pacer, int periods) {
    return new Entry(
        pacer.name(),
        () -> sample(pacer, WARM_UP_STARTS),
        () -> sample(pacer, periods * pace.permits() + 1));
  }

  private Sample sample(Pacer pacer, int times) throws Exception {
    Starts starts = new Starts(times);
    double wakeUps;
    long begin;
    try (BusyCore _ = busy ? BusyCore.one() : BusyCore.none()) {
      begin = System.nanoTime();
      wakeUps = pacer.run(pace, times, starts);
    }
    long period = pace.period().toNanos();
    Sample sample =
        Sample.of(SHARE, idealNanos(times) / starts.spanNanos())
            .and(MOST, starts.mostIn(period - slackNanos()))
            .and(AHEAD, starts.mostAhead(begin, (double) period / pace.permits()));
    return Double.isNaN(wakeUps) ? sample : sample.and(WAKEUPS, wakeUps / times);
  }

  /* From the first start to the last one. */
  private double idealNanos(int times) {
    double period = pace.period().toNanos();
    return switch (pace) {
      case Pace.Even even -> period * (times - 1) / even.permits();
      case Pace.Window window -> period * ((times - 1) / window.permits());
    };
  }

  private long slackNanos() {
    return busy ? BUSY_SLACK_NANOS : SLACK_NANOS;
  }

  /* What the limit lets through in the time that is looked at. */
  private double most() {
    double period = pace.period().toNanos();
    return switch (pace) {
      case Pace.Even even -> even.permits() * (period - slackNanos() + MADE_UP_NANOS) / period + 1;
      case Pace.Window window -> window.permits();
    };
  }

  private int burst() {
    return switch (pace) {
      case Pace.Even _ -> 1;
      case Pace.Window window -> window.permits();
    };
  }

  @Override
  public List<Target> targets(Figures figures) {
    return List.of(
        Target.atLeast(name() + ".share", figures.median(MILLRACE, SHARE), 0.99),
        Target.atMost(name() + ".most", figures.most(MILLRACE, MOST), most()),
        Target.atMost(name() + ".ahead", figures.most(MILLRACE, AHEAD), burst()),
        Target.atMost(name() + ".wakeups", figures.median(MILLRACE, WAKEUPS), 1.1));
  }
}
