package io.millrace.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cluster.ClusterSimulation.Result;
import io.millrace.cluster.ClusterSimulation.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;

/** In virtual time, with a seed: the same each time. */
@DisplayName("JVMs that share a rate limit, from 2 to 10,000")
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(300)
class SharedRateResultsTest {
  private static final Path PAGE = Path.of("../docs/shared-rate-results.md");

  private final SharedRateResults results = new SharedRateResults();

  @Test
  @DisplayName(
      "R12 use at least 99 % of it, and at most 102 % in any second, if the database is near")
  void near() {
    for (int workers : new int[] {2, 10, 100, 1_000}) {
      Result result = results.of(Setting.of(workers, 1_000, 20));
      assertTrue(result.used() >= 0.99, workers + ": " + result);
      assertTrue(result.most() <= 1.02, workers + ": " + result);
      assertTrue(result.reserves() <= 205, workers + ": " + result);
    }
  }

  @Test
  @DisplayName("R12 get the same each")
  void fair() {
    for (int workers : new int[] {2, 10, 100, 1_000}) {
      Result result = results.of(Setting.of(workers, 1_000, 20));
      assertTrue(result.fairness() >= 0.98, workers + ": " + result);
    }
  }

  @Test
  @DisplayName("R12 use at least 97 % of it while they die and others come")
  void churn() {
    Result result = results.of(Setting.of(100, 1_000, 20).living(20));
    assertTrue(result.used() >= 0.97, "" + result);
  }

  @Test
  @DisplayName("the page and its plots say what they get; -Dmillrace.renew=true writes them anew")
  void page() throws IOException {
    String page = results.page();
    Map<Path, String> files = new TreeMap<>(Map.of(PAGE, page));
    SharedRatePlots.of(results)
        .forEach((name, plot) -> files.put(PAGE.resolveSibling("plots").resolve(name), plot));
    for (var file : files.entrySet()) {
      if (Boolean.getBoolean("millrace.renew")) {
        Files.writeString(file.getKey(), file.getValue());
      }
      assertEquals(Files.readString(file.getKey()).replace("\r\n", "\n"), file.getValue());
    }
  }
}
