package io.millrace.testkit.simulation;

import java.util.Arrays;

/** What came of a simulation. */
public final class Report {
  private static final int STEPS = 10;

  private final SimulatedServer server;
  private final int seconds;
  private final long[] granted;
  private final long[] refused;
  private final long[] failed;
  private final long[] ofClient;
  private final long[] latency;

  Report(SimulatedServer server, int clients, int seconds) {
    this.server = server;
    this.seconds = seconds;
    this.granted = new long[seconds * STEPS + 1];
    this.refused = new long[seconds * STEPS + 1];
    this.failed = new long[seconds * STEPS + 1];
    this.ofClient = new long[clients];
    this.latency = new long[seconds * STEPS + 1];
  }

  void add(int client, long now, long sentAt, SimulatedReply reply) {
    int step = (int) (now * STEPS / 1_000_000_000L);
    if (reply.statusCode() == 200) {
      granted[step]++;
      ofClient[client] += now >= 30e9 ? 1 : 0;
      latency[step] += now - sentAt;
    } else {
      (reply.statusCode() == 500 ? failed : refused)[step]++;
    }
  }

  /** Granted, as a part of what an oracle gets, from one second to another. */
  public double share(int from, int to) {
    return sum(granted, from * STEPS, to * STEPS) / allowed(from * STEPS, to * STEPS);
  }

  /** As {@link #share(int, int)}, from 30 s on. */
  public double share() {
    return share(30, seconds);
  }

  /** The part of all requests that was refused, from one second to another. */
  public double refused(int from, int to) {
    double all = sum(refused, from * STEPS, to * STEPS);
    return all
        / Math.max(
            1,
            all + sum(granted, from * STEPS, to * STEPS) + sum(failed, from * STEPS, to * STEPS));
  }

  /** As {@link #refused(int, int)}, from 30 s on. */
  public double refused() {
    return refused(30, seconds);
  }

  /** Requests that failed. */
  public long failures() {
    return sum(failed, 0, failed.length);
  }

  /** From a time on, the seconds to the end of the first second with 90 % of what is allowed and at most 2 % refused. */
  public double secondsTo90(int from) {
    for (int end = from * STEPS + STEPS; end <= seconds * STEPS; end++) {
      double got = sum(granted, end - STEPS, end);
      double no = sum(refused, end - STEPS, end);
      if (got >= 0.9 * allowed(end - STEPS, end) && no <= 0.02 * got) {
        return (double) end / STEPS - from;
      }
    }
    return Double.POSITIVE_INFINITY;
  }

  /** The mean time from sending a request that was granted to its answer, in milliseconds. */
  public double latencyMillis() {
    return latencyMillis(0, seconds);
  }

  /** As {@link #latencyMillis()}, of answers that came from one second to another. */
  public double latencyMillis(int from, int to) {
    double count = Math.max(1, sum(granted, from * STEPS, to * STEPS));
    return sum(latency, from * STEPS, to * STEPS) / 1e6 / count;
  }

  /** Jain's index of fairness between the clients: 1 if all get the same. */
  public double fairness() {
    double sum = Arrays.stream(ofClient).sum();
    double squares = Arrays.stream(ofClient).mapToDouble(each -> (double) each * each).sum();
    return sum * sum / (ofClient.length * squares);
  }

  private double allowed(int from, int to) {
    double sum = 0;
    for (int step = from; step < to; step++) {
      sum += server.allowed(step * (1_000_000_000L / STEPS)) / STEPS;
    }
    return sum;
  }

  private static long sum(long[] counts, int from, int to) {
    long sum = 0;
    for (int step = from; step < to; step++) {
      sum += counts[step];
    }
    return sum;
  }
}
