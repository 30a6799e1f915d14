package io.millrace.limit;

import io.millrace.engine.AdaptiveConcurrencyResults;
import io.millrace.plan.RateLimit;
import io.millrace.testkit.simulation.Report;
import io.millrace.testkit.simulation.SimulatedReply;
import io.millrace.testkit.simulation.SimulatedServer;
import io.millrace.testkit.simulation.SimulatedServers;
import io.millrace.testkit.simulation.Simulation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What limits get of what servers allow, in simulations: the same each time. */
final class AdaptiveResults {
  /* Others than those with which the algorithm was tuned. */
  private static final long FIRST_SEED = 2_001;
  private static final int SEEDS = 5;

  static final RateLimit ADAPTIVE = RateLimit.adaptive();
  static final RateLimit NOTHING_ASKED_FOR =
      RateLimit.adaptive().startingAt(Double.POSITIVE_INFINITY).by(item -> "the server");
  static final RateLimit PAUSES_ONLY = RateLimit.unlimited();

  /** A server, made anew for each simulation, and the clients that use it. */
  record Setting(String name, int clients, LongFunction<SimulatedServer> server) {
    Row run(RateLimit limit) {
      int seeds = limit.equals(PAUSES_ONLY) ? 1 : SEEDS; // that one is refused a million times
      return new Row(
          LongStream.range(FIRST_SEED, FIRST_SEED + seeds)
              .parallel()
              .mapToObj(
                  seed -> Simulation.of(server.apply(seed), limit, seed).clients(clients).run())
              .toList());
    }
  }

  /** The means of several runs; of times, the median and the worst. */
  record Row(List<Report> reports) {
    double share() {
      return mean(Report::share);
    }

    double refused() {
      return mean(Report::refused);
    }

    double fairness() {
      return mean(Report::fairness);
    }

    double latencyMillis() {
      return mean(Report::latencyMillis);
    }

    double secondsTo90(int from) {
      return times(from)[SEEDS / 2];
    }

    double worstSecondsTo90(int from) {
      return times(from)[SEEDS - 1];
    }

    private double[] times(int from) {
      return reports.stream().mapToDouble(report -> report.secondsTo90(from)).sorted().toArray();
    }

    private double mean(ToDoubleFunction<Report> figure) {
      return reports.stream().mapToDouble(figure).average().orElseThrow();
    }
  }

  /** The servers that refuse. */
  static Map<String, Setting> settings(long retryAfter) {
    Map<String, Setting> all = new LinkedHashMap<>();
    add(all, "bucket 500/s", 1, _ -> SimulatedServers.bucket(500, 20, retryAfter));
    add(all, "bucket 5/s", 1, _ -> SimulatedServers.bucket(5, 5, retryAfter));
    add(all, "bucket 2/s", 1, _ -> SimulatedServers.bucket(2, 20, retryAfter));
    add(all, "window 100 in 1 s", 1, _ -> SimulatedServers.window(100, 1, retryAfter));
    add(all, "window 600 in 60 s", 1, _ -> SimulatedServers.window(600, 60, retryAfter));
    add(all, "halves, doubles", 1, _ -> SimulatedServers.halvesAndDoubles(retryAfter));
    add(all, "varying neighbours", 1, seed -> SimulatedServers.neighbours(retryAfter, seed));
    add(all, "outage of 20 s", 1, _ -> SimulatedServers.outage(retryAfter));
    add(all, "ten clients", 10, _ -> SimulatedServers.bucket(500, 20, retryAfter));
    add(all, "tokens", 1, _ -> SimulatedServers.tokens(retryAfter));
    add(all, "burst 1, 50/s", 1, _ -> SimulatedServers.bucket(50, 1, retryAfter));
    add(all, "burst 1, 500/s", 1, _ -> SimulatedServers.bucket(500, 1, retryAfter));
    for (double share : new double[] {0.001, 0.01, 0.05, 0.3}) {
      addByChance(
          all, "500/s", share, 503, retryAfter, () -> SimulatedServers.bucket(500, 20, retryAfter));
    }
    addByChance(
        all, "500/s", 0.01, 429, retryAfter, () -> SimulatedServers.bucket(500, 20, retryAfter));
    addByChance(
        all, "50/s", 0.01, 503, retryAfter, () -> SimulatedServers.bucket(50, 5, retryAfter));
    addByChance(
        all, "50/s", 0.05, 503, retryAfter, () -> SimulatedServers.bucket(50, 5, retryAfter));
    addByChance(all, "no limit", 0.01, 503, retryAfter, SimulatedServers::open);
    addByChance(all, "no limit", 0.05, 503, retryAfter, SimulatedServers::open);
    for (double share : new double[] {0.1, 0.3}) {
      add(
          all,
          "500/s, %s %% are 500 by chance".formatted(percent(share)),
          1,
          _ ->
              SimulatedServers.byChance(
                  SimulatedServers.bucket(500, 20, retryAfter), share, 500, 0));
    }
    add(all, "ten clients, 50/s", 10, _ -> SimulatedServers.bucket(50, 5, retryAfter));
    return all;
  }

