package io.millrace.cluster;

import io.millrace.cluster.ClusterSimulation.Result;
import io.millrace.cluster.ClusterSimulation.Setting;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** Pictures of what a shared rate limit gets, against the number of JVMs. */
final class SharedRatePlots {
  private static final List<String> COLOURS = List.of("#1b6ca8", "#2e8b57", "#d1495b");
  private static final int LEFT = 60;
  private static final int BOTTOM = 220;
  private static final int STEP = 120;

  private final SharedRateResults results;
  private final StringBuilder svg = new StringBuilder();

  private SharedRatePlots(SharedRateResults results, String title) {
    this.results = results;
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 275" font-family="sans-serif" font-size="11">
        <rect width="600" height="275" fill="#fff"/>
        <text x="60" y="14">%s</text>
        <path d="M60 220H560M60 220V20" stroke="#000" fill="none"/>
        """
            .formatted(title));
    for (int i = 0; i < SharedRateResults.WORKERS.length; i++) {
      text(LEFT + STEP * i, 234, "", "%,d".formatted(SharedRateResults.WORKERS[i]));
    }
    text(500, 248, "", "JVMs");
  }

  /** All of them, by the names of their files. */
  static Map<String, String> of(SharedRateResults results) {
    Map<String, String> all = new TreeMap<>();
    all.put("shared-rate-used.svg", used(results));
    all.put("shared-rate-calls.svg", calls(results));
    return all;
  }

  private static String used(SharedRateResults results) {
    SharedRatePlots plot =
        new SharedRatePlots(
            results,
            "starts in % of the limit: on average (continuous), most in any second (dashed)");
    ToDoubleFunction<Double> y = percent -> BOTTOM - (percent - 95) * 8;
    for (int percent = 95; percent <= 120; percent += 5) {
      plot.text(20, y.applyAsDouble((double) percent) + 4, "", percent + " %");
    }
    plot.lines(result -> y.applyAsDouble(100 * result.used()), "");
    plot.lines(result -> y.applyAsDouble(100 * result.most()), " stroke-dasharray=\"4 3\"");
    return plot.end();
  }

  private static String calls(SharedRateResults results) {
    SharedRatePlots plot =
        new SharedRatePlots(
            results,
            "calls a second to the database: reservations (continuous), looks for pauses (dashed)");
    ToDoubleFunction<Double> y = perSecond -> BOTTOM - 45 * Math.log10(Math.max(1, perSecond));
    for (int perSecond = 1; perSecond <= 10_000; perSecond *= 10) {
      plot.text(10, y.applyAsDouble((double) perSecond) + 4, "", "%,d/s".formatted(perSecond));
    }
    plot.lines(result -> y.applyAsDouble(result.reserves()), "");
    plot.lines(result -> y.applyAsDouble(result.looks()), " stroke-dasharray=\"4 3\"");
    return plot.end();
  }

  /* One for each round trip. */
  private void lines(ToDoubleFunction<Result> y, String style) {
    for (int line = 0; line < SharedRateResults.ROUND_TRIPS.length; line++) {
      StringBuilder points = new StringBuilder();
      for (int i = 0; i < SharedRateResults.WORKERS.length; i++) {
        Setting setting =
            Setting.of(SharedRateResults.WORKERS[i], 1_000, SharedRateResults.ROUND_TRIPS[line]);
        points.append(
            String.format(
                Locale.ROOT, "%d,%.1f ", LEFT + STEP * i, y.applyAsDouble(results.of(setting))));
      }
      svg.append(
          "<polyline fill=\"none\" stroke=\"%s\"%s points=\"%s\"/>\n"
              .formatted(COLOURS.get(line), style, points.toString().strip()));
    }
  }

  private void text(double x, double y, String style, String text) {
    svg.append(
        String.format(Locale.ROOT, "<text x=\"%.0f\" y=\"%.0f\"%s>%s</text>\n", x, y, style, text));
  }

  private String end() {
    for (int line = 0; line < SharedRateResults.ROUND_TRIPS.length; line++) {
      text(
          LEFT + 160 * line,
          266,
          " fill=\"" + COLOURS.get(line) + "\"",
          "round trips of %.0f ms".formatted(SharedRateResults.ROUND_TRIPS[line]));
    }
    return svg.append("</svg>\n").toString();
  }
}
