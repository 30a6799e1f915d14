package io.millrace.testkit.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A simulated server that refuses by chance")
class ByChanceTest {
  private final SplittableRandom random = new SplittableRandom(1);

  @Test
  @DisplayName("hears of each request that it did not refuse, when that leaves as well")
  void leaves() {
    SimulatedServer server = SimulatedServers.byChance(SimulatedServers.slowAbove(1), 0.5, 503, 0);
    for (int i = 0; i < 1_000; i++) {
      assertEquals(0, server.arrive(i, random).serviceNanos(), "request " + i + " is alone");
      server.left();
    }
  }

  @Test
  @DisplayName("gets the requests that its server wants, with what they ask for")
  void requests() {
    SimulatedServer server =
        SimulatedServers.byChance(SimulatedServers.declaredTokens(600, 300_000), 0.5, 503, 0);
    int granted = 0;
    for (int i = 0; i < 1_000; i++) {
      SimulatedRequest request = server.next(random);
      assertTrue(request.tokens() > 0, "tokens");
      granted += server.arrive(0, request, random).statusCode() == 200 ? 1 : 0;
    }
    assertTrue(granted < 300, granted + " granted of the tokens of one minute");
  }
}
