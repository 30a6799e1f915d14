package io.millrace.engine;

import io.millrace.plan.ConcurrencyChange.Reason;

/**
 * How many attempts to run at once, from the mean latency of those that succeeded. Pure arithmetic for one thread at a
 * time: times are nanoseconds, which only differences are taken of.
 *
 * <p>The step is the gradient of Netflix's concurrency-limits (Gradient2), without its allowance for a queue: n becomes n *
 * TOLERANCE * unloaded / latency. With n at once and n = rate * latency (Little), that is TOLERANCE * rate * unloaded: it comes
 * to rest where attempts take TOLERANCE times as long as unloaded. The unloaded latency is measured, as Envoy's adaptive concurrency does it, by
 * running fewer at once from time to time; and also when it may have changed. So it is a mean as the other one, not a minimum, which jitter lowers.
 */
final class LearntConcurrency {
  private static final double TOLERANCE = 1.2;
  private static final double MOST_GROWTH = 1.25;
  private static final double MOST_CUT = 0.5;

  /** If n is to fall below this part of what it was when the unloaded latency was measured, that is measured anew. */
  private static final double DOUBT = 0.7;

  /** Fewer at once help if attempts take less than this part. */
  private static final double HELPS = 0.93;

  /** Attempts that take less than this part of the unloaded latency show that it is lower by now. */
  private static final double FASTER = 0.7;

  /** A single step up is tried where attempts take less than so many times the unloaded latency. */
  private static final double NEARLY_UNLOADED = 1.1;

  private static final int ROUTINE = 4;
  private static final int EPOCHS_BETWEEN_SINGLE_STEPS = 20;

  /** n is used if so much of it ran on average; it does not grow otherwise. */
  private static final double USED = 0.6;

  private static final double LEAST_REST_NANOS = 30e9;
  private static final double REST_IN_LATENCIES = 200;
  private static final double LEAST_EPOCH_NANOS = 20e6;
  private static final int FEW = 20;
  private static final int ENOUGH = 400;

  private enum Stage {
    START,
    MEASURE,
    STEADY
  }

  private final int least;
  private Stage stage = Stage.START;
  private int now;
  private double unloaded;
  private Reason reason = Reason.STARTING;

  /* What held before n went down to measure, and what the last step of that has found. */
  private int loadedNow;
  private double loadedLatency;
  private double lastLatency;

  /* Why it measures: because it should fall far; and whether fewer at once were faster. */
  private boolean isDoubtful;
  private boolean hasHelped;

  /* What n was, and when, as the unloaded latency was measured. */
  private int measuredNow;
  private long measuredAt;

  private int epochsSinceCut;

  /* Whether a bound has cut n: once it rises, n may double again. */
  private boolean isHeldDown;

  LearntConcurrency(int least) {
    this.least = least;
    this.now = least;
  }

  /** n, as the last step has left it. */
  int now() {
    return now;
  }

  Reason reason() {
    return reason;
  }

  /** The mean latency when few run at once; 0 if nothing is known. */
  double unloaded() {
    return unloaded;
  }

  /** Whether so many successes in so long a time are enough for a step. */
  boolean isEnough(long successes, double latency, double elapsed) {
    return successes >= wanted() && elapsed >= Math.max(LEAST_EPOCH_NANOS, 2 * latency);
  }

  private int wanted() {
    return switch (stage) {
      case START -> FEW;
      case MEASURE -> Math.clamp(8L * now, FEW, 4 * FEW);
      case STEADY -> Math.clamp(4L * now, FEW, ENOUGH);
    };
  }

