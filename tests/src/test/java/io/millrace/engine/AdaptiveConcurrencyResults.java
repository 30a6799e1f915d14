package io.millrace.engine;

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
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;
import java.util.function.LongToDoubleFunction;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;

/** What an adaptive concurrency gets of servers that slow down, in simulations: the same each time. */
public final class AdaptiveConcurrencyResults {
  private static final int SEEDS = 2;
  private static final int LEAST = 1;
  private static final int MOST = 200;

  /** What the engine's own arithmetic finds, fed as the engine feeds it. */
  static final class Learning implements Simulation.Concurrency {
    private final Epochs epochs = new Epochs(new LearntConcurrency(LEAST), 0);

    @Override
    public int most() {
      return epochs.learnt().now();
    }

    @Override
    public void answered(long sentAt, long now, SimulatedReply reply) {
      if (epochs.ended(sentAt, now, reply.statusCode() == 200)) {
        if (epochs.look(now, MOST, (_, _) -> 0) != null) {
          epochs.moved(now);
        }
      }
    }
  }

  /** A client with an adaptive concurrency. */
  public static Simulation.Concurrency learning() {
    return new Learning();
  }

  /**
   * A server.
   *
   * @param unloadedMillis what a request takes at least, there and back included, by the time
   */
  record Setting(
      String name,
      int clients,
      long roundTripNanos,
      LongToDoubleFunction unloadedMillis,
      LongFunction<SimulatedServer> server) {
    Row run(Supplier<? extends Simulation.Concurrency> concurrency) {
      return new Row(
          this,
          LongStream.rangeClosed(1, SEEDS)
              .parallel()
              .mapToObj(
                  seed ->
                      Simulation.of(server.apply(seed), RateLimit.unlimited(), seed)
                          .clients(clients)
                          .roundTripNanos(roundTripNanos)
                          .run(concurrency))
              .toList());
    }
  }

  /** The means of several runs; times are the worst of them. */
  record Row(Setting setting, List<Report> reports) {
    double share() {
      return mean(Report::share);
    }

    double secondsTo90(int from) {
      return reports.stream().mapToDouble(report -> report.secondsTo90(from)).max().orElseThrow();
    }

    /** The latency, in times of the unloaded one, from one second to another, in which that does not change. */
    double slowness(int from, int to) {
      double unloaded = setting.unloadedMillis.applyAsDouble(from * 1_000_000_000L);
      return mean(report -> report.latencyMillis(from, to) / unloaded);
    }

    private double mean(ToDoubleFunction<Report> figure) {
      return reports.stream().mapToDouble(figure).average().orElseThrow();
    }
  }

  private static double changing(long now, double first, double second) {
    return now >= 60e9 && now < 120e9 ? second : first;
  }

  static Map<String, Setting> settings() {
    Map<String, Setting> all = new LinkedHashMap<>();
    add(all, 1, 50, "queue, 300/s", _ -> 53.3, _ -> SimulatedServers.queue(300));
    add(all, 1, 200, "queue, 500/s, far away", _ -> 202, _ -> SimulatedServers.queue(500));
    add(
        all,
        1,
        50,
        "queue that halves, doubles",
        now -> changing(now, 51.7, 53.3),
        _ -> SimulatedServers.queue(now -> changing(now, 600, 300)));
    add(
        all,
        1,
        2,
        "40 at once, 50 ms each",
        _ -> 52,
        _ -> SimulatedServers.shared(_ -> 40, _ -> 50e6));
    add(
        all,
        1,
        2,
        "40 at once, 50 ms each, exponential",
        _ -> 52,
        _ -> SimulatedServers.sharedVarying(40, 50e6));
    add(
        all,
        1,
        2,
        "2 at once, 50 ms each",
        _ -> 52,
        _ -> SimulatedServers.shared(_ -> 2, _ -> 50e6));
    add(
        all,
        1,
        2,
        "1 at once, 50 ms each",
        _ -> 52,
        _ -> SimulatedServers.shared(_ -> 1, _ -> 50e6));
    add(
        all,
        1,
        2,
        "40 at once, 50, then 100, then 50 ms",
        now -> changing(now, 52, 102),
        _ -> SimulatedServers.shared(_ -> 40, now -> changing(now, 50e6, 100e6)));
    add(
        all,
        1,
        2,
        "60, then 6, then 60 at once, 50 ms",
        _ -> 52,
        _ -> SimulatedServers.shared(now -> changing(now, 60, 6), _ -> 50e6));
    add(
        all,
        4,
        2,
        "four clients, 80 at once, 50 ms each",
        _ -> 52,
        _ -> SimulatedServers.shared(_ -> 80, _ -> 50e6));
    return all;
  }

  private static void add(
      Map<String, Setting> all,
      int clients,
      long roundTripMillis,
      String name,
      LongToDoubleFunction unloadedMillis,
      LongFunction<SimulatedServer> server) {
    all.put(name, new Setting(name, clients, roundTripMillis * 1_000_000, unloadedMillis, server));
  }

  /* Each server is simulated once, also for the page of another test. */
  private static final Map<String, Row> ROWS = new ConcurrentHashMap<>();

  Row at(String server) {
    Setting setting = Objects.requireNonNull(settings().get(server), server);
    return ROWS.computeIfAbsent(server, _ -> setting.run(Learning::new));
  }

  /** All results, as a part of a page. */
  public String section() {
    StringBuilder table =
        new StringBuilder(
            """

            ## What an adaptive concurrency gets of servers that slow down

            `Parallel.adaptive(1, 200)`, by `AdaptiveConcurrencyResultsTest`: the engine's own arithmetic in the same simulation, with as
            many requests at once as it says. *share*: answers from 30 s on, in %% of what the server can do. *slowness*: the mean
            latency, in times of the unloaded one, from 5 to 60 s, from 70 to 120 s and from 130 to 180 s; servers that
            change do so at 60 and 120 s. *90 %%*: time in s from the start and from each of these moments until the server does 90 %%.

            | server | share | slowness | | | 90 %% | | |
            |---|---|---|---|---|---|---|---|
            """
                .formatted());
    for (Setting setting : settings().values()) {
      Row found = at(setting.name());
      table.append(
          String.format(
              Locale.ROOT,
              "| %s | %.1f | %.2f | %.2f | %.2f | %s | %s | %s |\n",
              setting.name(),
              100 * found.share(),
              found.slowness(5, 60),
              found.slowness(70, 120),
              found.slowness(130, 180),
              seconds(found.secondsTo90(0)),
              seconds(found.secondsTo90(60)),
              seconds(found.secondsTo90(120))));
    }
    return table.toString();
  }

  private static String seconds(double seconds) {
    return Double.isInfinite(seconds) ? "never" : String.format(Locale.ROOT, "%.1f", seconds);
  }
}
