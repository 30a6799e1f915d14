package io.millrace.cluster;

import io.millrace.cluster.ClusterSimulation.Result;
import io.millrace.cluster.ClusterSimulation.Setting;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What a shared rate limit gets, in simulations: the same each time. */
final class SharedRateResults {
  private static final int SECONDS = 40;
  static final int[] WORKERS = {2, 10, 100, 1_000, 10_000};
  static final double[] ROUND_TRIPS = {1, 20, 200};

  private final Map<Setting, Result> known = new LinkedHashMap<>();

  Result of(Setting setting) {
    return known.computeIfAbsent(setting, each -> ClusterSimulation.run(each, SECONDS));
  }

  String page() {
    StringBuilder page = new StringBuilder();
    page.append(
        """
        # What a shared rate limit gets

        Made by `SharedRateResultsTest`, which fails if this page and its plots are not what it gets: `./mvnw -pl cluster -am test -Dtest=SharedRateResultsTest
        -Dsurefire.failIfNoSpecifiedTests=false -Dmillrace.renew=true` writes them anew. Discrete events in virtual time, with the library's own `SharedBucket` (Bucket4j) and
        `LeaseSize` inside, and a model of the JVMs, the network and the database. One seed, 40 s each, of which the first 10 do not count. A round trip takes a half to twice the time that
        is given; the database serves one reservation after the other, 2 ms each. Where nothing else is said, every JVM wants all it can get.

        - *used*: starts, in % of the limit; *most*: in any second (every 10 ms), in % of the limit
        - *reserved*, *looked*: calls a second to the database, of all JVMs together: of the first kind each locks the row, of the second none does
        - *Jain*: Jain's index of the starts of the JVMs that want all they can get: 1 if all have the same, 1/n if one has all

        """);
    page.append(
        """
        ## How many, and how far away

        | limit | JVMs | round trip | used | most | reserved | looked | Jain |
        |---|---|---|---|---|---|---|---|
        """);
    for (int workers : WORKERS) {
      for (double roundTrip : ROUND_TRIPS) {
        line(page, Setting.of(workers, 1_000, roundTrip));
      }
    }
    line(page, Setting.of(100, 10_000, 20));
    line(page, Setting.of(1_000, 10_000, 20));
    page.append(
        "\nA turn of 10,000 JVMs takes 50 s, longer than what is counted here: so 4 of 10 have had none.\n\n");
    page.append(
        """
        ![Starts on average and in the busiest second, against the number of JVMs](plots/shared-rate-used.svg)

        ![Calls to the database, against the number of JVMs](plots/shared-rate-calls.svg)

        """);
    page.append("## What may happen to them\n\n1,000 a second, round trips of 20 ms.\n\n");
    page.append(
        "| | JVMs | used | most | reserved | looked | Jain |\n|---|---|---|---|---|---|---|\n");
    for (int workers : new int[] {10, 100, 1_000}) {
      Setting base = Setting.of(workers, 1_000, 20);
      line(
          page,
          "each lives for 20 s on average, then dies, and another one comes",
          base.living(20));
      line(page, "clocks are wrong by up to 1 %", base.drifting(0.01));
      line(page, "a tenth wants all, the others a fifth of an equal share each", base.busy(0.1));
    }
    page.append(
        """

        ## Why blocks have the size that they have

        Round trips of 20 ms. A block of one permit is a call for each permit, of which the database serves 500 a second.

        | block | limit | JVMs | used | most | reserved | looked | Jain |
        |---|---|---|---|---|---|---|---|
        """);
    for (int workers : new int[] {10, 100, 1_000}) {
      Setting base = Setting.of(workers, 1_000, 20);
      sized(page, "1", base.sized(perSecond -> Sizing.fixed(1)));
      sized(page, "rate / 200", base.sized(perSecond -> Sizing.fixed((long) (perSecond / 200))));
      sized(page, "rate / 20", base.sized(perSecond -> Sizing.fixed((long) (perSecond / 20))));
      sized(page, "rate / 2", base.sized(perSecond -> Sizing.fixed((long) (perSecond / 2))));
      sized(page, "finds itself", base);
    }
    page.append(
        """

        With a fixed block of `rate / 20`, a turn of 100 JVMs takes 5 s, and one of 1,000 takes 50 s: who joins waits as long. With one that finds itself it takes 0.25 s up to 50 JVMs, half a second for 100, 5 s for
        1,000 and 50 s for 10,000: then JVMs that live for some seconds only waste what they have reserved, as the row above shows. Blocks below `rate / 200` would make turns shorter still, and the database's work grow with the number of JVMs.
        """);
    return page.toString();
  }

  private void line(StringBuilder page, Setting setting) {
    page.append(
            "| %,d/s | %,d | %.0f ms"
                .formatted(
                    (long) setting.perSecond(), setting.workers(), setting.roundTripMillis()))
        .append(row(of(setting)));
  }

  private void line(StringBuilder page, String what, Setting setting) {
    page.append("| %s | %,d".formatted(what, setting.workers()))
        .append(setting.lifeSeconds() > 0 ? rowWithoutFairness(of(setting)) : row(of(setting)));
  }

  private void sized(StringBuilder page, String block, Setting setting) {
    page.append("| %s | %,d | %,d".formatted(block, (long) setting.perSecond(), setting.workers()))
        .append(row(of(setting)));
  }

  private static String row(Result result) {
    return String.format(Locale.ROOT, "%s%.2f |\n", figures(result), result.fairness());
  }

  /* What JVMs of different ages have got says nothing. */
  private static String rowWithoutFairness(Result result) {
    return figures(result) + "– |\n";
  }

  private static String figures(Result result) {
    return String.format(
        Locale.ROOT,
        " | %.1f | %.1f | %.1f | %.1f | ",
        100 * result.used(),
        100 * result.most(),
        result.reserves(),
        result.looks());
  }
}
