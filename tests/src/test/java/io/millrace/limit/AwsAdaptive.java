package io.millrace.limit;

import io.millrace.testkit.simulation.SimulatedReply;
import io.millrace.testkit.simulation.Simulation;

/**
 * The rate limiter of the "adaptive" retry mode of AWS's SDKs, with their constants: CUBIC over a token bucket, which does nothing before the
 * first throttling. Times are in seconds.
 */
final class AwsAdaptive implements Simulation.Concurrency {
  private static final double BETA = 0.7;
  private static final double SCALE = 0.4;
  private static final double SMOOTH = 0.8;
  private static final double LEAST = 0.5;
  private static final double MEASURED_EACH = 0.5;

  private final int inFlight;
  private boolean isEnabled;
  private double fillRate;
  private double capacity;
  private double level;
  private double filledAt;
  private double lastMax;
  private double lastThrottle;
  private double measured;
  private double lastBucket;
  private long count;

  AwsAdaptive(int inFlight) {
    this.inFlight = inFlight;
  }

  @Override
  public int most() {
    return inFlight;
  }

  /* Whoever comes waits until the bucket has its token, and has it taken already. */
  @Override
  public long delayNanos(long now) {
    if (!isEnabled) {
      return 0;
    }
    fill(now / 1e9);
    level -= 1;
    return level >= 0 ? 0 : (long) (-level / fillRate * 1e9);
  }

  private void fill(double now) {
    level = Math.min(capacity, level + (now - filledAt) * fillRate);
    filledAt = now;
  }

  @Override
  public void answered(long sentAt, long nanos, SimulatedReply reply) {
    double now = nanos / 1e9;
    measure(now);
    double calculated;
    if (reply.statusCode() == 429) {
      double used = isEnabled ? Math.min(measured, fillRate) : measured;
      lastMax = used;
      lastThrottle = now;
      calculated = used * BETA;
      isEnabled = true;
    } else {
      double window = Math.cbrt(lastMax * (1 - BETA) / SCALE);
      calculated = SCALE * Math.pow(now - lastThrottle - window, 3) + lastMax;
    }
    adopt(now, Math.min(calculated, 2 * measured));
  }

  private void adopt(double now, double rate) {
    fill(now);
    fillRate = Math.max(rate, LEAST);
    capacity = Math.max(rate, 1);
    level = Math.min(level, capacity);
  }

  private void measure(double now) {
    double bucket = Math.floor(now / MEASURED_EACH) * MEASURED_EACH;
    count++;
    if (bucket > lastBucket) {
      double current = count / (bucket - lastBucket);
      measured = current * SMOOTH + measured * (1 - SMOOTH);
      count = 0;
      lastBucket = bucket;
    }
  }
}
