package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.plan.Cost;
import io.millrace.plan.RateLimit;
import io.millrace.signal.DeclaredLimit.Unit;
import io.millrace.testkit.simulation.Report;
import io.millrace.testkit.simulation.SimulatedRequest;
import io.millrace.testkit.simulation.SimulatedServer;
import io.millrace.testkit.simulation.SimulatedServers;
import io.millrace.testkit.simulation.Simulation;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** In virtual time, with seeds: the same each time. Ten minutes, of which the first does not count. */
@DisplayName("S8: A limit that the server declares, against an oracle that knows the server")
@Timeout(300)
class DeclaredResultsTest {
  private static final long FIRST_SEED = 3_001;
  private static final int SEEDS = 2;
  private static final int SECONDS = 600;

  private static final RateLimit REQUESTS = RateLimit.declaredByServer(5);
  private static final RateLimit TOKENS =
      RateLimit.declaredByServer(5)
          .costing(
              Unit.TOKENS,
              Cost.of(SimulatedRequest::mostTokens)
                  .settling((SimulatedRequest request, Object reply) -> request.tokens()));
  private static final RateLimit INPUT_AND_OUTPUT =
      RateLimit.declaredByServer(5)
          .costing(Unit.INPUT_TOKENS, Cost.of(SimulatedRequest::inputTokens))
          .costing(
              Unit.OUTPUT_TOKENS,
              Cost.of(SimulatedRequest::mostOutputTokens)
                  .settling((SimulatedRequest request, Object reply) -> request.outputTokens()));

  private static void keeps(RateLimit limit, int clients, Supplier<SimulatedServer> server) {
    keeps(limit, clients, SECONDS, server);
  }

  private static void keeps(
      RateLimit limit, int clients, int seconds, Supplier<SimulatedServer> server) {
    LongStream.range(FIRST_SEED, FIRST_SEED + SEEDS)
        .parallel()
        .forEach(
            seed -> {
              Report report =
                  Simulation.of(server.get(), limit, seed).clients(clients).seconds(seconds).run();
              double share = report.share(60, seconds);
              double refused = report.refused(60, seconds);
              double fairness = report.fairness();
              assertTrue(share >= 0.92, "share " + share + ", seed " + seed);
              assertTrue(refused < 0.003, "refused " + refused + ", seed " + seed);
              assertTrue(fairness >= 0.9, "fairness " + fairness + ", seed " + seed);
            });
  }

  @Test
  @DisplayName("gets at least 92 % of what windows allow, with under 0.3 % refused")
  void windows() {
    keeps(REQUESTS, 1, () -> SimulatedServers.declaredWindow(600, 60));
    keeps(REQUESTS, 1, () -> SimulatedServers.declaredWindow(6_000, 60));
    keeps(REQUESTS, 1, () -> SimulatedServers.declaredWindow(30, 60));
    keeps(REQUESTS, 1, () -> SimulatedServers.declaredWindow(100, 10));
  }

  @Test
  @DisplayName("keeps two windows at once, of a minute and of ten, and of a second and of a minute")
  void twoWindows() {
    keeps(REQUESTS, 1, () -> SimulatedServers.declaredWindows(600, 60, 3_000, 600));
    keeps(REQUESTS, 1, () -> SimulatedServers.declaredWindows(100, 1, 3_000, 60));
  }

  @Test
  @DisplayName("gets at least 92 % of a token bucket, with under 0.3 % refused")
  void bucket() {
    keeps(REQUESTS, 1, () -> SimulatedServers.declaredBucket(600));
    keeps(REQUESTS, 1, () -> SimulatedServers.declaredBucket(6_000));
  }

  @Test
  @DisplayName("keeps requests and tokens at once, whichever is the narrower")
  void tokens() {
    keeps(TOKENS, 1, () -> SimulatedServers.declaredTokens(600, 300_000));
    keeps(TOKENS, 1, () -> SimulatedServers.declaredTokens(120, 3_000_000));
  }

  @Test
  @DisplayName("keeps tokens of prompts and of answers apart, whichever is the narrower")
  void inputAndOutput() {
    keeps(
        INPUT_AND_OUTPUT, 1, () -> SimulatedServers.declaredInputAndOutput(600, 150_000, 300_000));
    keeps(INPUT_AND_OUTPUT, 1, () -> SimulatedServers.declaredInputAndOutput(600, 300_000, 60_000));
    keeps(INPUT_AND_OUTPUT, 1, () -> SimulatedServers.declaredInputAndOutput(60, 300_000, 300_000));
  }

  @Test
  @DisplayName("ten clients share a limit of which each knows only what remains, and get the same")
  void tenClients() {
    keeps(REQUESTS, 10, () -> SimulatedServers.declaredWindow(600, 60));
    keeps(REQUESTS, 10, () -> SimulatedServers.declaredWindow(6_000, 60));
    keeps(REQUESTS, 10, () -> SimulatedServers.declaredBucket(6_000));
    keeps(TOKENS, 10, () -> SimulatedServers.declaredTokens(600, 300_000));
    keeps(
        INPUT_AND_OUTPUT,
        10,
        () -> SimulatedServers.declaredInputAndOutput(6_000, 3_000_000, 600_000));
  }

  @Test
  @DisplayName("where nothing is declared it gets what an adaptive rate does")
  void undeclared() {
    keeps(REQUESTS, 1, 180, () -> SimulatedServers.bucket(500, 20, 1));
  }
}
