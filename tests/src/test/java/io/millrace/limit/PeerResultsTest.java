package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** In virtual time, with seeds: the same each time. */
@DisplayName("Adaptive limits beside others in the same simulation")
@Timeout(300)
class PeerResultsTest {
  private static final Path PAGE = Path.of("../docs/adaptive-peers.md");
  private static final Path PLOT = Path.of("../docs/plots/halves-doubles.svg");

  @Test
  @DisplayName("the page and its plot have these results")
  void page() throws IOException {
    PeerResults results = new PeerResults();
    String page = results.page();
    String plot = results.plot();
    if (Boolean.getBoolean("millrace.renew")) {
      Files.createDirectories(PLOT.getParent());
      Files.writeString(PAGE, page);
      Files.writeString(PLOT, plot);
    }
    assertEquals(page, Files.readString(PAGE), "run it with -Dmillrace.renew=true");
    assertEquals(plot, Files.readString(PLOT), "run it with -Dmillrace.renew=true");
    assertTrue(plot.length() < 20_000, "bytes of the plot: " + plot.length());
  }
}
