package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.limit.spi.Waiter;
import io.millrace.limit.spi.Waiting;
import io.millrace.plan.RateLimit;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Under late timers")
class PaceTest {
  private static final Duration RUN = Duration.ofSeconds(5);

  @ParameterizedTest
  @CsvSource({"1000, 1", "1000, 2", "3333, 1", "777, 1.5", "5000, 20", "90, 1"})
  @DisplayName("A54: a token bucket reaches 99 % of its rate and keeps its promise")
  void tokenBucketKeepsItsRate(double rate, double burst) {
    double[] starts = saturate(RateLimit.perSecond(rate).burst(burst), 8, 50_000, 200_000);
    assertTrue(starts.length >= 0.99 * rate * RUN.toSeconds(), starts.length + " starts");
    assertTrue(mostAboveRate(starts, rate) <= promised(rate, burst), "more than promised");
  }

  @ParameterizedTest
  @CsvSource({"1000, 8", "1000, 50", "10000, 100", "10000, 1000", "20000, 200", "20000, 2000"})
  @DisplayName("E25: wake-ups that are up to 4 ms late cost a token bucket less than 1 %")
  void tokenBucketMakesUpForLateness(double rate, int callers) {
    double[] starts = saturate(RateLimit.perSecond(rate), callers, 50_000, 4_000_000);
    assertTrue(starts.length >= 0.99 * rate * RUN.toSeconds(), starts.length + " starts");
    assertTrue(mostAboveRate(starts, rate) <= promised(rate, 1), "more than promised");
  }

  @ParameterizedTest
  @CsvSource({"1000, 1", "10000, 1", "20000, 1", "20000, 50", "100, 1"})
  @DisplayName("E25: however late wake-ups are, a token bucket keeps its promise")
  void tokenBucketForgetsMoreLateness(double rate, double burst) {
    double[] starts = saturate(RateLimit.perSecond(rate).burst(burst), 500, 0, 40_000_000);
    assertTrue(starts.length >= 0.1 * rate * RUN.toSeconds(), starts.length + " starts");
    assertTrue(mostAboveRate(starts, rate) <= promised(rate, burst), "more than promised");
  }