  /**
   * One step; returns the new n.
   *
   * @param time of now
   * @param latency mean of the successes that began after the last step that moved n
   * @param busy how many attempts ran at once, on average
   * @param most what n may be at most
   */
  int step(long time, double latency, double busy, int most) {
    int before = now;
    int bottom = Math.min(least, most);
    if (now < bottom) { // a bound that was below the least has risen, and the run has followed it
      now = bottom;
      reason = Reason.BOUNDED;
    } else if (now > most) {
      now = most;
      reason = Reason.BOUNDED;
      isHeldDown = true;
    } else {
      if (isHeldDown && now < most && stage == Stage.STEADY) {
        isHeldDown = false;
        stage = Stage.START;
      }
      switch (stage) {
        case START -> start(latency, busy, most);
        case MEASURE -> measure(time, latency, bottom, most);
        case STEADY -> goOn(time, latency, busy, bottom, most);
      }
    }
    now = Math.clamp(now, bottom, most);
    epochsSinceCut = now < before ? 0 : epochsSinceCut + 1;
    return now;
  }

  private void start(double latency, double busy, int most) {
    boolean isFirst = unloaded == 0;
    if (!isFirst && (latency > TOLERANCE * unloaded || now == most)) {
      beginMeasuring(latency);
      return;
    }
    unloaded = isFirst ? latency : (unloaded + latency) / 2;
    if (isUsed(busy)) {
      now = (int) Math.min(2L * now, most);
      reason = Reason.STARTING;
    }
  }

  private void beginMeasuring(double latency) {
    hasHelped = false;
    stage = Stage.MEASURE;
    loadedNow = now;
    loadedLatency = latency;
    lastLatency = latency;
    now = now / 2;
    reason = Reason.MEASURING;
  }

  /*
   * Down by halves, as long as that helps. If it does, the server was loaded, perhaps by others as well, so that what is
   * measured may still be too much. If not, it is what attempts take by now; without need, only a part of that is believed, because
   * many adaptive clients would each take the others' load for it.
   */
  private void measure(long time, double latency, int bottom, int most) {
    boolean helps = latency < HELPS * lastLatency;
    hasHelped |= helps;
    lastLatency = latency;
    if (helps && now > bottom) {
      now = now / 2;
      reason = Reason.MEASURING;
      return;
    }
    unloaded = measured(latency);
    now = (int) Math.min(most, fitting(loadedNow, loadedLatency, 1));
    measuredNow = Math.max(now, bottom);
    measuredAt = time;
    reason = Reason.MEASURED;
    stage = Stage.STEADY;
  }

  private double measured(double latency) {
    if (hasHelped) {
      return Math.min(unloaded, latency);
    }
    return isDoubtful ? latency : unloaded + (latency - unloaded) / ROUTINE;
  }

  private void goOn(long time, double latency, double busy, int bottom, int most) {
    double rest = Math.max(LEAST_REST_NANOS, REST_IN_LATENCIES * latency);
    long next = fitting(now, latency, MOST_GROWTH);
    boolean doubts = next < DOUBT * measuredNow && (now - next > 1 || now <= bottom);
    if (latency < FASTER * unloaded) {
      unloaded = (unloaded + latency) / 2;
    } else if (doubts || time - measuredAt > rest) {
      isDoubtful = doubts;
      measureAnew(time, latency, bottom);
    } else if (next < now) {
      now = (int) next;
      reason = Reason.SLOWER;
    } else if (isUsed(busy) && now < most) {
      boolean isStepDue = epochsSinceCut >= EPOCHS_BETWEEN_SINGLE_STEPS;
      boolean mayStep = latency < NEARLY_UNLOADED * unloaded && isStepDue;
      now = (int) Math.min(most, mayStep ? Math.max(next, now + 1L) : next);
      measuredNow = Math.max(measuredNow, now);
      reason = Reason.GROWING;
    }
  }

  private void measureAnew(long time, double latency, int bottom) {
    if (now > bottom) {
      beginMeasuring(latency);
    } else {
      unloaded = latency; // fewer at once there are not
      measuredNow = now;
      measuredAt = time;
    }
  }

  private static long round(double value) {
    return Math.max(1, Math.round(value));
  }

  private long fitting(int at, double latency, double mostGrowth) {
    return round(at * Math.clamp(TOLERANCE * unloaded / latency, MOST_CUT, mostGrowth));
  }

  private boolean isUsed(double busy) {
    return busy >= USED * now;
  }
}
