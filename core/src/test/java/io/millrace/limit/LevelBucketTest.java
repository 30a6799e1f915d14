package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A token bucket")
class LevelBucketTest {
  /* The first permits flow in across the wrap of the nanoseconds. */
  private static final long START = Long.MAX_VALUE - 50;
  private static final double NANOS_PER_PERMIT = 100;

  private final LevelBucket bucket = new LevelBucket(NANOS_PER_PERMIT, 10, START);

  @Test
  void startsFull() {
    assertAvailable(0, 10);
    assertTrue(bucket.isIdle(START));
  }

  @Test
  void fillsAtItsRate() {
    take(0, 10);
    assertAvailable(100, 1);
    assertAvailable(1_000, 10);
  }

  @Test
  void fillsUpToTheBurstOnly() {
    take(0, 10);
    take(1_000_000, 10);
    assertAvailable(1_000_100, 1);
  }

  @Test
  void takesNothingForACostOfZero() {
    take(0, 10);
    assertAvailable(0, 0);
    take(0, 0);
    assertAvailable(100, 1);
  }

  @Test
  void isIdleWhenItIsFullAgain() {
    take(0, 3);
    assertFalse(bucket.isIdle(START + 299));
    assertTrue(bucket.isIdle(START + 300));
  }

  @ParameterizedTest
  @ValueSource(doubles = {3, 7, 1e9 / 3, 0.1, 12.34567})
  void grantsAtTheTimeItNames(double nanosPerPermit) {
    LevelBucket odd = new LevelBucket(nanosPerPermit, 1, START);
    long now = START;
    for (int i = 0; i < 1_000; i++) {
      odd.take(now, 1, now);
      now = Bucket.later(now, odd.availableAt(1));
    }
    double exact = 1_000 * nanosPerPermit;
    assertTrue(now - START >= exact && now - START <= exact + 1_000, "a nanosecond late at most");
  }

  @Test
  void waitsForALongestTimeAtMost() {
    LevelBucket slow = new LevelBucket(Double.POSITIVE_INFINITY, 1, START);
    slow.take(START, 1, START);
    assertEquals(Bucket.LONGEST, slow.availableAt(1) - START);
  }

  @Nested
  class WhenWakeUpsAreLate {
    private final LevelBucket single = new LevelBucket(NANOS_PER_PERMIT, 1, START);

    @Test
    void keepsWhatFlowedInSinceThePermitWasDue() {
      single.take(START, 1, START);
      single.take(START + 150, 1, START + 100);
      assertEquals(START + 200, single.availableAt(1));
    }

    @Test
    void forgetsAllButLessThanOnePermit() {
      single.take(START, 1, START);
      single.take(START + 10_000, 1, START + 100);
      assertEquals(START + 10_001, single.availableAt(1));
    }

    @Test
    void keepsNothingOfTheTimeBeforeThePermitWasDue() {
      single.take(START, 1, START);
      single.take(START + 10_000, 1, START + 10_000);
      assertEquals(START + 10_100, single.availableAt(1));
    }

    @Test
    void keepsToTheBurstIfThatHasRoom() {
      take(0, 10);
      bucket.take(START + 100_000, 1, START + 100);
      take(100_000, 9);
      assertAvailable(100_100, 1);
    }
  }

  @Nested
  class AfterAHold {
    @Test
    void grantsOneCallAndThenKeepsThePace() {
      bucket.holdUntil(START + 500);
      assertAvailable(500, 1);
      take(500, 1);
      assertAvailable(600, 1);
      take(600, 1);
      assertAvailable(700, 1);
    }

    @Test
    void grantsACallThatCostsMoreAtOnceToo() {
      bucket.holdUntil(START + 500);
      assertAvailable(500, 7);
      take(500, 7);
      assertAvailable(600, 1);
    }

    @Test
    void letsNothingThroughBefore() {
      bucket.holdUntil(START + 500);
      assertAvailable(500, 0);
    }

    @Test
    void fillsUpFromItsEnd() {
      bucket.holdUntil(START + 500);
      assertFalse(bucket.isIdle(START + 500 + 899));
      assertTrue(bucket.isIdle(START + 500 + 900));
      take(1_000, 6);
      assertAvailable(1_100, 1);
    }

    @Test
    void grantsNothingEarlierThanWithoutIt() {
      take(0, 10);
      bucket.holdUntil(START + 1);
      assertAvailable(100, 1);
    }

    @Test
    void endsWithTheFurthestOne() {
      bucket.holdUntil(START + 500);
      bucket.holdUntil(START + 300);
      assertAvailable(500, 1);
      bucket.holdUntil(START + 800);
      assertAvailable(800, 1);
    }
  }

  @Nested
  class Settling {
    @Test
    void givesBackUpToTheBurst() {
      take(0, 10);
      settle(0, 4);
      assertAvailable(0, 4);
      settle(0, 100);
      assertAvailable(0, 10);
      take(0, 10);
      assertAvailable(100, 1);
    }

    @Test
    void owesWhatWasNotThere() {
      take(0, 10);
      settle(0, -5);
      assertAvailable(600, 1);
      assertFalse(bucket.isIdle(START + 1_499));
      assertTrue(bucket.isIdle(START + 1_500));
    }

    @Test
    void owesFromAFullBucketHoweverLongItWasFull() {
      settle(1_000_000, -10);
      assertAvailable(1_000_100, 1);
    }

    @Test
    void staysHeld() {
      bucket.holdUntil(START + 500);
      settle(100, 5);
      assertAvailable(500, 1);
      take(500, 1);
      assertAvailable(600, 1);
    }
  }

  private void take(long at, long cost) {
    assertTrue(bucket.availableAt(cost) - (START + at) <= 0, "not available");
    bucket.take(START + at, cost, START + at);
  }

  private void settle(long at, long excess) {
    bucket.settle(START + at, START, excess);
  }

  private void assertAvailable(long at, long cost) {
    assertEquals(at, bucket.availableAt(cost) - START);
  }
}
