package io.millrace.limit;

import com.netflix.concurrency.limits.Limit;
import com.netflix.concurrency.limits.limit.AIMDLimit;
import com.netflix.concurrency.limits.limit.Gradient2Limit;
import io.millrace.engine.AdaptiveConcurrencyResults;
import io.millrace.plan.RateLimit;
import io.millrace.testkit.simulation.Report;
import io.millrace.testkit.simulation.SimulatedReply;
import io.millrace.testkit.simulation.SimulatedServer;
import io.millrace.testkit.simulation.SimulatedServers;
import io.millrace.testkit.simulation.Simulation;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** What other ways to limit get of the servers of {@link AdaptiveResults}, in the same simulation: the same each time. */
final class PeerResults {
  private static final long FIRST_SEED = 2_001;
  private static final int SEEDS = 1;
  private static final int IN_FLIGHT = 64;
  private static final int SECONDS = 180;

  /** How clients limit themselves. */
  record Policy(String name, RateLimit limit, Supplier<Simulation.Concurrency> concurrency) {
    static Policy rate(String name, RateLimit limit) {
      return new Policy(name, limit, () -> new Fixed(IN_FLIGHT));
    }

    static Policy concurrency(String name, Supplier<Simulation.Concurrency> concurrency) {
      return new Policy(name, RateLimit.unlimited(), concurrency);
    }
  }

  private record Fixed(int most) implements Simulation.Concurrency {
    @Override
    public void answered(long sentAt, long now, SimulatedReply reply) {}
  }

  /** One of Netflix's own limits; a refusal is a drop. */
  private static final class Netflix implements Simulation.Concurrency {
    private final Limit limit;

    Netflix(Limit limit) {
      this.limit = limit;
    }

    @Override
    public int most() {
      return Math.max(1, limit.getLimit());
    }

    @Override
    public void answered(long sentAt, long now, SimulatedReply reply) {
      limit.onSample(sentAt, now - sentAt, limit.getLimit(), reply.statusCode() == 429);
    }
  }

  private static final Policy FOUND_RATE =
      Policy.rate("Millrace, `RateLimit.adaptive()`", AdaptiveResults.ADAPTIVE);
  private static final Policy AWS =
      Policy.concurrency("AWS, adaptive retry", () -> new AwsAdaptive(IN_FLIGHT));
  private static final Policy AIMD =
      Policy.concurrency("Netflix, AIMD", () -> new Netflix(AIMDLimit.newBuilder().build()));
  private static final Policy GRADIENT =
      Policy.concurrency("Netflix, Gradient2", () -> new Netflix(Gradient2Limit.newDefault()));
  private static final Policy FOUND_CONCURRENCY =
      Policy.concurrency(
          "Millrace, `Parallel.adaptive(1, 200)`", AdaptiveConcurrencyResults::learning);

  private static List<Policy> ofRefusals() {
    return List.of(FOUND_RATE, AWS, AIMD, fixedRate(250), fixedRate(500), fixedRate(750));
  }

  /* As Resilience4j's: so many permits at the beginning of each period. */
  private static Policy fixedRate(int perSecond) {
    return Policy.rate(
        "fixed, " + perSecond + "/s", RateLimit.window(perSecond, Duration.ofSeconds(1)));
  }

  private static List<Policy> ofSlowness() {
    return List.of(FOUND_CONCURRENCY, GRADIENT, AIMD, fixedConcurrency(16), fixedConcurrency(64));
  }

  private static Policy fixedConcurrency(int most) {
    return Policy.concurrency("fixed, " + most + " at once", () -> new Fixed(most));
  }

  /** A server that slows down, and what a request takes at least. */
  private record Slow(
      String name,
      long roundTripMillis,
      double unloadedMillis,
      LongFunction<SimulatedServer> server) {}

  private static List<Slow> slowServers() {
    return List.of(
        new Slow("queue, 300/s", 50, 53.3, _ -> SimulatedServers.queue(300)),
        new Slow("40 at once, 50 ms each", 2, 52, _ -> SimulatedServers.shared(_ -> 40, _ -> 50e6)),
        new Slow(
            "60, then 6, then 60 at once, 50 ms",
            2,
            52,
            _ -> SimulatedServers.shared(now -> now >= 60e9 && now < 120e9 ? 6 : 60, _ -> 50e6)));
  }

  private static List<Report> run(
      Policy policy, LongFunction<SimulatedServer> server, int clients, long roundTripMillis) {
    return LongStream.range(FIRST_SEED, FIRST_SEED + SEEDS)
        .mapToObj(
            seed ->
                Simulation.of(server.apply(seed), policy.limit(), seed)
                    .clients(clients)
                    .roundTripNanos(roundTripMillis * 1_000_000)
                    .run(policy.concurrency()))
        .toList();
  }

  private final Map<String, List<Report>> refusals = new ConcurrentHashMap<>();

  List<Report> at(AdaptiveResults.Setting setting, Policy policy, int retryAfter) {
    return refusals.computeIfAbsent(
        policy.name() + " at " + setting.name() + retryAfter,
        _ -> run(policy, setting.server(), setting.clients(), 50));
  }

  private static double share(List<Report> reports) {
    return reports.stream().mapToDouble(Report::share).average().orElseThrow();
  }

  private static double refused(List<Report> reports) {
    return reports.stream().mapToDouble(Report::refused).average().orElseThrow();
  }

