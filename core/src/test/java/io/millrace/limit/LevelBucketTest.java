package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
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
    /* The time of one permit is longer than what is made up for in any case. */
    private static final long SLOW = 4 * LevelBucket.LATENESS;
    /* Here 5 permits are made up for. */
    private static final long QUICK = LevelBucket.LATENESS / 5;

    private LevelBucket single(long nanosPerPermit) {
      LevelBucket single = new LevelBucket(nanosPerPermit, 1, START);
      single.take(START, 1, START);
      return single;
    }

    @Test
    void keepsWhatFlowedInSinceThePermitWasDue() {
      LevelBucket single = single(SLOW);
      single.take(START + SLOW + SLOW / 2, 1, START + SLOW);
      assertEquals(START + 2 * SLOW, single.availableAt(1));
    }

    @Test
    void forgetsAllButLessThanOnePermitIfTheyAreSlow() {
      LevelBucket single = single(SLOW);
      single.take(START + 100 * SLOW, 1, START + SLOW);
      long next = single.availableAt(1) - START - 100 * SLOW;
      assertTrue(next > 0 && next < 100, next + " ns");
    }

    @Test
    @DisplayName("E25: keeps the permits of 5 ms")
    void keepsThePermitsOfItsLateness() {
      LevelBucket single = single(QUICK);
      long now = START + 100 * QUICK;
      single.take(now, 1, START + QUICK);
      for (int i = 0; i < 5; i++) {
        assertTrue(single.availableAt(1) - now <= 0);
        single.take(now, 1, now);
      }
      assertEquals(now + QUICK, single.availableAt(1));
    }

    @Test
    @DisplayName("E25: keeps what flows in for 5 ms after a permit that was awaited")
    void keepsWhatFlowsInAfterAWait() {
      LevelBucket single = single(QUICK);
      long now = START + 2 * QUICK;
      single.take(now, 1, START + QUICK); // leaves one
      now += 2 * QUICK;
      for (int i = 0; i < 3; i++) {
        assertTrue(single.availableAt(1) - now <= 0);
        single.take(now, 1, now);
      }
      assertEquals(now + QUICK, single.availableAt(1));
      now += 20 * QUICK;
      single.take(now, 1, now);
      assertEquals(now + QUICK, single.availableAt(1), "after a quiet time only the burst");
    }

    @Test
    void keepsNothingOfTheTimeBeforeThePermitWasDue() {
      LevelBucket single = single(SLOW);
      single.take(START + 100 * SLOW, 1, START + 100 * SLOW);
      assertEquals(START + 101 * SLOW, single.availableAt(1));
    }

    @Test
    void keepsToTheBurstIfThatHasRoom() {
      LevelBucket ten = new LevelBucket(QUICK, 10, START);
      ten.take(START, 10, START);
      ten.take(START + 1_000 * QUICK, 1, START + QUICK);
      ten.take(START + 1_000 * QUICK, 9, START + 1_000 * QUICK);
      assertEquals(START + 1_001 * QUICK, ten.availableAt(1));
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

  @Test
  @DisplayName("what many calls did not use is put back, those before and after them included")
  void settlesManyCalls() {
    LevelBucket large = new LevelBucket(1e12, 100_000, START);
    for (int i = 0; i < 500; i++) {
      large.take(START + i, 100, START + i);
    }
    for (int i = 0; i < 500; i++) {
      large.settle(START + 1_000, START + i, 60);
    }
    assertEquals(START + 1_000, large.availableAt(100_000 - 500 * 40));
    assertTrue(large.availableAt(100_000 - 500 * 40 + 1) > START + 1_000);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  @DisplayName(
      "what is put back is never more than if every level were remembered, and hardly less")
  void putsBackWhatWasNeverNeeded(long seed) {
    Random random = new Random(seed);
    int calls = 300;
    double burst = 200_000;
    LevelBucket bounded = new LevelBucket(1e12, burst, START);
    double[] before = new double[calls];
    long[] costs = new long[calls];
    double level = burst;
    for (int i = 0; i < calls; i++) {
      costs[i] = 1 + random.nextLong(1_000);
      before[i] = level;
      level -= costs[i];
      bounded.take(START + i, costs[i], START + i);
    }
    List<Integer> order = new ArrayList<>(IntStream.range(0, calls).boxed().toList());
    Collections.shuffle(order, random);
    for (int i : order) {
      double highest = Arrays.stream(before, i + 1, calls).max().orElse(level);
      double back = Math.clamp(burst - Math.max(highest, level), 0, (double) costs[i]);
      level += back;
      for (int later = i + 1; later < calls; later++) {
        before[later] += back;
      }
      bounded.giveBack(START + calls, START + i, costs[i]);
    }
    assertTrue(bounded.availableAt((long) level + 1) > START + calls, "more than was taken");
    assertEquals(START + calls, bounded.availableAt((long) (0.98 * level)), "too little");
  }

  /* Takes and give-backs at random, several of them at one instant. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  @DisplayName(
      "after any takes and give-backs has no more than if what came back had never been taken")
  void hasNoMoreThanWithoutWhatCameBack(long seed) {
    double least = 1;
    for (int run = 0; run < 300; run++) {
      least = Math.min(least, shareOfExact(new Random(1_000 * seed + run)));
    }
    assertTrue(least > 0.8, "a share of " + least);
  }

  private record Taken(long time, long cost) {}

  private static double shareOfExact(Random random) {
    double burst = 20 + random.nextInt(100);
    LevelBucket some = new LevelBucket(NANOS_PER_PERMIT, burst, START);
    List<Taken> kept = new ArrayList<>();
    double pace = 0.3 + 2 * random.nextDouble();
    int takesPerGiveBack = 1 + random.nextInt(3);
    long now = START;
    double least = 1;
    for (int step = 0; step < 150; step++) {
      now +=
          random.nextInt(3) == 0 ? 0 : (long) (3 * pace * NANOS_PER_PERMIT * random.nextDouble());
      long cost = 1 + random.nextLong(8);
      if (random.nextInt(1 + takesPerGiveBack) == 0 && !kept.isEmpty()) {
        Taken back = kept.remove(random.nextInt(kept.size()));
        some.giveBack(now, back.time(), back.cost());
      } else if (some.availableAt(cost) - now <= 0) {
        some.take(now, cost, now);
        kept.add(new Taken(now, cost));
      }
      double level = burst - (some.availableAt((long) burst) - now) / NANOS_PER_PERMIT;
      double exact = exact(kept, now, burst);
      assertTrue(Math.min(burst, level) <= exact + 0.02, level + " of " + exact);
      least = Math.min(least, (level + burst) / (exact + burst));
    }
    return least;
  }

  private static double exact(List<Taken> kept, long now, double burst) {
    double level = burst;
    long time = START;
    for (Taken one : kept) {
      level = Math.min(burst, level + (one.time() - time) / NANOS_PER_PERMIT) - one.cost();
      time = one.time();
    }
    return Math.min(burst, level + (now - time) / NANOS_PER_PERMIT);
  }
}
