package io.millrace.bench.work;

import java.util.List;
import java.util.stream.Stream;

/**
 * Who takes part in a workload.
 *
 * @param subject is measured anew right before each sample of each of the others
 */
public record Field(Entry subject, List<Entry> others) {
  public Stream<Entry> all() {
    return Stream.concat(Stream.of(subject), others.stream());
  }
}
