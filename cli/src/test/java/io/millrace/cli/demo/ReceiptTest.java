package io.millrace.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ReceiptTest {
  @Test
  void theBusiestSecondMayBeginAnywhere() {
    Receipts receipts = new Receipts();
    for (long millis : new long[] {0, 900, 1_000, 1_100, 1_899, 1_900, 5_000}) {
      receipts.answered(0, millis);
    }
    assertEquals(4, receipts.receipt().mostInAnySecond());
    assertEquals(0, new Receipts().receipt().mostInAnySecond());
  }

  @Test
  void aRefusalForbidsTheSecondAfterIt() {
    Receipt receipt =
        new Receipts()
            .answered(1, 99)
            .refused(2, 100)
            .answered(3, 101)
            .answered(4, 1_099)
            .answered(5, 1_100)
            .receipt();
    assertEquals(2, receipt.whileForbidden());
  }

  @Test
  void answersAreCountedByItem() {
    Receipt receipt = new Receipts().answered(1, 1).refused(2, 2).answered(1, 3).receipt();
    assertEquals(Map.of(1, 2L), receipt.answersByItem());
    assertEquals(1, receipt.count(Verdict.DOWN));
  }
}
