package io.millrace.acceptance;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.millrace.Monitor;
import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.executor.ParallelExecutor;
import io.millrace.outcome.AttemptEvent;
import io.millrace.outcome.Details;
import io.millrace.outcome.MonitorEvent;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.Wording;
import io.millrace.plan.Backoff;
import io.millrace.plan.Retry;
import io.millrace.plan.RetryBudget;
import io.millrace.plan.StopToken;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What listeners cost the items that they hear of, and how often they hear of what. */
@NoLeaks
@Timeout(60)
class SlowListenersTest {
  private static final Duration TIMEOUT = ofMillis(200);
  private static final Duration LONGER = ofMillis(400);

  private final ManualClock clock = ManualClock.jumping();
  private final Queue<String> heard = new ConcurrentLinkedQueue<>();

  @AfterEach
  void close() {
    clock.close();
  }

  private void takeLong() {
    try {
      clock.sleep(LONGER);
    } catch (InterruptedException cut) {
      heard.add("interrupted");
    }
  }

  private void hear(MonitorEvent event) {
    heard.add(said(event));
    takeLong();
  }

  private static String said(MonitorEvent event) {
    return switch (event) {
      case MonitorEvent.Attempt(AttemptEvent.Starting starting) ->
          "starts " + starting.details().attempts();
      case MonitorEvent.Attempt(AttemptEvent.Retrying retrying) ->
          "again after " + retrying.details().attempts() + ": " + kind(retrying.error());
      case MonitorEvent.Attempt(AttemptEvent.Hedging hedging) -> "hedges";
      case MonitorEvent.Attempt(AttemptEvent.Waiting waiting) -> "waits for " + waiting.reason();
      case MonitorEvent.Ended ended ->
          "ended "
              + ended.details().attempts()
              + " after "
              + ended.took()
              + ": "
              + kind(ended.error());
      case MonitorEvent.Paused paused -> "pause of " + paused.length();
      case MonitorEvent.ConcurrencyChanged changed -> changed.toString();
    };
  }

  private static @Nullable String kind(@Nullable Throwable error) {
    return error == null ? null : error.getClass().getSimpleName();
  }

  private Parallel parallel(Retry retry) {
    return Parallel.of(1).clock(clock).retry(retry).monitor(Monitor.of(Wording.PLAIN, this::hear));
  }

  private static Retry attempts(int attempts) {
    return Retry.ofAttempts(attempts).backoff(Backoff.fixed(ofMillis(5)));
  }

  @Test
  @DisplayName("M8, E9: a listener that takes long to hear of an end costs no item its result")
  void slowAtEnds() {
    var results = parallel(Retry.none()).attemptTimeout(TIMEOUT).map(List.of("a"), item -> item);
    assertEquals(List.of("a"), results.values());
    assertEquals(List.of("starts 1", "ended 1 after PT0S: null"), List.copyOf(heard));
  }

  @Test
  @DisplayName("M8, E9: nor does it if the item has a timeout, which is over meanwhile")
  void slowAtEndsWithItemTimeout() {
    var results = parallel(Retry.none()).itemTimeout(TIMEOUT).map(List.of("a"), item -> item);
    assertEquals(List.of("a"), results.values());
  }

  @Test
  @DisplayName(
      "L5, M8: a listener that takes long hears of each retry once, which is made and paid for once")
  void slowAtRetries() {
    AtomicInteger calls = new AtomicInteger();
    var results =
        parallel(attempts(3).budget(RetryBudget.of(0, 2, ofMinutes(1))))
            .attemptTimeout(TIMEOUT)
            .onAttempt(event -> takeLong())
            .map(
                List.of("a"),
                item -> {
                  if (calls.incrementAndGet() < 3) {
                    throw new IOException("busy");
                  }
                  return item;
                });
    assertEquals(List.of("a"), results.values());
    assertEquals(
        List.of(
            "starts 1",
            "ended 1 after PT0S: IOException",
            "again after 1: IOException",
            "starts 2",
            "ended 2 after PT0S: IOException",
            "again after 2: IOException",
            "starts 3",
            "ended 3 after PT0S: null"),
        List.copyOf(heard));
  }

