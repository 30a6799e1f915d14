package io.millrace.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In virtual time, with seeds: the same each time. */
@DisplayName("An adaptive concurrency, against an oracle that knows the server")
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(300)
class AdaptiveConcurrencyResultsTest {
  private static final Path PAGE = Path.of("../docs/adaptive-results.md");

  private final AdaptiveConcurrencyResults results = new AdaptiveConcurrencyResults();

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "queue, 300/s",
        "queue, 500/s, far away",
        "queue that halves, doubles",
        "40 at once, 50 ms each",
        "1 at once, 50 ms each",
        "40 at once, 50, then 100, then 50 ms",
        "60, then 6, then 60 at once, 50 ms"
      })
  @DisplayName("AC1 gets at least 95 % at no more than 1.3 times the unloaded latency")
  void steady(String server) {
    AdaptiveConcurrencyResults.Row row = results.at(server);
    assertTrue(row.share() >= 0.95, "share " + row.share());
    for (int from : new int[] {5, 70, 130}) {
      double slowness = row.slowness(from, from == 5 ? 60 : from + 50);
      assertTrue(slowness <= 1.3, "slowness " + slowness + " from " + from);
    }
  }

  @Test
  @DisplayName(
      "AC1 gets at least 75 % at no more than 1.3 times the unloaded latency where times vary much")
  void varying() {
    AdaptiveConcurrencyResults.Row row = results.at("40 at once, 50 ms each, exponential");
    assertTrue(row.share() >= 0.75, "share " + row.share());
    assertTrue(row.slowness(5, 180) <= 1.3, "slowness " + row.slowness(5, 180));
  }

  @Test
  @DisplayName(
      "AC1 several clients get at least 95 %, at no more than 1.3 times the unloaded latency")
  void severalClients() {
    AdaptiveConcurrencyResults.Row row = results.at("four clients, 80 at once, 50 ms each");
    assertTrue(row.share() >= 0.95, "share " + row.share());
    assertTrue(row.slowness(5, 180) <= 1.3, "slowness " + row.slowness(5, 180));
  }

  @Test
  @DisplayName("AC2 finds a half, a double and another unloaded latency within 5 s")
  void changes() {
    for (String server :
        new String[] {"queue that halves, doubles", "40 at once, 50, then 100, then 50 ms"}) {
      AdaptiveConcurrencyResults.Row row = results.at(server);
      assertTrue(row.secondsTo90(60) <= 5, server + ": " + row.secondsTo90(60));
      assertTrue(row.secondsTo90(120) <= 5, server + ": " + row.secondsTo90(120));
    }
  }

  @Test
  @DisplayName("the page has these results")
  void page() throws IOException {
    String section = results.section();
    String page = Files.readString(PAGE);
    if (Boolean.getBoolean("millrace.renew")) {
      String heading = section.lines().skip(1).findFirst().orElseThrow();
      int start = page.indexOf("\n" + heading);
      int next = page.indexOf("\n## ", start + 1);
      page = page.substring(0, start) + section + page.substring(next);
      Files.writeString(PAGE, page);
    }
    assertTrue(page.contains(section), "run it with -Dmillrace.renew=true; found:" + section);
  }
}
