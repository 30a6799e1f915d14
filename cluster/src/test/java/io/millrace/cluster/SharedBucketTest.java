package io.millrace.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.plan.RateLimit;
import io.millrace.plan.RateLimit.TokenBucket;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The arithmetic of the bucket that all JVMs share. */
class SharedBucketTest {
  @ParameterizedTest
  @ValueSource(doubles = {1e9, 1_000, 10 / 3.0, 1, 1 / 3.0, 0.1, 1e-3 / 7, 1e-6})
  @DisplayName("any rate up to a billion a second is kept, whole or not")
  void anyRate(double perSecond) {
    TokenBucket rate = RateLimit.perSecond(perSecond);
    SharedBucket bucket = SharedBucket.full(rate, 0);
    long burst = (long) rate.burst();
    bucket.reserve(burst, 0);
    Duration next = bucket.reserve(10, 0).lastIn();
    assertEquals(10 / perSecond, next.toNanos() / 1e9, 10 / perSecond / 1000 + 2e-9);
    assertEquals(
        20 / perSecond,
        bucket.reserve(10, 0).lastIn().toNanos() / 1e9,
        20 / perSecond / 1000 + 2e-9);
  }
}
