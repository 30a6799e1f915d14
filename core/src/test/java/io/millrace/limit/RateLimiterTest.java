package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.plan.RateLimit;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A rate limiter")
class RateLimiterTest {
  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, 0, -1})
  @DisplayName("A51: has no rate or burst that is not a finite positive number")
  void refusesRates(double rate) {
    assertThrows(IllegalArgumentException.class, () -> RateLimit.perSecond(rate));
    assertThrows(IllegalArgumentException.class, () -> RateLimit.perSecond(1).burst(rate));
  }

  @Test
  @DisplayName("A51: has no time that is negative")
  void refusesTimes() {
    Duration negative = Duration.ofNanos(-1);
    for (Executable refused :
        new Executable[] {
          () -> RateLimit.per(1, negative),
          () -> RateLimit.window(1, negative),
          () -> RateLimit.spacing(negative)
        }) {
      assertThrows(IllegalArgumentException.class, refused);
    }
  }

  @Test
  @SuppressWarnings("NullAway")
  void refusesNulls() {
    RateLimiter limiter = RateLimiter.of(RateLimit.unlimited());
    assertThrows(NullPointerException.class, () -> RateLimiter.of(null));
    assertThrows(NullPointerException.class, () -> RateLimiter.of(RateLimit.unlimited(), null));
    assertThrows(
        NullPointerException.class, () -> limiter.queue().enqueue(limiter.queue().demand(1), null));
    assertThrows(NullPointerException.class, () -> limiter.pause(null));
  }

  @Test
  void knowsItsLimit() {
    RateLimit limit = RateLimit.perMinute(5);
    assertEquals(limit, RateLimiter.of(limit).limit());
  }

  @ParameterizedTest
  @MethodSource("extremes")
  void worksAtTheExtremes(RateLimit limit) {
    FakeClock clock = new FakeClock();
    RateLimiter limiter = RateLimiter.of(limit, clock);
    assertTrue(limiter.tryAcquire());
    Caller caller = new Caller(limiter, clock);
    caller.askTimes(3);
    limiter.pause(Duration.ofSeconds(1));
    clock.advance(Duration.ofDays(100));
    assertTrue(caller.starts().size() <= 3);
  }

  static Stream<RateLimit> extremes() {
    Duration longest = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);
    Duration shortest = Duration.ofNanos(1);
    return Stream.of(
        RateLimit.per(Double.MIN_VALUE, longest),
        RateLimit.per(Double.MAX_VALUE, shortest).burst(Double.MAX_VALUE),
        RateLimit.window(1, longest),
        RateLimit.window(Integer.MAX_VALUE, shortest),
        RateLimit.spacing(longest),
        RateLimit.spacing(Duration.ZERO));
  }

  @Test
  void worksInRealTime() throws InterruptedException {
    RateLimiter limiter = RateLimiter.of(RateLimit.spacing(Duration.ofMillis(5)));
    long start = System.nanoTime();
    for (int i = 0; i < 5; i++) {
      limiter.acquire();
    }
    assertTrue(System.nanoTime() - start >= 20_000_000);
  }
}