  @Test
  @DisplayName("E25: after a quiet time a token bucket lets no more than the burst go at once")
  void makesUpForNothingAfterAQuietTime() {
    FakeClock clock = new FakeClock(() -> 4_000_000);
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(1_000), clock);
    Starts starts = new Starts(clock);
    limiter.queue().enqueue(limiter.queue().demand(null), starts);
    limiter.queue().enqueue(limiter.queue().demand(null), starts);
    clock.advance(Duration.ofMillis(30));
    assertEquals(2, starts.count);
    assertTrue(limiter.tryAcquire());
    assertFalse(limiter.tryAcquire());
  }

  /** How many permits above the rate a token bucket lets through in any time, as it promises. */
  private static double promised(double rate, double burst) {
    double lateness = Math.max(1, rate * LevelBucket.LATENESS * 1e-9);
    return Math.max(burst, 1 + lateness) + 1e-6;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  @DisplayName("a token bucket keeps its promise, whoever asks and however late")
  void tokenBucketBoundHoldsForAnyDemand(long seed) {
    Random random = new Random(seed);
    double rate = 1_000;
    double burst = 2 + random.nextInt(5);
    FakeClock clock = new FakeClock(() -> random.nextInt(5_000_000));
    Starts starts = new Starts(clock);
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(rate).burst(burst), clock);
    for (int i = 0; i < 5_000; i++) {
      clock.advance(random.nextInt(random.nextInt(50) == 0 ? 20_000_000 : 1_500_000));
      if (random.nextBoolean()) {
        Waiting waiting = limiter.queue().enqueue(limiter.queue().demand(null), starts);
        if (random.nextInt(10) == 0) {
          waiting.cancel();
        }
      } else if (limiter.tryAcquire()) {
        starts.granted();
      }
    }
    assertTrue(starts.count > 3_000, starts.count + " starts");
    assertTrue(mostAboveRate(starts.toArray(), rate) <= promised(rate, burst));
  }

  @Test
  void slidingWindowIsExact() {
    double[] starts = saturate(RateLimit.window(100, Duration.ofMillis(100)), 8, 50_000, 200_000);
    assertEquals(100, most(starts, 0.1 - 1e-9));
    assertTrue(starts.length >= 0.99 * 5_000, starts.length + " starts");
  }

  @Test
  void spacingIsExact() {
    double[] starts = saturate(RateLimit.spacing(Duration.ofMillis(20)), 8, 50_000, 200_000);
    for (int i = 1; i < starts.length; i++) {
      assertTrue(starts[i] - starts[i - 1] >= 0.02 - 1e-12);
    }
    assertTrue(starts.length >= 0.98 * 250, starts.length + " starts");
  }

  @Test
  void aBudgetDoesNotTakeTheWaitForOneLimitForLatenessOfAnother() {
    RateLimit requests = RateLimit.perSecond(1);
    RateLimit tokens = RateLimit.perSecond(10).burst(100).costing((Integer item) -> item);
    FakeClock clock = new FakeClock(() -> 100_000);
    Starts starts = new Starts(clock);
    RateLimiter limiter = RateLimiter.of(RateLimit.all(requests, tokens), clock);
    for (int cost : new int[] {100, 100, 0, 0}) {
      limiter.queue().enqueue(limiter.queue().demand(cost), starts);
    }
    clock.advance(Duration.ofMinutes(1));
    assertEquals(4, starts.count);
    assertEquals(1, starts.toArray()[2] - starts.toArray()[1], 0.001);
  }

  /**
   * When callers start, in seconds. The timers for their permits are late, and so are the callers, who
   * come back a while after they have got a permit.
   */
  private static double[] saturate(
      RateLimit limit, int callers, int leastLateness, int mostLateness) {
    Random random = new Random(42);
    FakeClock clock =
        new FakeClock(() -> leastLateness + random.nextInt(mostLateness - leastLateness));
    Starts starts = new Starts(clock);
    RateLimiter limiter = RateLimiter.of(limit, clock);
    Runnable ask = () -> limiter.queue().enqueue(limiter.queue().demand(null), starts);
    starts.again = callers <= 8 ? ask : () -> clock.schedule(clock.nanoTime(), ask);
    for (int i = 0; i < callers; i++) {
      ask.run();
    }
    clock.advance(RUN);
    return starts.toArray();
  }

  /** The most by which the starts in any time exceed what the rate allows in it. */
  private static double mostAboveRate(double[] starts, double rate) {
    double lowest = Double.POSITIVE_INFINITY;
    double most = 0;
    for (int i = 0; i < starts.length; i++) {
      lowest = Math.min(lowest, i - starts[i] * rate);
      most = Math.max(most, i - starts[i] * rate - lowest + 1);
    }
    return most;
  }

  /** The most starts in any time of this length. */
  private static int most(double[] starts, double length) {
    int most = 0;
    int first = 0;
    for (int i = 0; i < starts.length; i++) {
      while (starts[i] - starts[first] > length) {
        first++;
      }
      most = Math.max(most, i - first + 1);
    }
    return most;
  }

  private static final class Starts implements Waiter {
    private final FakeClock clock;
    private double[] seconds = new double[1 << 18];
    private int count;
    private Runnable again = () -> {};

    Starts(FakeClock clock) {
      this.clock = clock;
    }

    @Override
    public Answer claim() {
      return Answer.TAKE;
    }

    @Override
    public void granted() {
      seconds[count++] = clock.elapsed() * 1e-9;
      again.run();
    }

    @Override
    public void declined() {}

    double[] toArray() {
      return java.util.Arrays.copyOf(seconds, count);
    }
  }
}
