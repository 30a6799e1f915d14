package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A sliding window")
class WindowBucketTest {
  private static final long START = Long.MAX_VALUE - 500;
  private static final long LENGTH = 1_000;

  private final WindowBucket bucket = new WindowBucket(10, LENGTH, START);

  @Test
  void grantsAllPermitsAtOnceAndTheNextOneWindowLater() {
    take(0, 10);
    assertAvailable(1_000, 1);
    take(1_000, 10);
    assertAvailable(2_000, 1);
  }

  @Test
  void waitsForAsManyAsItNeedsToLeaveTheWindow() {
    take(0, 3);
    take(100, 3);
    take(200, 3);
    assertAvailable(0, 1);
    assertAvailable(1_000, 4);
    assertAvailable(1_100, 5);
    assertAvailable(1_200, 10);
  }

  @Test
  void takesNothingForACostOfZero() {
    take(0, 10);
    assertAvailable(0, 0);
  }

  @Test
  void isIdleWhenNothingIsInTheWindow() {
    assertTrue(bucket.isIdle(START));
    take(0, 1);
    assertFalse(bucket.isIdle(START + 999));
    assertTrue(bucket.isIdle(START + 1_000));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void grantsAsEarlyAsNoWindowExceedsTheLimit(long seed) {
    Random random = new Random(seed);
    int permits = 1 + random.nextInt(20);
    WindowBucket tried = new WindowBucket(permits, LENGTH, START);
    List<long[]> grants = new ArrayList<>();
    long now = 0;
    for (int i = 0; i < 2_000; i++) {
      now += random.nextInt(random.nextInt(10) == 0 ? 3_000 : 60);
      long cost = 1 + random.nextInt(permits);
      long due = Math.max(now, tried.availableAt(cost) - START);
      assertEquals(earliest(grants, permits - cost, now), due, "grant " + i);
      if (random.nextBoolean()) {
        now = due;
        tried.take(START + now, cost, START + now);
        grants.add(new long[] {now, cost});
      }
    }
  }

  /* By trying: when are at most so many permits in the window? */
  private static long earliest(List<long[]> grants, long most, long now) {
    if (inWindow(grants, now) <= most) {
      return now;
    }
    return grants.stream()
        .mapToLong(grant -> grant[0] + LENGTH)
        .filter(time -> time > now && inWindow(grants, time) <= most)
        .min()
        .orElseThrow();
  }

  private static long inWindow(List<long[]> grants, long end) {
    long sum = 0;
    for (int i = grants.size() - 1; i >= 0 && grants.get(i)[0] > end - LENGTH; i--) {
      sum += grants.get(i)[1];
    }
    return sum;
  }

  @Nested
  class AfterAHold {
    @Test
    void grantsOneCallAndThenSpreadsTheRestOverAWindow() {
      bucket.holdUntil(START + 500);
      for (int i = 0; i < 15; i++) {
        assertAvailable(500 + 100 * i, 1);
        take(500 + 100 * i, 1);
      }
    }

    @Test
    void letsNothingThroughBefore() {
      bucket.holdUntil(START + 500);
      assertAvailable(500, 0);
    }

    @Test
    void grantsNothingEarlierThanWithoutIt() {
      take(0, 10);
      bucket.holdUntil(START + 1);
      assertAvailable(1_000, 1);
    }

    @Test
    void grantsAllPermitsAgainOneWindowLater() {
      bucket.holdUntil(START + 500);
      assertFalse(bucket.isIdle(START + 1_499));
      assertTrue(bucket.isIdle(START + 1_500));
      take(1_500, 10);
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
    void givesBackWhatTheGrantDidNotNeed() {
      take(0, 5);
      take(100, 5);
      bucket.settle(START + 200, START + 100, 4);
      take(200, 4);
      assertAvailable(1_000, 5);
      assertAvailable(1_100, 6);
    }

    @Test
    void givesBackNothingOfAGrantThatHasLeftTheWindow() {
      take(0, 10);
      take(1_000, 10);
      bucket.settle(START + 1_100, START, 5);
      assertAvailable(2_000, 1);
    }

    @Test
    void owesFromNowOn() {
      take(0, 5);
      bucket.settle(START + 300, START, -5);
      assertAvailable(1_000, 1);
      assertAvailable(1_300, 6);
    }

    @Test
    void owesForOneWindowAtMost() {
      take(0, 1);
      bucket.settle(START + 300, START, Long.MIN_VALUE + 1);
      bucket.settle(START + 300, START, Long.MIN_VALUE + 1);
      assertAvailable(1_300, 1);
    }

    @Test
    void owesForOneWindowAtMostAfterAHoldToo() {
      bucket.holdUntil(START + 500);
      take(500, 1);
      bucket.settle(START + 600, START + 500, -1_000);
      assertAvailable(1_600, 1);
    }
  }

  private void take(long at, long cost) {
    assertTrue(bucket.availableAt(cost) - (START + at) <= 0, "not available");
    bucket.take(START + at, cost, START + at);
  }

  private void assertAvailable(long at, long cost) {
    assertEquals(at, Math.max(0, bucket.availableAt(cost) - START));
  }
}
