package io.millrace.limit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.limit.spi.Demand;
import io.millrace.plan.RateLimit;
import io.millrace.signal.ServerAnswer;
import java.time.Duration;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A server that has no limit, and refuses each fifth attempt. An attempt returns what the server answered, after 50 ms. */
@DisplayName("An adaptive rate that has put a fifth of the refusals down to chance")
class ChanceRefusalsTest {
  private static final long ROUND_TRIP = Duration.ofMillis(50).toNanos();
  private static final int MOST_PER_MILLI = 2;
  /* In 20 s. */
  private static final int FAST = 8_000;

  private record Sent(Demand demand, long at) {}

  private final FakeClock clock = new FakeClock();
  private final RateLimiter limiter =
      RateLimiter.of(
          RateLimit.adaptive()
              .startingAt(1_000)
              .reading((answer, error, now) -> read(answer))
              .between(1.0 / 60, 2_000),
          clock);
  private final ArrayDeque<Sent> sent = new ArrayDeque<>();
  private int answers;

  private static ServerAnswer read(@Nullable Object answer) {
    return answer instanceof ServerAnswer said ? said : ServerAnswer.unknown();
  }

  /* Attempts as fast as it lets them go, but no more than so many in each of these milliseconds; how many there were. */
  private int send(int seconds, int most, int everyMillis, boolean isBroken) {
    int count = 0;
    Demand next = limiter.queue().demand(null);
    for (int millis = 0; millis < 1_000 * seconds; millis++) {
      for (int i = 0; i < most && millis % everyMillis == 0; i++) {
        if (limiter.queue().tryTake(next)) {
          sent.add(new Sent(next, clock.elapsed()));
          next = limiter.queue().demand(null);
          count++;
        }
      }
      clock.advance(Duration.ofMillis(1));
      while (!sent.isEmpty() && clock.elapsed() - sent.element().at() >= ROUND_TRIP) {
        limiter.queue().answered(sent.remove().demand(), answer(isBroken), null);
      }
    }
    return count;
  }

  private ServerAnswer answer(boolean isBroken) {
    answers++;
    if (isBroken) {
      return ServerAnswer.failed();
    }
    return answers % 5 == 0 ? ServerAnswer.refused() : ServerAnswer.granted();
  }

  private int sendAll(int seconds) {
    return send(seconds, MOST_PER_MILLI, 1, false);
  }

  @BeforeEach
  void findsChance() {
    sendAll(100);
    int before = sendAll(20);
    assertTrue(before >= FAST, before + " in 20 s");
  }

  @Test
  @DisplayName("is as fast as before after two minutes without use")
  void unused() {
    clock.advance(Duration.ofMinutes(2));
    int after = sendAll(20);
    assertTrue(after >= FAST, after + " in 20 s");
  }

  @Test
  @DisplayName("is as fast as before after two minutes with an attempt every two seconds")
  void hardlyUsed() {
    send(120, 1, 2_000, false);
    int after = sendAll(20);
    assertTrue(after >= FAST, after + " in 20 s");
  }

  @Test
  @DisplayName("is as fast as before soon after an outage of a minute")
  void outage() {
    send(60, MOST_PER_MILLI, 1, true);
    sendAll(10);
    int after = sendAll(20);
    assertTrue(after >= FAST, after + " in 20 s");
  }

  @Test
  @DisplayName("is as fast as before after a pause")
  void pause() {
    sendAll(60);
    limiter.pause(Duration.ofMinutes(2));
    int after = sendAll(140);
    assertTrue(after >= FAST, after + " in 20 s");
  }
}
