package io.millrace.cli.demo;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** The two ways side by side, as a table. */
record Comparison(Scenario scenario, Trial naive, Trial millrace) {

  List<String> lines() {
    return List.of(
        line("what the server wrote down", "naive", "Millrace"),
        count("requests", trial -> (long) trial.receipt().arrivals().size()),
        count("most in any second (quota " + scenario.quota() + ")", Comparison::mostInAnySecond),
        count("refused: over the quota (429)", trial -> trial.receipt().count(Verdict.OVER_QUOTA)),
        count("refused: down (503)", trial -> trial.receipt().count(Verdict.DOWN)),
        count("sent while told to stay away", trial -> trial.receipt().whileForbidden()),
        count("items answered, of " + scenario.items(), Comparison::answered),
        line("seconds", seconds(naive), seconds(millrace)));
  }

  private static long mostInAnySecond(Trial trial) {
    return trial.receipt().mostInAnySecond();
  }

  private static long answered(Trial trial) {
    return trial.receipt().answersByItem().size();
  }

  private String count(String what, Function<Trial, Long> count) {
    return line(
        what,
        String.format(Locale.ROOT, "%,d", count.apply(naive)),
        String.format(Locale.ROOT, "%,d", count.apply(millrace)));
  }

  private static String seconds(Trial trial) {
    return String.format(Locale.ROOT, "%.1f", trial.took().toNanos() / 1e9);
  }

  private static String line(String what, String naive, String millrace) {
    return String.format(Locale.ROOT, "%-36s %9s %9s", what, naive, millrace);
  }
}
