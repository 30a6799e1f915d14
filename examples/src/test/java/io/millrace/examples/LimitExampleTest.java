package io.millrace.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.millrace.limit.Limits;
import io.millrace.limit.RateLimiter;
import io.millrace.limit.Throttle;
import io.millrace.limit.WeightedSemaphore;
import io.millrace.plan.Action;
import io.millrace.plan.RateLimit;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

class LimitExampleTest {
  private static String fetch(String page) {
    return "content of " + page;
  }

  private static int search(String words, int page) {
    return words.length() + page;
  }

  @Test
  void functionsWithinALimit() throws Exception {
    // @start region="wrap"
    Action<String, String> fetch = Limits.maxConcurrent(3).wrap(LimitExampleTest::fetch);

    Throttle polite = Limits.throttle(Duration.ofMillis(5)); // both keep their distance together
    Action.Two<String, Integer, Integer> search = polite.wrap(LimitExampleTest::search);
    Callable<String> ping = polite.wrap(() -> fetch("status"));
    // @end
    assertEquals("content of a", fetch.apply("a"));
    assertEquals(3, search.apply("to", 1));
    assertEquals("content of status", ping.call());
  }

  @Test
  void permitsForABlock() throws Exception {
    // @start region="hold"
    WeightedSemaphore connections = WeightedSemaphore.bounded(10);
    try (var _ = connections.hold(4)) { // all four at once, or it waits
      fetch("with four connections");
    }
    // @end
    assertEquals(10, connections.availablePermits());
  }

  @Test
  void aRateForAllWhoShareIt() throws Exception {
    // @start region="rate"
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(1).burst(2));
    limiter.acquire(); // waits for its turn
    boolean soon = limiter.tryAcquire(Duration.ofMillis(5)); // waits at most that long
    boolean now = limiter.tryAcquire(); // never waits
    // @end
    assertEquals(true, soon);
    assertFalse(now);
  }

  @Test
  void aRateThatChanges() {
    // @start region="change"
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(100));
    limiter.limit(RateLimit.perSecond(20)); // for those who wait, and for those who come later
    // @end
    assertEquals(RateLimit.perSecond(20), limiter.limit());
  }
}
