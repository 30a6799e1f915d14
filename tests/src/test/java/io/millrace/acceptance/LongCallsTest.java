package io.millrace.acceptance;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.limit.RateLimiter;
import io.millrace.limit.spi.Demand;
import io.millrace.plan.RateLimit;
import io.millrace.plan.RateLimit.PerKey;
import io.millrace.signal.ServerAnswer;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a limit per key learns from calls that take longer than it remembers idle keys. */
@NoLeaks
class LongCallsTest {
  private static final IOException DOWN = new IOException("down");

  private final ManualClock clock = new ManualClock();

  @AfterEach
  void close() {
    clock.close();
  }

  private RateLimiter limiter(RateLimit limit, int idleKeys) {
    PerKey perKey = limit.by((String host) -> host);
    return RateLimiter.of(perKey.idleKeys(idleKeys), clock);
  }

  /* Brings more keys than are remembered, so that the others are looked at. */
  private static void useOthers(RateLimiter limiter, int others) {
    for (int i = 0; i < others; i++) {
      Demand other = limiter.queue().demand("other " + i);
      assertTrue(limiter.queue().tryTake(other));
      limiter.queue().answered(other, "fine", null);
    }
  }

  @ParameterizedTest
  @DisplayName(
      "R8: the breaker of a dead host opens, however long its calls take and however many other hosts there are")
  @ValueSource(ints = {2, 30, 3_600})
  void opensForLongCalls(int seconds) {
    RateLimiter limiter = limiter(RateLimit.breaker(0.5, 20, ofSeconds(10)), 10);
    int started = 0;
    for (int round = 0; round < 5; round++) {
      Deque<Demand> underWay = new ArrayDeque<>();
      for (int i = 0; i < 10; i++) {
        Demand demand = limiter.queue().demand("dead");
        if (limiter.queue().tryTake(demand)) {
          underWay.add(demand);
          started++;
        }
      }
      for (int part = 0; part < 5; part++) {
        clock.advance(ofSeconds(seconds).dividedBy(5));
        useOthers(limiter, 50);
      }
      underWay.forEach(demand -> limiter.queue().answered(demand, null, DOWN));
    }
    assertTrue(started <= 20 + 5, "calls to the dead host: " + started);
  }

  @Test
  @DisplayName(
      "E1: of dropped keys that nobody has a demand of, nothing is left, however many there were at once")
  void forgetsDroppedKeys() throws Exception {
    RateLimiter limiter = limiter(RateLimit.breaker(0.5, 4, ofSeconds(1)), 100);
    useOthers(limiter, 10_000);
    clock.advance(ofSeconds(2));
    for (int i = 0; i < 10_000; i++) { // drops four at a time
      useOne(limiter);
    }
    assertEquals(100, limiter.keys());
    for (int round = 0; round < 50 && droppedOf(limiter) > 0; round++) {
      System.gc();
      for (int i = 0; i < 2_000; i++) {
        useOne(limiter);
      }
    }
    assertEquals(0, droppedOf(limiter), "entries of dropped keys");
  }

  private static void useOne(RateLimiter limiter) {
    Demand one = limiter.queue().demand("other 0");
    assertTrue(limiter.queue().tryTake(one));
    limiter.queue().answered(one, "fine", null);
  }

  /* What no method tells. */
  private static int droppedOf(RateLimiter limiter) throws ReflectiveOperationException {
    Object turnstile = field(limiter, "turnstile");
    return ((Map<?, ?>) field(field(turnstile, "gates"), "byHash")).size() - limiter.keys();
  }

  private static Object field(Object owner, String name) throws ReflectiveOperationException {
    Field field = owner.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return Objects.requireNonNull(field.get(owner), name);
  }

  @Test
  @DisplayName("R8: what a call says after its key was dropped counts for those that come next")
  void isFoundAgain() {
    RateLimiter limiter = limiter(RateLimit.breaker(1, 2, ofSeconds(10)), 0);
    Demand first = limiter.queue().demand("dead");
    Demand second = limiter.queue().demand("dead");
    assertTrue(limiter.queue().tryTake(first));
    assertTrue(limiter.queue().tryTake(second));
    clock.advance(ofMinutes(1));
    useOthers(limiter, 20);
    limiter.queue().answered(first, null, DOWN);
    limiter.queue().answered(second, null, DOWN);
    useOthers(limiter, 20);
    assertFalse(limiter.queue().tryTake(limiter.queue().demand("dead")), "the breaker is open");
    clock.advance(ofSeconds(10));
    assertTrue(limiter.queue().tryTake(limiter.queue().demand("dead")), "a probe");
    assertFalse(limiter.queue().tryTake(limiter.queue().demand("dead")), "one probe");
  }

  @Test
  @DisplayName(
      "A14: a refusal after a call of an hour holds its key, at an adaptive rate of each key")
  void holdsTheKey() {
    Duration wait = ofMinutes(5);
    RateLimit adaptive = RateLimit.adaptive().reading((_, _, _) -> ServerAnswer.refused(wait));
    RateLimiter limiter = limiter(adaptive, 0);
    Demand longCall = limiter.queue().demand("slow");
    assertTrue(limiter.queue().tryTake(longCall));
    clock.advance(ofHours(1));
    for (int i = 0; i < 20; i++) {
      assertTrue(limiter.queue().tryTake(limiter.queue().demand("other " + i)));
    }
    limiter.queue().answered(longCall, null, DOWN);
    clock.advance(ofSeconds(1));
    assertFalse(limiter.queue().tryTake(limiter.queue().demand("slow")), "held");
    clock.advance(wait);
    assertTrue(limiter.queue().tryTake(limiter.queue().demand("slow")));
  }

  @Test
  @DisplayName(
      "A key of which no call is under way is forgotten, and its demands keep nothing else")
  void forgets() {
    RateLimiter limiter = limiter(RateLimit.breaker(0.5, 20, ofSeconds(10)), 5);
    useOthers(limiter, 100);
    clock.advance(ofMinutes(1));
    for (int i = 0; i < 200; i++) {
      useOthers(limiter, 1);
    }
    assertEquals(5, limiter.keys());
  }
}