  /** How long it takes to start at a server that is 1 ms away: the median. */
  static double secondsToStartNearby(int retryAfter) {
    double[] seconds =
        LongStream.range(FIRST_SEED, FIRST_SEED + SEEDS)
            .mapToObj(
                seed ->
                    Simulation.of(SimulatedServers.bucket(500, 20, retryAfter), ADAPTIVE, seed)
                        .roundTripNanos(1_000_000)
                        .seconds(20)
                        .run())
            .mapToDouble(report -> report.secondsTo90(0))
            .sorted()
            .toArray();
    return seconds[SEEDS / 2];
  }

  /** The servers that slow down instead. */
  static Map<String, Setting> slowServers() {
    Map<String, Setting> all = new LinkedHashMap<>();
    add(all, "slow above 40 at once", 1, _ -> SimulatedServers.slowAbove(40));
    add(all, "queue, 300/s", 1, _ -> SimulatedServers.queue(300));
    return all;
  }

  /** A bucket of 8/s that takes 10 to 30 s for what it grants, and refuses at once: 400 requests at once, 10 minutes. */
  static List<Report> slowGrants(RateLimit limit, int retryAfter) {
    return LongStream.range(FIRST_SEED, FIRST_SEED + SEEDS)
        .mapToObj(
            seed ->
                new Simulation(
                        new SlowGrants(SimulatedServers.bucket(8, 20, retryAfter)),
                        limit,
                        1,
                        400,
                        50_000_000,
                        600,
                        seed)
                    .run())
        .toList();
  }

  /** Buckets of 5 to 20/s with a burst of 100, as `limit_req` of nginx with `nodelay`, and of 0.5 and 2/s, 500 ms away. */
  static List<Report> lowLimits() {
    return LongStream.range(FIRST_SEED, FIRST_SEED + SEEDS)
        .boxed()
        .flatMap(
            seed ->
                Stream.of(
                    lowLimit(5, 100, 50, seed),
                    lowLimit(10, 100, 50, seed),
                    lowLimit(20, 100, 50, seed),
                    lowLimit(0.5, 20, 500, seed),
                    lowLimit(2, 100, 500, seed)))
        .toList();
  }

  /** The same with a burst of 500, and seeds of which a half was refused 55 to 66 % for good before chance was checked. */
  static List<Report> largeBursts() {
    return LongStream.rangeClosed(11, 22)
        .boxed()
        .flatMap(seed -> Stream.of(largeBurst(100, 10, seed), largeBurst(5, 200, seed)))
        .toList();
  }

  private static Report largeBurst(double rate, int roundTripMillis, long seed) {
    return Simulation.of(SimulatedServers.bucket(rate, 500, 0), ADAPTIVE, seed)
        .roundTripNanos(roundTripMillis * 1_000_000L)
        .seconds(400)
        .run();
  }

  private static Report lowLimit(double rate, int burst, int roundTripMillis, long seed) {
    return Simulation.of(SimulatedServers.bucket(rate, burst, 0), ADAPTIVE, seed)
        .roundTripNanos(roundTripMillis * 1_000_000L)
        .run();
  }

  private record SlowGrants(SimulatedServer server) implements SimulatedServer {
    @Override
    public SimulatedReply arrive(long now, SplittableRandom random) {
      SimulatedReply reply = server.arrive(now, random);
      long service =
          reply.statusCode() == 200 ? random.nextLong(10_000_000_000L, 30_000_000_000L) : 0;
      return new SimulatedReply(reply.statusCode(), service, reply.headers());
    }

    @Override
    public double allowed(long now) {
      return server.allowed(now);
    }
  }

  private static void add(
      Map<String, Setting> all, String name, int clients, LongFunction<SimulatedServer> server) {
    all.put(name, new Setting(name, clients, server));
  }

  private static void addByChance(
      Map<String, Setting> all,
      String limit,
      double share,
      int status,
      long retryAfter,
      Supplier<SimulatedServer> server) {
    String name =
        String.format(Locale.ROOT, "%s, %s %% are %d by chance", limit, percent(share), status);
    add(all, name, 1, _ -> SimulatedServers.byChance(server.get(), share, status, retryAfter));
  }

  private static String percent(double share) {
    return share < 0.01 ? "0.1" : Long.toString(Math.round(100 * share));
  }

  private final Map<String, Row> rows = new ConcurrentHashMap<>();

  /** The adaptive limit at a server; each is simulated once. */
  Row adaptive(String server, int retryAfter) {
    return row(server, settings(retryAfter).get(server), "adaptive" + retryAfter, ADAPTIVE);
  }

  private Row row(String server, @Nullable Setting setting, String policy, RateLimit limit) {
    if (setting == null) {
      throw new IllegalArgumentException("no server " + server);
    }
    String name = policy + " at " + server;
    Row known = rows.get(name);
    if (known == null) {
      known = setting.run(limit);
      rows.put(name, known);
    }
    return known;
  }

