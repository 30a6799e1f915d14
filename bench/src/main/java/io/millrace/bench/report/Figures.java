package io.millrace.bench.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** The samples of one workload. Medians throughout: one disturbed sample moves nothing. */
public final class Figures {
  /**
   * The samples of one entry.
   *
   * @param ratios what was measured beside it over itself, by JVM
   */
  private record Row(
      Map<Metric, List<Double>> own, Map<Metric, SortedMap<Integer, List<Double>>> ratios) {
    Row() {
      this(new EnumMap<>(Metric.class), new EnumMap<>(Metric.class));
    }
  }

  private final Map<String, Row> rows = new LinkedHashMap<>();
  private int jvm;

  /** Begins with another JVM: says what entries there will be, and in what order they are shown. */
  public void begin(List<String> entries) {
    jvm++;
    entries.forEach(this::row);
  }

  /** Adds a sample that stands alone. */
  public void add(Measured measured) {
    append(row(measured.entry()).own, measured.sample());
  }

  /** Adds a sample, and that of its reference beside it. */
  public void add(Measured measured, Measured reference) {
    add(reference);
    add(measured);
    Map<Metric, SortedMap<Integer, List<Double>>> ratios = row(measured.entry()).ratios;
    measured
        .sample()
        .values()
        .forEach(
            (metric, own) -> {
              Double other = reference.sample().values().get(metric);
              if (other != null) {
                ratios
                    .computeIfAbsent(metric, _ -> new TreeMap<>())
                    .computeIfAbsent(jvm, _ -> new ArrayList<>())
                    .add(metric.ratio(other, own));
              }
            });
  }

  private Row row(String entry) {
    return rows.computeIfAbsent(entry, _ -> new Row());
  }

  private static void append(Map<Metric, List<Double>> values, Sample sample) {
    sample
        .values()
        .forEach(
            (metric, value) -> values.computeIfAbsent(metric, _ -> new ArrayList<>()).add(value));
  }

  public Set<String> entries() {
    return rows.keySet();
  }

  public boolean has(String entry) {
    return rows.containsKey(entry);
  }

  public Set<Metric> metrics() {
    Set<Metric> all = new TreeSet<>();
    rows.values().forEach(row -> all.addAll(row.own.keySet()));
    return all;
  }

  public double median(String entry, Metric metric) {
    return median(values(entry, metric));
  }

  public double least(String entry, Metric metric) {
    return values(entry, metric).stream().mapToDouble(each -> each).min().orElse(Double.NaN);
  }

  public double most(String entry, Metric metric) {
    return values(entry, metric).stream().mapToDouble(each -> each).max().orElse(Double.NaN);
  }

  /**
   * How many times better the reference is; NaN for an entry or metric without one. Of several JVMs,
   * their geometric mean: each compiles the code in its own way.
   */
  public double ratio(String entry, Metric metric) {
    return Math.exp(
        ratios(entry, metric).stream()
            .mapToDouble(ofOne -> Math.log(median(ofOne)))
            .average()
            .orElse(Double.NaN));
  }

  /** How the ratios of single pairs differ. */
  public Noise noise(String entry, Metric metric) {
    return Noise.of(ratios(entry, metric).stream().flatMap(List::stream).toList());
  }

  private Collection<List<Double>> ratios(String entry, Metric metric) {
    return row(entry).ratios.getOrDefault(metric, new TreeMap<>()).values();
  }

  private List<Double> values(String entry, Metric metric) {
    return row(entry).own.getOrDefault(metric, List.of());
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(each -> each).sorted().toArray();
    int middle = sorted.length / 2;
    return switch (sorted.length) {
      case 0 -> Double.NaN;
      default ->
          sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    };
  }
}
