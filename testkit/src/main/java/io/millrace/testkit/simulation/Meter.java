package io.millrace.testkit.simulation;

import java.util.function.ToLongFunction;

/** What a declaring server counts in one unit. Guarded by the simulation's one thread. */
abstract class Meter {
  final String name;
  final double quota;
  final double nanos;
  /* What a request takes when it arrives. */
  final ToLongFunction<SimulatedRequest> cost;
  /* What it turns out to take, on average, for the oracle. */
  final double meanCost;

  Meter(
      String name,
      double quota,
      double seconds,
      ToLongFunction<SimulatedRequest> cost,
      double meanCost) {
    this.name = name;
    this.quota = quota;
    this.nanos = seconds * 1e9;
    this.cost = cost;
    this.meanCost = meanCost;
  }

  /** What is left. */
  abstract double remaining(long now);

  /** How long until all of it is there again. */
  abstract double untilReset(long now);

  /** How long until so much is there. */
  abstract double until(long now, double cost);

  /** Takes so much, or gives it back (below 0) if what was taken then still counts. */
  abstract void take(long now, long takenAt, double cost);

  /** One window after the other. */
  static final class Window extends Meter {
    private final double offset;
    private double window = -1;
    private double taken;

    Window(
        String name,
        double quota,
        double seconds,
        ToLongFunction<SimulatedRequest> cost,
        double meanCost,
        double offsetSeconds) {
      super(name, quota, seconds, cost, meanCost);
      this.offset = offsetSeconds * 1e9;
    }

    private double windowAt(long now) {
      return Math.floor((now + offset) / nanos);
    }

    @Override
    double remaining(long now) {
      if (windowAt(now) != window) {
        window = windowAt(now);
        taken = 0;
      }
      return quota - taken;
    }

    @Override
    double untilReset(long now) {
      return (windowAt(now) + 1) * nanos - offset - now;
    }

    @Override
    double until(long now, double cost) {
      return untilReset(now);
    }

    @Override
    void take(long now, long takenAt, double cost) {
      remaining(now);
      if (windowAt(takenAt) == window) {
        taken += cost;
      }
    }
  }

  /** A token bucket. */
  static final class Level extends Meter {
    private double level;
    private long levelAt;

    Level(
        String name,
        double quota,
        double seconds,
        ToLongFunction<SimulatedRequest> cost,
        double meanCost) {
      super(name, quota, seconds, cost, meanCost);
      this.level = quota;
    }

    @Override
    double remaining(long now) {
      level = Math.min(quota, level + (now - levelAt) * quota / nanos);
      levelAt = now;
      return level;
    }

    @Override
    double untilReset(long now) {
      return until(now, quota);
    }

    @Override
    double until(long now, double cost) {
      return Math.max(0, cost - remaining(now)) * nanos / quota;
    }

    @Override
    void take(long now, long takenAt, double cost) {
      level = Math.min(quota, remaining(now) - cost);
    }
  }
}
