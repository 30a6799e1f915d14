package io.millrace.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GatekeeperTest {
  private static final long MILLI = 1_000_000;

  private static Gatekeeper gatekeeper(int quota, int outageAt) {
    Duration any = Duration.ofSeconds(1);
    return new Gatekeeper(new Scenario(100, quota, outageAt, any, 1, 1, any));
  }

  @Test
  void moreThanTheQuotaInAnySecondIsRefusedAndCountsToo() {
    Gatekeeper gatekeeper = gatekeeper(2, 1_000);
    assertEquals(Verdict.ANSWERED, gatekeeper.judge(0, 0));
    assertEquals(Verdict.ANSWERED, gatekeeper.judge(0, 500 * MILLI));
    assertEquals(Verdict.OVER_QUOTA, gatekeeper.judge(0, 999 * MILLI));
    assertEquals(Verdict.OVER_QUOTA, gatekeeper.judge(0, 1_000 * MILLI));
    assertEquals(Verdict.ANSWERED, gatekeeper.judge(0, 2_000 * MILLI));
  }

  @Test
  void theOutageLastsASecond() {
    Gatekeeper gatekeeper = gatekeeper(100, 3);
    assertEquals(Verdict.ANSWERED, gatekeeper.judge(0, 0));
    assertEquals(Verdict.ANSWERED, gatekeeper.judge(0, 1));
    assertEquals(Verdict.DOWN, gatekeeper.judge(0, 2));
    assertEquals(Verdict.DOWN, gatekeeper.judge(0, 1_000 * MILLI + 1));
    assertEquals(Verdict.ANSWERED, gatekeeper.judge(0, 1_000 * MILLI + 2));
  }

  @Test
  void faultsHitTheFirstRequestForAnItemOnly() {
    Gatekeeper gatekeeper = gatekeeper(100, 1_000);
    assertEquals(Verdict.BROKEN_OFF, gatekeeper.judge(3, 0));
    assertEquals(Verdict.ANSWERED, gatekeeper.judge(3, 1));
    assertEquals(Verdict.STALLED, gatekeeper.judge(11, 2));
    assertEquals(Verdict.ANSWERED, gatekeeper.judge(11, 3));
    assertEquals(4, gatekeeper.receipt().arrivals().size());
  }

  @Test
  void theUsualScenarioHasFaultsOfEachKind() {
    Scenario usual = Scenario.usual();
    assertEquals(12, IntStream.range(0, usual.items()).filter(usual::breaks).count());
    assertEquals(5, IntStream.range(0, usual.items()).filter(usual::stalls).count());
  }
}
