package io.millrace.bench.report;

import java.util.Arrays;
import java.util.stream.Collectors;

/** A sample of an entry, as it goes from one JVM to another: a line without tabs. */
public record Measured(String entry, Sample sample) {
  public static Measured parse(String text) {
    String[] parts = text.split(" ");
    Sample sample =
        new Sample(
            Arrays.stream(parts)
                .skip(1)
                .map(part -> part.split("="))
                .collect(
                    Collectors.toMap(
                        part -> Metric.valueOf(part[0]), part -> Double.valueOf(part[1]))));
    return new Measured(parts[0], sample);
  }

  @Override
  public String toString() {
    return sample.values().entrySet().stream()
        .map(each -> " " + each.getKey() + "=" + each.getValue())
        .collect(Collectors.joining("", entry, ""));
  }
}
