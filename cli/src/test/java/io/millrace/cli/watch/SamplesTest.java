package io.millrace.cli.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Monitor;
import io.millrace.cli.watch.Samples.Sample;
import io.millrace.outcome.Snapshot;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class SamplesTest {
  @Test
  void howeverLongARunIsItsSamplesAreFewAndMissNothing() {
    Snapshot none = Monitor.of().snapshot();
    Samples samples =
        new Samples(new Standing(0, 0, 0, 0, OptionalLong.empty(), none, Duration.ZERO));
    for (int second = 1; second <= 10_001; second++) {
      samples.add(
          new Standing(
              2L * second + 7,
              second,
              7,
              0,
              OptionalLong.empty(),
              none,
              Duration.ofSeconds(second)));
      List<Sample> all = samples.all();
      assertTrue(all.size() <= Samples.MOST, () -> all.size() + " samples");
      assertEquals(2L * second, all.stream().mapToLong(Sample::done).sum());
      assertEquals(second, all.stream().mapToLong(Sample::failed).sum());
      assertEquals(second, all.getLast().to());
      for (int i = 1; i < all.size(); i++) {
        assertEquals(all.get(i - 1).to(), all.get(i).from());
      }
    }
  }
}
