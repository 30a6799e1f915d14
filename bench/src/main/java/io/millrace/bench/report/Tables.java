package io.millrace.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Writes figures as markdown, and ratios as lines. */
public final class Tables {
  private Tables() {}

  /** One row an entry: medians, the range of the first metric, and the ratio to the reference. */
  public static String table(String title, Figures figures) {
    List<Metric> metrics = List.copyOf(figures.metrics());
    List<String> lines = new ArrayList<>();
    lines.add("### " + title);
    lines.add("");
    lines.add(
        metrics.stream().map(Metric::label).collect(Collectors.joining(" | ", "| | ", " |"))
            + " least to most | times better |");
    lines.add("|---|" + "---:|".repeat(metrics.size() + 2));
    for (String entry : figures.entries()) {
      lines.add(row(entry, figures, metrics));
    }
    return String.join("\n", lines) + "\n";
  }

  private static String row(String entry, Figures figures, List<Metric> metrics) {
    StringBuilder row = new StringBuilder("| " + entry + " |");
    for (Metric metric : metrics) {
      row.append(' ').append(cell(figures.median(entry, metric))).append(" |");
    }
    Metric first = metrics.getFirst();
    row.append(' ')
        .append(cell(figures.least(entry, first)))
        .append(" to ")
        .append(cell(figures.most(entry, first)))
        .append(" | ")
        .append(cell(figures.ratio(entry, first)))
        .append(" |");
    return row.toString();
  }

  private static String cell(double value) {
    return Double.isNaN(value) ? "–" : Numbers.text(value);
  }

  /** A line for each entry that was measured beside a reference. */
  public static List<String> ratios(String workload, Figures figures) {
    Set<Metric> metrics = figures.metrics();
    List<String> lines = new ArrayList<>();
    for (String entry : figures.entries()) {
      for (Metric metric : metrics) {
        double ratio = figures.ratio(entry, metric);
        if (Double.isFinite(ratio)) {
          lines.add("ratio " + name(workload, entry, metric, metrics) + " " + Numbers.text(ratio));
        }
      }
    }
    return lines;
  }

  /** A line for each figure with a noise of its own, as the targets beside the version before. */
  public static String noise(String name, Noise noise) {
    return "noise " + name + " " + noise;
  }

  private static String name(String workload, String entry, Metric metric, Set<Metric> metrics) {
    return name(workload, entry, metric, metric == metrics.iterator().next());
  }

  /**
   * The name of a ratio. An entry that is called {@code row.peer} is a peer in that row.
   *
   * @param first whether this is the metric that goes without saying
   */
  public static String name(String workload, String entry, Metric metric, boolean first) {
    int dot = entry.indexOf('.');
    String row = dot < 0 ? "" : "." + entry.substring(0, dot);
    String by = first ? "" : "." + metric.name().toLowerCase(Locale.ROOT);
    return workload + row + by + ".vs." + entry.substring(dot + 1);
  }
}
