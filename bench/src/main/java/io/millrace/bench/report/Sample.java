package io.millrace.bench.report;

import java.util.EnumMap;
import java.util.Map;

/**
 * What one measurement found; the first metric is the one to compare by.
 *
 * @param values in the order of {@link Metric}
 */
public record Sample(Map<Metric, Double> values) {
  public Sample {
    Map<Metric, Double> copy = new EnumMap<>(Metric.class);
    copy.putAll(values);
    values = copy;
  }

  public static Sample of(Metric metric, double value) {
    return new Sample(Map.of(metric, value));
  }

  public Sample and(Metric metric, double value) {
    Map<Metric, Double> more = new EnumMap<>(values);
    more.put(metric, value);
    return new Sample(more);
  }
}
