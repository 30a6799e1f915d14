package io.millrace.soundness;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.millrace.Monitor;
import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.outcome.AbandonedException;
import io.millrace.outcome.AttemptEvent;
import io.millrace.outcome.BreakerOpenException;
import io.millrace.outcome.FailureGroup;
import io.millrace.outcome.MonitorEvent;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Wording;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.StopToken;
import io.millrace.signal.ServerAnswer;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Limits and monitors learn of attempts that are abandoned, as of any that fail. */
@NoLeaks
@Timeout(60)
class AbandonedAttemptsTest {
  private static final RateLimit BREAKER = RateLimit.breaker(1.0, 3, ofMinutes(10)).failing();
  private static final List<Integer> TEN = IntStream.range(0, 10).boxed().toList();

  private final CountDownLatch released = new CountDownLatch(1);
  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicInteger outcomes = new AtomicInteger();
  private final AtomicInteger answers = new AtomicInteger();
  private final Queue<String> heard = new ConcurrentLinkedQueue<>();
  private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();

  /** Of attempts that are abandoned soon. */
  private static Parallel parallel(int concurrency) {
    return Parallel.of(concurrency)
        .attemptTimeout(ofMillis(20))
        .grace(ofMillis(20))
        .patience(ofMinutes(1));
  }

  /** Does not react to its interrupt. */
  private <T> T ignore(T item) {
    calls.incrementAndGet();
    threads.add(Thread.currentThread());
    boolean isOver = false;
    while (!isOver) {
      try {
        released.await();
        isOver = true;
      } catch (InterruptedException ignored) { // that is the point
        continue;
      }
    }
    return item;
  }

  /** Lets the actions go on when so many items have their outcome. */
  private void release(int after) {
    if (outcomes.incrementAndGet() == after) {
      released.countDown();
    }
  }

  private void join() throws InterruptedException {
    released.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private RateLimit counting() {
    return RateLimit.adaptive()
        .reading(
            (result, error, now) -> {
              answers.incrementAndGet();
              return ServerAnswer.unknown();
            });
  }

  private Monitor monitor() {
    return Monitor.of(Wording.PLAIN, event -> heard.add(said(event)));
  }

  private static String said(MonitorEvent event) {
    return switch (event) {
      case MonitorEvent.Attempt(AttemptEvent.Starting starting) ->
          "starts " + starting.details().attempts();
      case MonitorEvent.Ended ended ->
          "ended " + ended.details().attempts() + ": " + kind(ended.error());
      default -> event.toString();
    };
  }

  private static @Nullable String kind(@Nullable Throwable error) {
    return error == null ? null : error.getClass().getSimpleName();
  }

  @Test
  @DisplayName("R8, E19: calls that are abandoned open a breaker, as those that time out do")
  void opensBreaker() {
    Results<Integer, Integer> results =
        parallel(3)
            .rateLimit(BREAKER)
            .onOutcome((Outcome<?, ?> _) -> release(3))
            .map(TEN, this::ignore);
    assertEquals(3, calls.get());
    assertEquals(3, count(results, AbandonedException.class));
    assertEquals(7, count(results, BreakerOpenException.class));
  }

  private static long count(Results<?, ?> results, Class<?> kind) {
    return results.failures().stream().filter(each -> kind.isInstance(each.error())).count();
  }

  @Test
  @DisplayName("M12, E19: calls that are abandoned for the same reason are one cause of a report")
  void oneCause() {
    var results =
        parallel(3).onOutcome((Outcome<?, ?> _) -> release(3)).map(TEN.subList(0, 3), this::ignore);
    assertEquals(3, count(results, AbandonedException.class));
    assertEquals(List.of(3L), results.report().groups().stream().map(FailureGroup::count).toList());
  }

  @Test
  @DisplayName("R8, E19: so they do if a substitute takes the place of the failure")
  void opensBreakerOfSubstituted() {
    var results =
        parallel(3)
            .rateLimit(BREAKER)
            .onOutcome((Outcome<?, ?> _) -> release(3))
            .<Integer, Integer>function(this::ignore)
            .orElse(-1)
            .map(TEN);
    assertEquals(3, calls.get());
    assertEquals(TEN.stream().map(_ -> -1).toList(), results.values());
  }

  @Test
  @DisplayName(
      "M8, M10: a monitor is told of the end of an abandoned attempt, once, and does not count it as returned")
  void monitored() throws InterruptedException {
    Monitor monitor = monitor();
    var results =
        parallel(2).rateLimit(counting()).monitor(monitor).map(List.of("a"), this::ignore);
    assertInstanceOf(AbandonedException.class, results.failures().getFirst().error());
    join();
    assertEquals(List.of("starts 1", "ended 1: AbandonedException"), List.copyOf(heard));
    assertEquals(0, monitor.snapshot().returned().count());
    assertEquals(1, monitor.snapshot().threw().count());
    assertEquals(1, answers.get());
  }

  @Test
  @DisplayName(
      "M10: so it is without a listener, and if the end of the run interrupted the attempt")
  void monitoredAtTheEnd() throws InterruptedException {
    Monitor monitor = Monitor.of();
    StopToken token = new StopToken();
    Parallel.of(2)
        .grace(ofMillis(20))
        .monitor(monitor)
        .stopToken(token)
        .map(
            List.of("a"),
            item -> {
              token.stop();
              return ignore(item);
            });
    parallel(2).monitor(monitor).map(List.of("a"), this::ignore);
    join();
    assertEquals(0, monitor.snapshot().returned().count());
    assertEquals(2, monitor.snapshot().threw().count());
  }

  @Test
  @DisplayName(
      "M8: an attempt whose judging is abandoned has ended before, and is told of and learnt from once")
  void judgingAbandoned() throws InterruptedException {
    Monitor monitor = monitor();
    Retry retry = Retry.ofAttempts(2).when(error -> ignore(true));
    var results =
        parallel(2)
            .rateLimit(counting())
            .retry(retry)
            .monitor(monitor)
            .map(
                List.of("a"),
                _ -> {
                  throw new IOException("down");
                });
    assertInstanceOf(AbandonedException.class, results.failures().getFirst().error());
    join();
    assertEquals(List.of("starts 1", "ended 1: IOException"), List.copyOf(heard));
    assertEquals(1, monitor.snapshot().threw().count());
    assertEquals(1, answers.get());
  }

  @Test
  @DisplayName(
      "M12: whoever has waited for a run finds the abandoned item among the monitor's failures")
  void amongTheFailures() {
    for (int run = 0; run < 100; run++) {
      Monitor monitor = Monitor.of();
      var results =
          Parallel.of(1)
              .monitor(monitor)
              .attemptTimeout(ofMillis(1))
              .grace(ofMillis(1))
              .map(
                  List.of("a"),
                  item -> {
                    long end = System.nanoTime() + 8_000_000;
                    while (end - System.nanoTime() > 0) {
                      Thread.onSpinWait();
                    }
                    return item;
                  });
      long failed = results.failures().size(); // none if nobody came to interrupt it in time
      assertEquals(failed, monitor.snapshot().failures().failed(), "in run " + run);
    }
  }
}