  /** All results, as a page. */
  String page() {
    StringBuilder page =
        new StringBuilder(
            """
            # What an adaptive rate gets

            Made by `AdaptiveResultsTest`, which fails if this page is not what it gets: `-Dmillrace.renew=true` writes it anew.
            Discrete events in virtual time, the library's own limiters inside; %d seeds (one for *pauses only*), 180 s each, 64 requests at once, 50 ms
            there and back with 10 %% jitter, timers up to 1 ms late. Cells: granted from 30 s on, in %% of what an oracle gets that
            knows the server / refused, in %% of all requests. *start*, *halved*, *doubled*: time in s until 90 %% of what is allowed is
            granted over one second, and at most 2 %% refused, so the least is 1.0: median / worst. The seeds are not those with which
            the algorithm was tuned.

            A server of 500/s that allows no burst refuses what arrives less than 2 ms after the last request. With this jitter and these timers two
            requests arrive up to 6 ms closer together than they were due, so only 125/s, which is 25 %%, are never refused, and 1 %% of
            refusals buys little more.

            Of servers that refuse some *by chance*, at any pace, an oracle keeps to the limit, or has 64 requests at once where there is none, and
            stays away when it is told to. *start* says never where more than 2 %% are refused anyway. What fails with 500 is not refused.
            """
                .formatted(SEEDS));
    for (int retryAfter : new int[] {1, 0}) {
      page.append(
          "\n## Servers that refuse, "
              + (retryAfter == 1 ? "with `Retry-After`" : "without `Retry-After`")
              + "\n\n| server | adaptive | start | nothing asked for | start | pauses only |\n|---|---|---|---|---|---|\n");
      // simulations know nothing of each other, so there are as many at once as processors
      page.append(
          settings(retryAfter).values().parallelStream()
              .map(setting -> line(setting, retryAfter))
              .collect(Collectors.joining()));
      Row changing = adaptive("halves, doubles", retryAfter);
      Row clients = adaptive("ten clients", retryAfter);
      page.append(
          String.format(
              Locale.ROOT,
              "\nAdaptive: halved %s, doubled %s; ten clients: Jain's index %.3f.\n",
              seconds(changing, 60),
              seconds(changing, 120),
              clients.fairness()));
    }
    page.append(
        """

        ## Servers that grant slowly

        Language models take long for what they grant, and refuse at once. A bucket of 8/s, burst 20, takes 10 to 30 s for each request that it grants; 400
        requests at once, 600 s. Granted in the first minute / from the second one on / refused from then on.

        | `Retry-After` | adaptive | nothing asked for |
        |---|---|---|
        """);
    for (int retryAfter : new int[] {0, 1, 5}) {
      page.append(
          "| %s | %s | %s |\n"
              .formatted(
                  retryAfter == 0 ? "none" : retryAfter + " s",
                  slowCell(ADAPTIVE, retryAfter),
                  slowCell(NOTHING_ASKED_FOR, retryAfter)));
    }
    page.append(
        "\n## Servers that slow down\n\nNothing is refused, so the concurrency is what limits.\n\n| server | adaptive | latency, ms |\n|---|---|---|\n");
    for (Setting setting : slowServers().values()) {
      Row found = row(setting.name(), setting, "adaptive", ADAPTIVE);
      page.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %.0f |\n",
              setting.name(),
              cell(found),
              found.latencyMillis()));
    }
    return page.append(new AdaptiveConcurrencyResults().section()).toString();
  }

  private String line(Setting setting, int retryAfter) {
    String server = setting.name();
    Row found = adaptive(server, retryAfter);
    Row unlimited = row(server, setting, "unlimited" + retryAfter, NOTHING_ASKED_FOR);
    String pauses =
        setting.clients() > 1 // millions of refusals
            ? "–"
            : cell(row(server, setting, "pauses" + retryAfter, PAUSES_ONLY));
    return "| %s | %s | %s | %s | %s | %s |\n"
        .formatted(
            server, cell(found), seconds(found, 0), cell(unlimited), seconds(unlimited, 0), pauses);
  }

  private static String slowCell(RateLimit limit, int retryAfter) {
    Row row = new Row(slowGrants(limit, retryAfter));
    return String.format(
        Locale.ROOT,
        "%.1f / %.1f / %.2f",
        100 * row.mean(report -> report.share(0, 60)),
        100 * row.mean(report -> report.share(60, 600)),
        100 * row.mean(report -> report.refused(60, 600)));
  }

  private static String cell(Row row) {
    return String.format(Locale.ROOT, "%.1f / %.2f", 100 * row.share(), 100 * row.refused());
  }

  private static String seconds(Row row, int from) {
    return seconds(row.secondsTo90(from)) + " / " + seconds(row.worstSecondsTo90(from));
  }

  private static String seconds(double seconds) {
    return Double.isInfinite(seconds) ? "never" : String.format(Locale.ROOT, "%.1f", seconds);
  }
}
