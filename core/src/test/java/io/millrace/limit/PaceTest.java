package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
  @DisplayName("A54: a token bucket reaches 99 % of its rate, and no window exceeds it")
  void tokenBucketKeepsItsRate(double rate, double burst) {
    double[] starts = saturate(RateLimit.perSecond(rate).burst(burst), 50_000, 200_000);
    assertTrue(starts.length >= 0.99 * rate * RUN.toSeconds(), starts.length + " starts");
    assertTrue(
        mostAboveRate(starts, rate) <= Math.max(burst, 2 - 1e-7), "more than a permit early");
    for (int permits : new int[] {1, 2, 10, 100}) {
      assertTrue(most(starts, permits / rate) <= burst + permits, "in the time of " + permits);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  @DisplayName("a token bucket never exceeds burst + t * rate, whoever asks and however late")
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
        Waiting waiting = limiter.enqueue(limiter.demand(null), starts);
        if (random.nextInt(10) == 0) {
          waiting.cancel();
        }
      } else if (limiter.tryAcquire()) {
        starts.granted();
      }
    }
    assertTrue(starts.count > 3_000, starts.count + " starts");
    assertTrue(mostAboveRate(starts.toArray(), rate) <= burst + 1e-6);
  }

  @Test
  void slidingWindowIsExact() {
    double[] starts = saturate(RateLimit.window(100, Duration.ofMillis(100)), 50_000, 200_000);
    assertEquals(100, most(starts, 0.1 - 1e-9));
    assertTrue(starts.length >= 0.99 * 5_000, starts.length + " starts");
  }

  @Test
  void spacingIsExact() {
    double[] starts = saturate(RateLimit.spacing(Duration.ofMillis(20)), 50_000, 200_000);
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
      limiter.enqueue(limiter.demand(cost), starts);
    }
    clock.advance(Duration.ofMinutes(1));
    assertEquals(4, starts.count);
    assertEquals(1, starts.toArray()[2] - starts.toArray()[1], 0.001);
  }

  /** When 8 callers start that ask again as soon as they get a permit, in seconds. */
  private static double[] saturate(RateLimit limit, int leastLateness, int mostLateness) {
    Random random = new Random(42);
    FakeClock clock =
        new FakeClock(() -> leastLateness + random.nextInt(mostLateness - leastLateness));
    Starts starts = new Starts(clock);
    RateLimiter limiter = RateLimiter.of(limit, clock);
    starts.again = () -> limiter.enqueue(limiter.demand(null), starts);
    for (int i = 0; i < 8; i++) {
      starts.again.run();
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
    private double[] seconds = new double[1 << 16];
    private int count;
    private Runnable again = () -> {};

    Starts(FakeClock clock) {
      this.clock = clock;
    }

    @Override
    public boolean claim() {
      return true;
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
