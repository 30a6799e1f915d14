package io.millrace.cli.watch;

import io.millrace.cli.console.Breakdown;
import io.millrace.cli.watch.Samples.Sample;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** Looks at a run from time to time, for its report and its live page. Thread-safe. */
public final class Recorder implements AutoCloseable {
  private static final long PERIOD_MILLIS = 250;

  private final ScheduledExecutorService ticker =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("millrace-report").daemon().factory());
  private final Supplier<Standing> standing;

  /* Guards what is below: the ticker adds while whoever ends this adds the last one. */
  private final ReentrantLock lock = new ReentrantLock();
  private final Samples samples;
  private boolean hasEnded;

  private Recorder(Supplier<Standing> standing) {
    this.standing = standing;
    this.samples = new Samples(standing.get());
  }

  /**
   * Looks from now on.
   *
   * @param breakdown hears of what the thread dies of that looks
   */
  public static Recorder start(Supplier<Standing> standing, Breakdown breakdown) {
    Recorder recorder = new Recorder(standing);
    var _ =
        recorder.ticker.scheduleWithFixedDelay( // a process that was stopped does not catch up
            () -> breakdown.run("the report", recorder::look),
            PERIOD_MILLIS,
            PERIOD_MILLIS,
            TimeUnit.MILLISECONDS);
    return recorder;
  }

  private void look() {
    lock.lock();
    try {
      if (!hasEnded) {
        samples.add(standing.get());
      }
    } finally {
      lock.unlock();
    }
  }

  List<Sample> samples() {
    lock.lock();
    try {
      return samples.all();
    } finally {
      lock.unlock();
    }
  }

  /** Looks a last time, if it has not done so. */
  public void end() {
    lock.lock();
    try {
      look();
    } finally {
      hasEnded = true;
      lock.unlock();
      ticker.shutdownNow();
    }
  }

  @Override
  public void close() {
    end();
  }
}