  /** All results, as a page. */
  String page() {
    StringBuilder page =
        new StringBuilder(
            """
            # Adaptive limits beside others

            Made by `PeerResultsTest`, which fails if this page and its plots are not what it gets: `-Dmillrace.renew=true` writes them anew. The simulation
            is that of [what an adaptive rate gets](adaptive-results.md), with its first seed. All clients have %d requests at once, if their policy
            does not say how many, and stay away as long as a `Retry-After` says.

            - *AWS* is the rate limiter of the "adaptive" retry mode of AWS's SDKs, written after its description, with its constants.
            - *Netflix* is `com.netflix.concurrency-limits:concurrency-limits-core` 0.5.4 itself, with its defaults (at least 20 at once, at most 200); a refusal is a drop. Gradient2 goes by latencies only, so it stands with the servers that slow down.
            - *fixed* is a limit that somebody has written down: so many in any second (of Resilience4j's `RateLimiter`: in each period), all of them at its start if they like, or so many at once.

            ## Servers that refuse

            Cells: granted from 30 s on, in %% of what an oracle gets that knows the server / refused, in %% of all requests.
            """
                .formatted(IN_FLIGHT));
    for (int retryAfter : new int[] {1, 0}) {
      page.append(
          "\n### %s `Retry-After`\n\n| server |".formatted(retryAfter == 1 ? "With" : "Without"));
      ofRefusals().forEach(policy -> page.append(" ").append(policy.name()).append(" |"));
      page.append("\n|---").append("|---".repeat(ofRefusals().size())).append("|\n");
      for (var setting : chosen(retryAfter)) {
        page.append("| ").append(setting.name()).append(" |");
        page.append(
            ofRefusals().parallelStream()
                .map(policy -> ofRefusals(at(setting, policy, retryAfter)))
                .collect(Collectors.joining()));
        page.append("\n");
      }
    }
    page.append(
        """

        ![Granted in each second where the server halves and doubles what it allows](plots/halves-doubles.svg)

        ## Servers that slow down

        Cells: answers from 30 s on, in % of what the server can do / the mean latency from 5 to 60 s, in times of the unloaded one.

        | server |""");
    ofSlowness().forEach(policy -> page.append(" ").append(policy.name()).append(" |"));
    page.append("\n|---").append("|---".repeat(ofSlowness().size())).append("|\n");
    for (Slow slow : slowServers()) {
      page.append("| ").append(slow.name()).append(" |");
      page.append(
          ofSlowness().parallelStream()
              .map(policy -> ofSlowness(slow, policy))
              .collect(Collectors.joining()));
      page.append("\n");
    }
    return page.toString();
  }

  private static String ofRefusals(List<Report> reports) {
    return text(" %.1f / %.2f |", 100 * share(reports), 100 * refused(reports));
  }

  private static String ofSlowness(Slow slow, Policy policy) {
    List<Report> reports = run(policy, slow.server(), 1, slow.roundTripMillis());
    double latency =
        reports.stream().mapToDouble(each -> each.latencyMillis(5, 60)).average().orElseThrow();
    return text(" %.1f / %.2f |", 100 * share(reports), latency / slow.unloadedMillis());
  }

  private static List<AdaptiveResults.Setting> chosen(int retryAfter) {
    var all = AdaptiveResults.settings(retryAfter);
    return List.of(
        all.get("bucket 500/s"), all.get("halves, doubles"), all.get("varying neighbours"));
  }

  /** What is granted in each second of the first run of some policies. */
  String plot() {
    var setting = AdaptiveResults.settings(0).get("halves, doubles");
    Map<String, Policy> lines = new LinkedHashMap<>();
    lines.put("#1b6ca8", FOUND_RATE);
    lines.put("#d1495b", AWS);
    lines.put("#8a8a8a", fixedRate(250));
    StringBuilder svg =
        new StringBuilder(
            """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 260" font-family="sans-serif" font-size="11">
            <rect width="600" height="260" fill="#fff"/>
            <text x="40" y="14">granted a second (continuous) and refused (dashed), without Retry-After</text>
            <path d="M40 220H580M40 220V20" stroke="#000" fill="none"/>
            """);
    for (int rate : new int[] {250, 500}) {
      svg.append(text("<text x=\"8\" y=\"%.0f\">%d/s</text>\n", y(rate) + 4, rate));
    }
    for (int second = 0; second <= SECONDS; second += 60) {
      svg.append(text("<text x=\"%d\" y=\"234\">%d s</text>\n", 40 + 3 * second, second));
    }
    int place = 40;
    for (var line : lines.entrySet()) {
      Report report = at(setting, line.getValue(), 0).getFirst();
      StringBuilder granted = new StringBuilder();
      StringBuilder refused = new StringBuilder();
      for (int second = 0; second < SECONDS; second++) {
        double allowed = second >= 60 && second < 120 ? 250 : 500;
        double got = allowed * report.share(second, second + 1);
        double part = report.refused(second, second + 1);
        granted.append(text("%d,%.0f ", 40 + 3 * second, y(got)));
        refused.append(
            text("%d,%.0f ", 40 + 3 * second, y(part < 1 ? got * part / (1 - part) : 0)));
      }
      svg.append(polyline(granted, line.getKey(), ""))
          .append(polyline(refused, line.getKey(), " stroke-dasharray=\"2 2\""));
      svg.append(
          text(
              "<text x=\"%d\" y=\"252\" fill=\"%s\">%s</text>\n",
              place, line.getKey(), line.getValue().name().replace("`", "")));
      place += 200;
    }
    return svg.append("</svg>\n").toString();
  }

  private static String polyline(StringBuilder points, String colour, String style) {
    return "<polyline fill=\"none\" stroke=\"%s\"%s points=\"%s\"/>\n"
        .formatted(colour, style, points.toString().strip());
  }

  private static double y(double perSecond) {
    return 220 - Math.min(600, perSecond) / 3;
  }

  private static String text(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
