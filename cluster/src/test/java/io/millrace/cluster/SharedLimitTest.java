package io.millrace.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.plan.RateLimit;
import io.millrace.plan.RateLimit.TokenBucket;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which limits can be shared. */
class SharedLimitTest {
  private static final Duration LONGEST = Duration.ofDays(10_000);

  static Stream<TokenBucket> kept() {
    return Stream.of(
        RateLimit.perSecond(1e9),
        RateLimit.per(1, Duration.ofNanos(1)),
        RateLimit.per(1, LONGEST),
        RateLimit.per(1e9, LONGEST),
        RateLimit.perSecond(1e-8));
  }

  @ParameterizedTest
  @MethodSource
  @DisplayName(
      "every rate from a billion a second to one in 10,000 days is written as stores can read it")
  void kept(TokenBucket rate) {
    LimitForm form = LimitForm.of(SharedLimit.of("test", rate));
    assertEquals(form, LimitForm.readOrNull(form.written()));
  }

  static Stream<TokenBucket> refused() {
    return Stream.of(
        RateLimit.perSecond(1e9 + 1),
        RateLimit.per(2, Duration.ofNanos(1)),
        RateLimit.per(1, LONGEST.plusNanos(1)),
        RateLimit.per(1e9, ChronoUnit.FOREVER.getDuration()),
        RateLimit.per(0.9, LONGEST),
        RateLimit.perSecond(1e-9),
        RateLimit.perSecond(Double.MIN_VALUE));
  }

  @ParameterizedTest
  @MethodSource
  @DisplayName(
      "a rate that stores cannot count is refused at once, and it is said which ones they can")
  void refused(TokenBucket rate) {
    String refused =
        assertThrows(IllegalArgumentException.class, () -> SharedLimit.of("test", rate))
            .getMessage();
    assertTrue(refused.startsWith("rate must"), refused);
  }
}
