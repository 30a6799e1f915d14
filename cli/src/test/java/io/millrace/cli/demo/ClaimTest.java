package io.millrace.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each claim has a receipt that breaks it, and only it. */
class ClaimTest {
  private static final Duration ANY = Duration.ofSeconds(1);

  /** Two items, 2 jobs, 10 requests a second, quota 12. */
  private static final Scenario SCENARIO = new Scenario(2, 12, 1, ANY, 2, 10, ANY);

  private static final Trial NAIVE = trial(new Receipts().arrived(0, 0, Verdict.OVER_QUOTA), 0);

  private static Trial trial(Receipts receipts, int answered) {
    return new Trial(receipts.receipt(), 0, answered, ANY);
  }

  /** The first words of the claims that fail. */
  private static List<String> failed(Trial naive, Trial millrace) {
    List<String> failed = new ArrayList<>();
    for (Claim claim : Claim.all(SCENARIO, naive, millrace)) {
      if (!claim.holds()) {
        failed.add(claim.text().substring(0, 15));
      }
    }
    return failed;
  }

  private static Receipts good() {
    return new Receipts().refused(0, 100).answered(1, 200).answered(0, 1_200);
  }

  @Test
  void allHoldWhenAllIsWell() {
    assertEquals(List.of(), failed(NAIVE, trial(good(), 2)));
  }

  @Test
  void aRequestThatComesBackTooEarlyIsSeen() {
    Receipts early = new Receipts().refused(0, 100).answered(0, 1_099).answered(1, 1_200);
    assertEquals(List.of("no refused requ"), failed(NAIVE, trial(early, 2)));
  }

  @Test
  void aReceiptWithoutARefusalProvesNothing() {
    Receipts calm = new Receipts().answered(0, 100).answered(1, 200);
    assertEquals(List.of("no refused requ"), failed(NAIVE, trial(calm, 2)));
  }

  @Test
  void aRequestThatStartsInThePauseIsSeen() {
    Receipts more = good().arrived(1, 900, Verdict.BROKEN_OFF);
    assertEquals(List.of("after a refusal"), failed(NAIVE, trial(more, 2)));
  }

  @Test
  void aRequestAheadOfTheRateIsSeen() {
    Receipts ahead = new Receipts().refused(0, 0).answered(1, 99).answered(0, 1_200);
    assertEquals(List.of("no request was "), failed(NAIVE, trial(ahead, 2)));
  }

  @Test
  void aBusySecondIsSeen() {
    Receipts busy = good();
    for (int request = 0; request < 13; request++) {
      busy.arrived(0, 5_000 + request, Verdict.BROKEN_OFF);
    }
    assertEquals(List.of("never more than"), failed(NAIVE, trial(busy, 2)));
  }

  @Test
  void anItemThatWasAnsweredTwiceOrNotIsSeen() {
    assertEquals(List.of("every item was "), failed(NAIVE, trial(good().answered(1, 1_300), 2)));
    assertEquals(List.of("every item was "), failed(NAIVE, trial(good(), 1)));
    Receipts lost = new Receipts().refused(0, 100).answered(1, 200);
    assertEquals(List.of("every item was "), failed(NAIVE, trial(lost, 2)));
  }

  @Test
  void aNaiveWayWithoutAStormIsSeen() {
    assertEquals(List.of("the naive way w"), failed(trial(new Receipts(), 2), trial(good(), 2)));
  }
}
