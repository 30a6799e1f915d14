package io.millrace.testkit.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;

/** A server that says in each answer what is left. A request takes its part of all meters, or is refused. */
final class DeclaringServer implements SimulatedServer {
  /** How it says so. */
  interface Declaration {
    void write(Meter meter, long now, Map<String, String> headers);
  }

  /* Refunds of answers that turn out shorter than they might have been. */
  private record Refund(long at, long takenAt, SimulatedRequest request) {}

  private static final long PER_TOKEN = 10_000_000;

  private final List<Meter> meters;
  private final Declaration declaration;
  private final Function<SplittableRandom, SimulatedRequest> requests;
  private final ArrayDeque<Refund> refunds = new ArrayDeque<>();

  DeclaringServer(
      List<Meter> meters,
      Declaration declaration,
      Function<SplittableRandom, SimulatedRequest> requests) {
    this.meters = meters;
    this.declaration = declaration;
    this.requests = requests;
  }

  @Override
  public SimulatedRequest next(SplittableRandom random) {
    return requests.apply(random);
  }

  @Override
  public SimulatedReply arrive(long now, SplittableRandom random) {
    return arrive(now, SimulatedRequest.PLAIN, random);
  }

  @Override
  public SimulatedReply arrive(long now, SimulatedRequest request, SplittableRandom random) {
    refund(now);
    List<Meter> empty = new ArrayList<>();
    for (Meter meter : meters) {
      if (meter.remaining(now) < meter.cost.applyAsLong(request)) {
        empty.add(meter);
      }
    }
    Map<String, String> headers = new HashMap<>();
    if (empty.isEmpty()) {
      meters.forEach(meter -> meter.take(now, now, cost(meter, request)));
    } else {
      double wait =
          empty.stream()
              .mapToDouble(meter -> meter.until(now, cost(meter, request)))
              .max()
              .orElseThrow();
      headers.put("retry-after", Long.toString((long) Math.ceil(wait / 1e9)));
    }
    meters.forEach(meter -> declaration.write(meter, now, headers));
    long service = empty.isEmpty() ? request.outputTokens() * PER_TOKEN : 0;
    if (empty.isEmpty() && request.outputTokens() < request.mostOutputTokens()) {
      refunds.add(new Refund(now + service, now, request));
    }
    return new SimulatedReply(empty.isEmpty() ? 200 : 429, service, headers);
  }

  private static double cost(Meter meter, SimulatedRequest request) {
    return meter.cost.applyAsLong(request);
  }

  private void refund(long now) {
    refunds.removeIf(
        refund -> {
          boolean isDue = refund.at <= now;
          if (isDue) {
            SimulatedRequest request = refund.request;
            SimulatedRequest actual =
                new SimulatedRequest(
                    request.inputTokens(), request.outputTokens(), request.outputTokens());
            meters.forEach(
                meter ->
                    meter.take(now, refund.takenAt, cost(meter, actual) - cost(meter, request)));
          }
          return isDue;
        });
  }

  @Override
  public double allowed(long now) {
    return meters.stream()
        .mapToDouble(meter -> meter.quota / meter.nanos * 1e9 / meter.meanCost)
        .min()
        .orElseThrow();
  }

  /** As in draft 10 of the IETF's RateLimit fields: whole seconds, rounded up. */
  static void fields(Meter meter, long now, Map<String, String> headers) {
    long window = Math.round(meter.nanos / 1e9);
    long reset = (long) Math.ceil(meter.untilReset(now) / 1e9);
    headers.merge(
        "ratelimit-policy",
        "\"%s\";q=%d;w=%d".formatted(meter.name, (long) meter.quota, window),
        (one, other) -> one + ", " + other);
    headers.merge(
        "ratelimit",
        "\"%s\";r=%d;t=%d".formatted(meter.name, (long) meter.remaining(now), reset),
        (one, other) -> one + ", " + other);
  }

  /** As most do: {@code X-RateLimit-Reset} in whole seconds, rounded down. */
  static void plain(Meter meter, long now, Map<String, String> headers) {
    headers.put("x-ratelimit-limit", Long.toString((long) meter.quota));
    headers.put("x-ratelimit-remaining", Long.toString((long) meter.remaining(now)));
    headers.put("x-ratelimit-reset", Long.toString((long) (meter.untilReset(now) / 1e9)));
  }

  /** As OpenAI does: a reset such as {@code 12.5s}. */
  static void durations(Meter meter, long now, Map<String, String> headers) {
    String millis = Long.toString((long) Math.ceil(meter.untilReset(now) / 1e6));
    headers.put("x-ratelimit-limit-" + meter.name, Long.toString((long) meter.quota));
    headers.put("x-ratelimit-remaining-" + meter.name, remaining(meter, now));
    headers.put("x-ratelimit-reset-" + meter.name, millis + "ms");
  }

  /** As Anthropic does: a reset as a date, in whole seconds, rounded up. */
  static void dates(Meter meter, long now, Map<String, String> headers) {
    Duration seconds = Duration.ofSeconds((long) Math.ceil((now + meter.untilReset(now)) / 1e9));
    Instant reset = SimulatedClock.START.plus(seconds);
    String name = "anthropic-ratelimit-" + meter.name;
    headers.put(name + "-limit", Long.toString((long) meter.quota));
    headers.put(name + "-remaining", remaining(meter, now));
    headers.put(name + "-reset", reset.toString());
  }

  private static String remaining(Meter meter, long now) {
    return Long.toString((long) Math.max(0, meter.remaining(now)));
  }
}
