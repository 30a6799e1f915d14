package io.millrace.bench.work;

import io.millrace.bench.report.Sample;

/**
 * Something that is measured.
 *
 * @param warmUp a smaller measurement whose sample is dropped
 */
public record Entry(String name, Measurement warmUp, Measurement measurement) {
  /** Takes one sample, and checks the results on the way. */
  @FunctionalInterface
  public interface Measurement {
    Sample take() throws Exception;
  }

  static Entry of(String name, Measurement measurement) {
    return new Entry(name, measurement, measurement);
  }
}