  @Test
  @DisplayName(
      "M8, E9: one that takes long to hear of a pause leaves the item its error, and so does a wording")
  void slowAtPausesAndWords() {
    Wording slow =
        new Wording() {
          @Override
          public String cause(Throwable error) {
            takeLong();
            return "cause";
          }

          @Override
          public String item(@Nullable Object item, Details details) {
            takeLong();
            return "item";
          }

          @Override
          public String pause(@Nullable Object item, Throwable error) {
            takeLong();
            return "origin";
          }
        };
    IOException busy = new IOException("busy");
    Monitor monitor = Monitor.of(slow, this::hear);
    Results<String, String> results =
        Parallel.of(1)
            .clock(clock)
            .attemptTimeout(TIMEOUT)
            .retry(Retry.none().serverWait((result, error, now) -> Optional.of(ofSeconds(7))))
            .monitor(monitor)
            .map(
                List.of("a"),
                item -> {
                  throw busy;
                });
    assertSame(busy, results.failures().getFirst().error());
    assertEquals(
        List.of("starts 1", "ended 1 after PT0S: IOException", "pause of PT7S"),
        List.copyOf(heard));
    assertEquals("cause", monitor.snapshot().failures().groups().getFirst().cause());
  }

  @Test
  @DisplayName(
      "A49, L5: a retry is taken from the budget once, also if its judging takes too long and begins anew")
  void paidOnce() {
    AtomicInteger calls = new AtomicInteger();
    var results =
        parallel(
                attempts(2)
                    .when(
                        error -> {
                          if (error instanceof IOException) {
                            takeLong();
                          }
                          return true;
                        })
                    .budget(RetryBudget.of(0, 1, ofMinutes(1))))
            .attemptTimeout(TIMEOUT)
            .map(
                List.of("a"),
                item -> {
                  if (calls.incrementAndGet() == 1) {
                    throw new IOException("busy");
                  }
                  return item;
                });
    assertEquals(List.of("a"), results.values());
    assertEquals(
        1, heard.stream().filter(said -> said.startsWith("again")).count(), heard::toString);
  }

  @ParameterizedTest(name = "{displayName} [{0}]")
  @ValueSource(strings = {"attempt", "item"})
  @DisplayName(
      "M8, M10: an attempt that a timeout ends is told of, once, and does not count as one that returned")
  void timeouts(String which) {
    Monitor monitor = Monitor.of(Wording.PLAIN, this::hear);
    Parallel parallel = Parallel.of(1).clock(clock).monitor(monitor);
    var results =
        (which.equals("item") ? parallel.itemTimeout(TIMEOUT) : parallel.attemptTimeout(TIMEOUT))
            .map(
                List.of("a"),
                item -> {
                  try {
                    clock.sleep(ofSeconds(5));
                  } catch (InterruptedException ignored) {
                    return item;
                  }
                  return item;
                });
    assertInstanceOf(TimeoutException.class, results.failures().getFirst().error());
    assertEquals(List.of("starts 1", "ended 1 after PT0.2S: TimeoutException"), List.copyOf(heard));
    assertEquals(0, monitor.snapshot().returned().count());
    assertEquals(1, monitor.snapshot().threw().count());
  }

  @Test
  @DisplayName("M8: an attempt that the end of its run ends is told of")
  void endOfRun() {
    StopToken token = new StopToken();
    Monitor monitor = Monitor.of(Wording.PLAIN, event -> heard.add(said(event)));
    var results =
        Parallel.of(1)
            .clock(clock)
            .monitor(monitor)
            .stopToken(token)
            .map(
                List.of("a"),
                item -> {
                  token.stop();
                  clock.sleep(ofSeconds(5));
                  return item;
                });
    assertEquals(RunStatus.CANCELLED, results.status());
    assertEquals(
        List.of("starts 1", "ended 1 after PT0S: InterruptedException"), List.copyOf(heard));
    assertEquals(1, monitor.snapshot().threw().count());
  }

  @Test
  @DisplayName("M8: an attempt of a task that is cancelled is told of")
  void cancelled() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Monitor monitor = Monitor.of(Wording.PLAIN, event -> heard.add(said(event)));
    try (ParallelExecutor executor =
        ParallelExecutor.of(Parallel.of(1).clock(clock).monitor(monitor))) {
      Future<?> task =
          executor.submit(
              () -> {
                begun.countDown();
                new CountDownLatch(1).await();
                return null;
              });
      begun.await();
      task.cancel(true);
    }
    assertEquals(
        List.of("starts 1", "ended 1 after PT0S: InterruptedException"), List.copyOf(heard));
  }
}
