package io.millrace.acceptance;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.plan.Backoff;
import io.millrace.plan.Jitter;
import io.millrace.plan.Retry;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How long an item stays away that a server has asked to. */
class ServerWaitTest {
  private static final Optional<Duration> SECOND = Optional.of(ofSeconds(1));
  private final Random random = new Random(7);

  private long[] waits(Backoff backoff, int retry, Optional<Duration> server) {
    Retry policy = Retry.ofAttempts(9).backoff(backoff);
    return LongStream.range(0, 1_000)
        .map(count -> policy.delayNanos(retry, server, random))
        .toArray();
  }

  @DisplayName("E16, A50: nobody comes back before the server's time, or long after it")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void nobodyComesBackEarly(Jitter jitter) {
    Backoff backoff = Backoff.exponential(ofMillis(100)).jitter(jitter);
    for (long nanos : waits(backoff, 2, SECOND)) {
      assertTrue(nanos >= ofSeconds(1).toNanos(), () -> nanos + " is early");
      assertTrue(nanos <= ofMillis(1_200).toNanos(), () -> nanos + " is late");
    }
  }

  @Test
  @DisplayName("E16: those whom the server told the same time come back spread over the backoff")
  void theyComeBackSpread() {
    long[] waits = waits(Backoff.exponential(ofMillis(100)), 1, SECOND);
    for (int tenth = 0; tenth < 10; tenth++) {
      long from = ofSeconds(1).toNanos() + tenth * ofMillis(10).toNanos();
      long there =
          LongStream.of(waits)
              .filter(nanos -> nanos >= from && nanos < from + ofMillis(10).toNanos())
              .count();
      assertTrue(there > 60 && there < 140, there + " of 1000 in one of ten parts");
    }
  }

  @Test
  @DisplayName("E16: a server that says at once for ever is not hammered: the backoff is the floor")
  void theBackoffIsTheFloor() {
    Optional<Duration> atOnce = Optional.of(Duration.ZERO);
    Backoff exact = Backoff.exponential(ofMillis(100)).jitter(Jitter.NONE);
    for (int retry = 1; retry <= 5; retry++) {
      long expected = ofMillis(100L << (retry - 1)).toNanos();
      assertEquals(expected, LongStream.of(waits(exact, retry, atOnce)).min().orElseThrow());
    }
    Backoff equal = exact.jitter(Jitter.EQUAL);
    assertTrue(
        LongStream.of(waits(equal, 3, atOnce)).min().orElseThrow() >= ofMillis(200).toNanos());
    Backoff full = exact.jitter(Jitter.FULL);
    assertTrue(
        LongStream.of(waits(full, 3, atOnce)).average().orElseThrow() >= ofMillis(200).toNanos());
  }

  @Test
  @DisplayName("E16, A49: without a server's wait, and at once, nobody waits longer than the cap")
  void theCapHolds() {
    Backoff backoff = Backoff.exponential(ofMillis(100)).cap(ofMillis(150));
    for (Optional<Duration> server :
        java.util.List.of(Optional.<Duration>empty(), Optional.of(Duration.ZERO))) {
      assertTrue(
          LongStream.of(waits(backoff, 9, server)).max().orElseThrow() <= ofMillis(150).toNanos());
    }
  }

  @Test
  @DisplayName(
      "E16: without jitter or backoff the server's time is exact, and for ever is for ever")
  void theServersTimeMayBeExact() {
    assertEquals(ofSeconds(1).toNanos(), waits(Backoff.none(), 1, SECOND)[0]);
    assertEquals(ofSeconds(1).toNanos(), waits(Backoff.fixed(ofMillis(10)), 1, SECOND)[0]);
    Optional<Duration> never = Optional.of(ChronoUnit.FOREVER.getDuration());
    assertEquals(Long.MAX_VALUE, waits(Backoff.exponential(ofSeconds(9)), 1, never)[0]);
  }
}
