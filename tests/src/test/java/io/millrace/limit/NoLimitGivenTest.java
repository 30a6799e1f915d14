package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.signal.HttpReply;
import io.millrace.testkit.ManualClock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs in virtual time, with a bucket of 100/s and a burst of 10 as the server, 50 ms away. */
@DisplayName("A run with Retry.http() and no limit")
@Timeout(120)
class NoLimitGivenTest {
  private static final int ITEMS = 3_000;

  private final ManualClock clock = ManualClock.jumping();
  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private double level = 10;
  private Duration levelAt = Duration.ZERO;

  private record Reply(int statusCode) implements HttpReply {
    @Override
    public Optional<String> header(String name) {
      return Optional.empty();
    }
  }

  @AfterEach
  void close() {
    clock.close();
  }

  private synchronized Reply serve() {
    Duration now = clock.elapsed();
    level = Math.min(10, level + now.minus(levelAt).toNanos() * 1e-9 * 100);
    levelAt = now;
    calls.incrementAndGet();
    if (level < 1) {
      refused.incrementAndGet();
      return new Reply(429);
    }
    level--;
    return new Reply(200);
  }

  private Reply call() throws InterruptedException {
    clock.sleep(Duration.ofMillis(25));
    Reply reply = serve();
    clock.sleep(Duration.ofMillis(25));
    return reply;
  }

  private Parallel parallel() {
    return Parallel.of(32).clock(clock).retry(Retry.http().attempts(100));
  }

  @Test
  @DisplayName("S7: finds the server's rate from the first refusal on, whatever the entry point")
  void findsTheRate() {
    var results = parallel().map(IntStream.range(0, ITEMS).boxed().toList(), item -> call());
    assertEquals(ITEMS, results.successes().size());
    assertTrue(refused.get() < ITEMS / 10, refused + " refused of " + calls);
    double seconds = clock.elapsed().toMillis() / 1e3;
    assertTrue(seconds < 1.2 * ITEMS / 100, seconds + " s");
  }

  @Test
  @DisplayName("S7: is not limited at all while nothing is refused")
  void free() {
    parallel()
        .map(
            IntStream.range(0, 3_200).boxed().toList(),
            item -> {
              clock.sleep(Duration.ofMillis(50));
              return new Reply(200);
            });
    assertEquals(5_000, clock.elapsed().toMillis());
  }

  @Test
  @DisplayName("S7: RateLimit.unlimited(), asked for, switches it off")
  void switchedOff() {
    parallel()
        .rateLimit(RateLimit.unlimited())
        .map(IntStream.range(0, ITEMS).boxed().toList(), item -> call());
    assertTrue(refused.get() > ITEMS / 5, refused + " refused of " + calls);
  }
}
