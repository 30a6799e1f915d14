package io.millrace.cli.http;

import io.millrace.cli.http.InputLine.Call;
import io.millrace.plan.RateLimit.TokenBucket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a run would take: one request for each line, at the limits that were given. Retries, redirects and the time that servers
 * need come on top.
 */
final class Plan {
  private final Limits limits;
  private final Map<String, Long> hosts = new HashMap<>();
  private long lines;
  private long malformed;
  private long requests;
  private long cost;
  private Optional<String> end = Optional.empty();

  /**
   * The limits of a run.
   *
   * @param time for the whole run
   * @param counts whether tokens are counted
   */
  record Limits(
      Optional<TokenBucket> rate,
      Optional<TokenBucket> hostRate,
      Optional<TokenBucket> tokens,
      OptionalLong calls,
      OptionalLong cost,
      Optional<Duration> time,
      boolean counts) {}

  Plan(Limits limits) {
    this.limits = limits;
  }

  boolean counts() {
    return limits.counts();
  }

  /** A line that would fail without a request. */
  void addMalformed() {
    lines++;
    malformed++;
  }

  /** A line that would be sent, unless a limit has ended the run before. */
  void add(Call call) {
    lines++;
    if (end.isPresent()) {
      return;
    }
    if (limits.calls().isPresent() && requests == limits.calls().getAsLong()) {
      end = Optional.of("--max-calls " + requests);
    } else if (limits.cost().isPresent()
        && cost + call.label().cost() > limits.cost().getAsLong()) {
      end = Optional.of("--max-cost " + limits.cost().getAsLong());
    } else {
      requests++;
      cost += call.label().cost();
      hosts.merge(call.host(), 1L, Long::sum);
    }
  }

  /** Whether there are lines that would fail. */
  boolean hasMalformed() {
    return malformed > 0;
  }

  /** What people read. */
  List<String> lines() {
    List<String> all = new ArrayList<>();
    all.add(
        String.format(
            Locale.ROOT,
            "millrace: dry run, nothing was sent: %,d lines, %,d requests to %,d %s, %,d lines that would fail",
            lines,
            requests,
            hosts.size(),
            hosts.size() == 1 ? "host" : "hosts",
            malformed));
    Pace slowest = slowest();
    all.add("  time: " + time(slowest));
    if (limits.counts()) {
      all.add(String.format(Locale.ROOT, "  cost: %,d tokens, as estimated", cost));
    }
    end.ifPresent(
        limit ->
            all.add(
                String.format(
                    Locale.ROOT,
                    "  %s would end it: %,d lines are left",
                    limit,
                    lines - malformed - requests)));
    if (limits.time().isPresent() && slowest.seconds() > seconds(limits.time().get())) {
      all.add(
          "  --run-timeout would end it after %s, before all is sent"
              .formatted(duration(seconds(limits.time().get()))));
    }
    all.add("  retries and redirects come on top");
    return all;
  }

  private Pace slowest() {
    long busiest = hosts.values().stream().mapToLong(Long::longValue).max().orElse(0);
    Pace slowest = new Pace("--rate", limits.rate(), requests);
    for (Pace pace :
        List.of(
            new Pace("--rate-per-host", limits.hostRate(), busiest),
            new Pace("--tokens", limits.tokens(), cost))) {
      slowest = pace.seconds() > slowest.seconds() ? pace : slowest;
    }
    return slowest;
  }

  private static String time(Pace slowest) {
    return slowest.seconds() > 0
        ? "at least " + duration(slowest.seconds()) + ", for " + slowest.option()
        : "as long as the servers take; no rate slows it down";
  }

  private static double seconds(Duration time) {
    return time.toMillis() / 1e3;
  }

  /** How fast something may be spent. */
  private record Pace(String option, Optional<TokenBucket> limit, double permits) {
    /** When the last one may start. */
    double seconds() {
      return limit
          .map(
              bucket ->
                  (permits - Math.min(bucket.burst(), permits))
                      / bucket.permits()
                      * (bucket.period().toNanos() / 1e9))
          .orElse(0.0);
    }
  }

  private static String duration(double seconds) {
    if (seconds < 60) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    long whole = Math.round(seconds);
    return whole < 3600
        ? String.format(Locale.ROOT, "%d min %d s", whole / 60, whole % 60)
        : String.format(Locale.ROOT, "%,d h %d min", whole / 3600, whole % 3600 / 60);
  }
}
