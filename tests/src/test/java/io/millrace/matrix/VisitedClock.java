package io.millrace.matrix;

import io.millrace.time.TimeSource;
import java.time.Duration;
import java.time.Instant;

/** The real clock, whose methods are user code that may misbehave. */
final class VisitedClock implements TimeSource {
  private final Cell cell;
  private final TimeSource real = TimeSource.system();

  VisitedClock(Cell cell) {
    this.cell = cell;
  }

  @Override
  public long nanoTime() {
    cell.visit(cell.spot == Spot.CLOCK_NANO_TIME_LATER ? cell.spot : Spot.CLOCK_NANO_TIME, -1);
    return real.nanoTime();
  }

  @Override
  public Instant now() {
    cell.visit(Spot.CLOCK_NOW, -1);
    return real.now();
  }

  @Override
  public Timer schedule(long atNanos, Runnable task) {
    cell.visit(Spot.CLOCK_SCHEDULE, -1);
    Timer timer = real.schedule(atNanos, task);
    return () -> {
      timer.cancel();
      cell.visit(Spot.CLOCK_TIMER_CANCEL, -1);
    };
  }

  @Override
  public void sleep(Duration duration) throws InterruptedException {
    real.sleep(duration);
  }

  @Override
  public Runnable announced(Runnable task) {
    cell.visit(Spot.CLOCK_ANNOUNCED, -1);
    return task;
  }

  @Override
  public Wait newWait() {
    cell.visit(Spot.CLOCK_NEW_WAIT, -1);
    return real.newWait();
  }
}
