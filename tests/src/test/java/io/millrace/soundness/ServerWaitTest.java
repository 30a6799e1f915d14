package io.millrace.soundness;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.plan.Backoff;
import io.millrace.plan.Retry;
import io.millrace.signal.HttpReply;
import io.millrace.testkit.ManualClock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server says about when to come back, and what a client makes of it. */
@Timeout(30)
class ServerWaitTest {
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private static final class Busy extends Exception implements HttpReply {
    private static final long serialVersionUID = 1L;
    private final String retryAfter;

    Busy(String retryAfter) {
      super("503", null, false, false);
      this.retryAfter = retryAfter;
    }

    @Override
    public int statusCode() {
      return 503;
    }

    @Override
    public Optional<String> header(String name) {
      return name.equals("retry-after") ? Optional.of(retryAfter) : Optional.empty();
    }
  }

  @ParameterizedTest(name = "Retry-After: {0}")
  @ValueSource(strings = {"0", "0.001", "Wed, 01 Jan 2020 00:00:00 GMT"})
  @DisplayName("E16: the backoff is the least that is waited, whatever the server says")
  void backoffIsTheFloor(String retryAfter) {
    try (ManualClock clock = ManualClock.jumping()) {
      Retry retry = Retry.http().attempts(5).backoff(Backoff.fixed(ofSeconds(1)));
      var failures =
          Parallel.of(1)
              .clock(clock)
              .retry(retry)
              .map(
                  List.of(1),
                  _ -> {
                    throw new Busy(retryAfter);
                  })
              .failures();
      assertEquals(5, failures.getFirst().details().attempts());
      assertTrue(clock.elapsed().compareTo(ofSeconds(4)) >= 0, "it took " + clock.elapsed());
    }
  }

  @Test
  @DisplayName("E16: a client whose clock is an hour ahead of the server's repeats no faster")
  void clockAhead() {
    try (ManualClock clock = ManualClock.jumping()) {
      Retry retry = Retry.http().attempts(4).backoff(Backoff.fixed(ofSeconds(1)));
      List<Duration> starts = Collections.synchronizedList(new ArrayList<>());
      var values =
          Parallel.of(1)
              .clock(clock)
              .retry(retry)
              .map(
                  List.of(1),
                  _ -> {
                    starts.add(clock.elapsed());
                    if (clock.elapsed().compareTo(ofMillis(2_500)) < 0) {
                      throw new Busy(HTTP_DATE.format(clock.now().minusSeconds(3_600)));
                    }
                    return starts.size();
                  })
              .values();
      assertEquals(List.of(4), values, "starts: " + starts);
    }
  }

  @Test
  @DisplayName("E16: those who were told the same time do not come back all at once")
  void jitterAboveTheServersWait() {
    try (ManualClock clock = ManualClock.jumping()) {
      Retry retry = Retry.http().attempts(2).backoff(Backoff.exponential(ofSeconds(1)));
      List<Duration> second = Collections.synchronizedList(new ArrayList<>());
      CountDownLatch all = new CountDownLatch(30);
      Parallel.of(30)
          .clock(clock)
          .retry(retry)
          .map(
              IntStream.range(0, 30).boxed().toList(),
              item -> {
                if (clock.elapsed().compareTo(ofSeconds(5)) < 0) {
                  all.countDown(); // else the first one holds up those that have not begun
                  all.await();
                  throw new Busy("10");
                }
                second.add(clock.elapsed());
                return item;
              });
      assertEquals(30, second.size());
      Duration first = Collections.min(second);
      Duration spread = Collections.max(second).minus(first);
      assertTrue(first.compareTo(ofSeconds(10)) >= 0, "the first came at " + first);
      assertTrue(spread.compareTo(ofMillis(100)) >= 0, "all came within " + spread);
    }
  }
}
