package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.limit.spi.Demand;
import io.millrace.limit.spi.RateQueue;
import io.millrace.limit.spi.Waiter;
import io.millrace.outcome.BreakerOpenException;
import io.millrace.plan.RateLimit;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What an open breaker lets fail waits for no other limit, and takes nothing of it")
class RefusedTest {
  private static final RateLimit BREAKER =
      RateLimit.breaker(1, 1, Duration.ofSeconds(10)).failing();

  private final FakeClock clock = new FakeClock();

  private static void fail(RateQueue queue, Demand demand) {
    queue.answered(demand, null, new IOException("down"));
  }

  private static List<@Nullable RuntimeException> enqueue(RateQueue queue, Demand demand) {
    List<@Nullable RuntimeException> granted = new ArrayList<>();
    queue.enqueue(
        demand,
        new Waiter() {
          @Override
          public Answer claim() {
            return Answer.TAKE;
          }

          @Override
          public void granted() {
            granted.add(demand.refusal());
          }

          @Override
          public void declined() {}
        });
    return granted;
  }

  @Test
  @DisplayName("if it comes while the breaker is open, also in a pause")
  void comes() {
    RateLimiter limiter =
        RateLimiter.of(RateLimit.all(RateLimit.perMinute(1).burst(2), BREAKER), clock);
    RateQueue queue = limiter.queue();
    Demand first = queue.demand(null);
    assertTrue(queue.tryTake(first));
    fail(queue, first);
    for (int i = 0; i < 3; i++) { // where one permit is left
      Demand refused = queue.demand(null);
      assertTrue(queue.tryTake(refused));
      assertInstanceOf(BreakerOpenException.class, refused.refusal());
    }
    limiter.pause(Duration.ofSeconds(5));
    Demand paused = queue.demand(null);
    assertEquals(clock.nanoTime(), queue.earliest(paused));
    assertTrue(queue.tryTake(paused));
    clock.advance(Duration.ofSeconds(10));
    Demand probe = queue.demand(null);
    assertTrue(queue.tryTake(probe));
    assertNull(probe.refusal());
  }

  @Test
  @DisplayName("if it waits when the breaker opens")
  void waits() {
    RateQueue queue = RateLimiter.of(RateLimit.all(RateLimit.perMinute(1), BREAKER), clock).queue();
    Demand first = queue.demand(null);
    assertTrue(queue.tryTake(first));
    List<@Nullable RuntimeException> second = enqueue(queue, queue.demand(null));
    List<@Nullable RuntimeException> third = enqueue(queue, queue.demand(null));
    fail(queue, first);
    assertInstanceOf(BreakerOpenException.class, second.getFirst());
    assertInstanceOf(BreakerOpenException.class, third.getFirst());
  }

  @Test
  @DisplayName("of a key alone, beside a limit of all keys, where others wait before it")
  void ofKey() {
    RateLimit each = BREAKER.by((String key) -> key);
    RateQueue queue = RateLimiter.of(RateLimit.all(RateLimit.perMinute(1), each), clock).queue();
    Demand down = queue.demand("down");
    assertTrue(queue.tryTake(down));
    List<@Nullable RuntimeException> sound = enqueue(queue, queue.demand("sound"));
    List<@Nullable RuntimeException> waiting = enqueue(queue, queue.demand("down"));
    assertTrue(waiting.isEmpty());
    fail(queue, down);
    assertInstanceOf(BreakerOpenException.class, waiting.getFirst());
    Demand later = queue.demand("down");
    assertTrue(queue.tryTake(later));
    assertInstanceOf(BreakerOpenException.class, later.refusal());
    assertFalse(queue.tryTake(queue.demand("sound")));
    assertTrue(sound.isEmpty());
    clock.advance(Duration.ofMinutes(1));
    assertNull(sound.getFirst());
  }
}
