package io.millrace.bench.report;

import java.util.List;

/**
 * How much the ratios of single pairs differ.
 *
 * @param low half of the pairs are not below this, and not above
 * @param high that
 */
public record Noise(double low, double high, int pairs) {
  static Noise of(List<Double> ratios) {
    double[] sorted = ratios.stream().mapToDouble(each -> each).sorted().toArray();
    int quarter = sorted.length / 4;
    return sorted.length == 0
        ? new Noise(Double.NaN, Double.NaN, 0)
        : new Noise(sorted[quarter], sorted[sorted.length - 1 - quarter], sorted.length);
  }

  @Override
  public String toString() {
    return "%s to %s, the middle half of %d pairs"
        .formatted(Numbers.text(low), Numbers.text(high), pairs);
  }
}
