package io.millrace.soundness;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.call.Call;
import io.millrace.limit.RateLimiter;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.TruncatedRunException;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.StopToken;
import io.millrace.time.TimeSource;
import java.io.IOException;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
@DisplayName("What comes last")
class LastThingsTest {

  /** Ten million items that count how often they are read. */
  private static final class Many extends AbstractList<Integer> {
    private final AtomicInteger reads = new AtomicInteger();

    @Override
    public Integer get(int index) {
      reads.incrementAndGet();
      return index;
    }

    @Override
    public int size() {
      return 10_000_000;
    }
  }

  private static int stopped(StopToken token, int item) {
    token.stop();
    return item;
  }

  @Test
  @DisplayName("A19, E23: batches of a call that was cut short do not list what was not run")
  void batchesOfACall() {
    StopToken token = new StopToken();
    Many items = new Many();
    var call = Call.of(Parallel.of(2).stopToken(token));
    try (var batches = call.<Integer, Integer>batches(items, 2, item -> stopped(token, item))) {
      assertThrows(TruncatedRunException.class, batches::count);
    }
    assertTrue(items.reads.get() < 100_000, items.reads + " were read");
  }

  @Test
  @DisplayName("A19, E23: a stream of values that was cut short does not list what was not run")
  void values() {
    StopToken token = new StopToken();
    Many items = new Many();
    Parallel parallel = Parallel.of(2).stopToken(token);
    try (Stream<Integer> values = parallel.values(items, item -> stopped(token, item))) {
      assertThrows(TruncatedRunException.class, () -> values.forEach(_ -> {}));
    }
    assertTrue(items.reads.get() < 100_000, items.reads + " were read");
  }

  @Test
  @DisplayName("A62: a listener of outcomes that throws keeps no number from that of progress")
  void progressGoesOn() {
    List<Long> seen = new ArrayList<>();
    Parallel told =
        Parallel.of(1)
            .onOutcome(
                outcome -> {
                  if (outcome.index() == 1) {
                    throw new IllegalStateException("mine");
                  }
                })
            .onProgress((done, _) -> seen.add(done));
    assertThrows(IllegalStateException.class, () -> told.map(List.of(0, 1, 2, 3), item -> item));
    assertEquals(IntStream.range(0, seen.size()).mapToObj(i -> i + 1L).toList(), seen);
  }

  /** A clock whose timers are cancelled, and then say that they could not be. */
  private static final class Stubborn extends RealClock {
    @Override
    public Timer schedule(long atNanos, Runnable task) {
      Timer timer = super.schedule(atNanos, task);
      return () -> {
        timer.cancel();
        throw new IllegalStateException("thrown by the clock");
      };
    }
  }

  @Test
  @DisplayName("E11: a run goes on, though the timers of its clock throw when they are cancelled")
  void timersThatThrow() {
    TimeSource clock = new Stubborn();
    Set<Integer> failed = ConcurrentHashMap.newKeySet();
    Parallel retried =
        Parallel.of(4)
            .clock(clock)
            .itemTimeout(ofSeconds(30))
            .attemptTimeout(ofSeconds(30))
            .runTimeout(ofSeconds(30))
            .rateLimit(RateLimiter.of(RateLimit.spacing(ofMillis(5)), clock))
            .retry(Retry.ofAttempts(2));
    var results =
        retried.map(
            IntStream.range(0, 8).boxed().toList(),
            item -> {
              if (failed.add(item)) {
                throw new IOException("once");
              }
              return item;
            });
    assertEquals(RunStatus.COMPLETED, results.status());
    assertEquals(8, results.values().size());
  }
}
