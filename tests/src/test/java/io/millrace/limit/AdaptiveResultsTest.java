package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.simulation.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;

/** In virtual time, with seeds: the same each time. */
@DisplayName("An adaptive rate, against an oracle that knows the server")
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(300)
class AdaptiveResultsTest {
  private static final Path PAGE = Path.of("../docs/adaptive-results.md");

  /* What stands from here on was measured at real servers, by hand. */
  private static final String MEASURED = "\n## At real servers\n";

  private final AdaptiveResults results = new AdaptiveResults();

  @Test
  @DisplayName(
      "gets at least 92 % of 500/s with under 0.3 % refused, and without Retry-After 97 % with under 1 %")
  void steady() {
    AdaptiveResults.Row obedient = results.adaptive("bucket 500/s", 1);
    assertTrue(obedient.share() >= 0.92, "share " + obedient.share());
    assertTrue(obedient.refused() < 0.003, "refused " + obedient.refused());
    AdaptiveResults.Row free = results.adaptive("bucket 500/s", 0);
    assertTrue(free.share() >= 0.97, "share " + free.share());
    assertTrue(free.refused() < 0.01, "refused " + free.refused());
  }

  @Test
  @DisplayName("starts within 4 s, and without Retry-After within 2 s: the median")
  void starts() {
    double obedient = results.adaptive("bucket 500/s", 1).secondsTo90(0);
    assertTrue(obedient <= 4, "start " + obedient);
    double free = results.adaptive("bucket 500/s", 0).secondsTo90(0);
    assertTrue(free <= 2, "start " + free);
  }

  @Test
  @DisplayName(
      "starts within 6 s 1 ms from the server, where few requests go in a round trip, and without Retry-After within 2 s")
  void startsNearby() {
    double obedient = AdaptiveResults.secondsToStartNearby(1);
    assertTrue(obedient <= 6, "start " + obedient);
    double free = AdaptiveResults.secondsToStartNearby(0);
    assertTrue(free <= 2, "start " + free);
  }

  @Test
  @DisplayName(
      "finds a half of the rate within 5 s, and a double within 35 s; without Retry-After within 2 s and 5 s: the median")
  void changes() {
    AdaptiveResults.Row changing = results.adaptive("halves, doubles", 1);
    assertTrue(changing.secondsTo90(60) <= 5, "halved " + changing.secondsTo90(60));
    assertTrue(changing.secondsTo90(120) <= 35, "doubled " + changing.secondsTo90(120));
    AdaptiveResults.Row free = results.adaptive("halves, doubles", 0);
    assertTrue(free.secondsTo90(60) <= 2, "halved " + free.secondsTo90(60));
    assertTrue(free.secondsTo90(120) <= 5, "doubled " + free.secondsTo90(120));
  }

  @Test
  @DisplayName("gets at least 65 % beside varying neighbours, and without Retry-After 88 %")
  void neighbours() {
    assertTrue(results.adaptive("varying neighbours", 1).share() >= 0.65);
    assertTrue(results.adaptive("varying neighbours", 0).share() >= 0.88);
  }

  @Test
  @DisplayName("ten clients get at least 85 % together, and without Retry-After 98 %")
  void tenClients() {
    AdaptiveResults.Row obedient = results.adaptive("ten clients", 1);
    assertTrue(obedient.share() >= 0.85, "share " + obedient.share());
    assertTrue(obedient.fairness() >= 0.9, "fairness " + obedient.fairness());
    AdaptiveResults.Row free = results.adaptive("ten clients", 0);
    assertTrue(free.share() >= 0.98, "share " + free.share());
    assertTrue(free.fairness() >= 0.95, "fairness " + free.fairness());
  }

  @Test
  @DisplayName(
      "gets at least 70 % where a server allows no burst, if requests are further apart than the jitter")
  void withoutBurst() {
    assertTrue(results.adaptive("burst 1, 50/s", 1).share() >= 0.70);
    assertTrue(results.adaptive("burst 1, 50/s", 0).share() >= 0.70);
  }

  @Test
  @DisplayName("gets at least 85 % of 500/s, and of no limit, where 1 or 5 % are refused by chance")
  void byChance() {
    for (String limit : new String[] {"500/s", "no limit"}) {
      for (int percent : new int[] {1, 5}) {
        double share = results.adaptive(limit + ", " + percent + " % are 503 by chance", 0).share();
        assertTrue(share >= 0.85, limit + ", " + percent + " %: " + share);
      }
    }
  }

  @Test
  @DisplayName(
      "gets at least 80 % of 500/s where 10 or 30 % of the answers are 500, whatever the pace")
  void failingByChance() {
    for (int percent : new int[] {10, 30}) {
      for (int retryAfter : new int[] {1, 0}) {
        double share =
            results.adaptive("500/s, " + percent + " % are 500 by chance", retryAfter).share();
        assertTrue(share >= 0.8, percent + " %, Retry-After " + retryAfter + ": " + share);
      }
    }
  }

  @Test
  @DisplayName(
      "what a low limit refuses is not put down to chance: 2/s without Retry-After refuses under 5 %, also after a burst of 20")
  void lowLimit() {
    for (Report report : results.adaptive("bucket 2/s", 0).reports()) {
      assertTrue(report.share() >= 0.97, "share " + report.share());
      assertTrue(report.refused() < 0.05, "refused " + report.refused());
    }
  }

  @Test
  @DisplayName(
      "nor is what a low limit refuses after a large burst, or far away: under 20 %, without Retry-After")
  void lowLimitAfterBurst() {
    for (Report report : AdaptiveResults.lowLimits()) {
      double refused = report.refused(60, 180);
      assertTrue(refused < 0.2, "refused " + refused);
    }
  }

  @Test
  @DisplayName("nor for good after a burst of 500")
  void lowLimitAfterLargeBurst() {
    for (Report report : AdaptiveResults.largeBursts()) {
      double refused = report.refused(340, 400);
      assertTrue(refused < 0.2, "refused " + refused);
    }
  }

  @Test
  @DisplayName("ten clients that get 5/s each are refused less than 10 %")
  void tenSlowClients() {
    AdaptiveResults.Row row = results.adaptive("ten clients, 50/s", 0);
    assertTrue(row.share() >= 0.95, "share " + row.share());
    assertTrue(row.refused() < 0.1, "refused " + row.refused());
  }

  @Test
  @DisplayName(
      "gets at least 97 % of 8/s, with under 5 % refused, of a server that takes 10 to 30 s for what it grants and refuses at once")
  void slowGrants() {
    for (int retryAfter : new int[] {0, 1}) {
      for (Report report : AdaptiveResults.slowGrants(AdaptiveResults.ADAPTIVE, retryAfter)) {
        double share = report.share(60, 600);
        assertTrue(share >= 0.97, "share " + share + ", Retry-After " + retryAfter);
        double refused = report.refused(60, 600);
        assertTrue(refused < 0.05, "refused " + refused + ", Retry-After " + retryAfter);
      }
    }
  }

  @Test
  @DisplayName("the page has these results")
  void page() throws IOException {
    String before = Files.readString(PAGE);
    int measured = before.indexOf(MEASURED);
    String page = results.page() + (measured < 0 ? "" : before.substring(measured));
    if (Boolean.getBoolean("millrace.renew")) {
      Files.writeString(PAGE, page);
    }
    assertEquals(page, Files.readString(PAGE), "run it with -Dmillrace.renew=true");
  }
}
