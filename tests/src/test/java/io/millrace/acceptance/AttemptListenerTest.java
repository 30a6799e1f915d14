package io.millrace.acceptance;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Monitor;
import io.millrace.Parallel;
import io.millrace.executor.ParallelExecutor;
import io.millrace.executor.TaskOptions;
import io.millrace.limit.WeightedSemaphore;
import io.millrace.outcome.AttemptEvent;
import io.millrace.outcome.AttemptEvent.Hedging;
import io.millrace.outcome.AttemptEvent.Retrying;
import io.millrace.outcome.AttemptEvent.Starting;
import io.millrace.outcome.AttemptEvent.Waiting;
import io.millrace.outcome.MonitorEvent;
import io.millrace.outcome.Wording;
import io.millrace.plan.Backoff;
import io.millrace.plan.Budget;
import io.millrace.plan.Cost;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.StopToken;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is heard of items before they have an outcome. */
@NoLeaks
@Timeout(60)
class AttemptListenerTest {
  private final ManualClock clock = ManualClock.jumping();
  private final Queue<String> heard = new ConcurrentLinkedQueue<>();

  @AfterEach
  void close() {
    clock.close();
  }

  private void hear(AttemptEvent event) {
    String said =
        switch (event) {
          case Starting(var item, var details) -> item + " starts " + details.attempts();
          case Hedging(var item, var details) -> item + " hedges " + details.attempts();
          case Retrying(var item, var error, var delay, var details) ->
              item
                  + " fails "
                  + details.attempts()
                  + ": "
                  + error.getMessage()
                  + ", again in "
                  + delay;
          case Waiting(var item, var limit, var details) ->
              item + " waits for " + limit + " after " + details.attempts();
        };
    heard.add(clock.elapsed().toSeconds() + ": " + said);
  }

  @Test
  @DisplayName("L5: no attempt is heard of for which the budget is spent, neither by a monitor")
  void noAttemptThatIsNotMade() {
    Queue<Object> monitored = new ConcurrentLinkedQueue<>();
    Monitor monitor =
        Monitor.of(
            Wording.PLAIN,
            event -> {
              if (event instanceof MonitorEvent.Attempt(Starting(var item, _))) {
                monitored.add(String.valueOf(item));
              }
            });
    for (Budget budget :
        List.of(Budget.calls(2), Budget.permits(2, Cost.of(item -> 1)), Budget.calls(0))) {
      heard.clear();
      monitored.clear();
      AtomicInteger calls = new AtomicInteger();
      Parallel.of(3)
          .clock(clock)
          .budget(budget)
          .onAttempt(this::hear)
          .monitor(monitor)
          .map(List.of("a", "b", "c", "d", "e"), item -> item + calls.incrementAndGet());
      assertEquals(calls.get(), heard.size(), heard + " with " + budget);
      assertEquals(calls.get(), monitored.size(), monitored + " with " + budget);
    }
  }

  @Test
  @DisplayName(
      "L5: no attempt is heard of in a run that has ended while the item's key was asked for")
  void noAttemptAfterTheEnd() {
    StopToken token = new StopToken();
    Parallel.of(1)
        .clock(clock)
        .stopToken(token)
        .concurrencyPerKey(
            1,
            item -> {
              token.stop();
              return item;
            })
        .onAttempt(this::hear)
        .map(List.of("a", "b"), item -> item);
    assertEquals(List.of(), List.copyOf(heard));
  }

  @Test
  @DisplayName(
      "L5: attempts, retries with their errors and delays, and waits for permits are heard as they happen")
  void inTheirOrder() {
    List<String> calls = new ArrayList<>();
    Parallel.of(1)
        .clock(clock)
        .rateLimit(RateLimit.per(1, ofSeconds(10)))
        .retry(Retry.ofAttempts(3).backoff(Backoff.fixed(ofSeconds(3))))
        .onAttempt(this::hear)
        .map(
            List.of("a"),
            item -> {
              calls.add(item);
              if (calls.size() < 3) {
                throw new IOException("busy " + calls.size());
              }
              return item;
            });
    assertEquals(
        List.of(
            "0: a starts 1",
            "0: a fails 1: busy 1, again in PT3S",
            "3: a waits for RATE after 1",
            "10: a starts 2",
            "10: a fails 2: busy 2, again in PT3S",
            "13: a waits for RATE after 2",
            "20: a starts 3"),
        List.copyOf(heard));
  }

  @Test
  @DisplayName("L5: items that wait for others of their key are heard of")
  void waitsForKeys() {
    Parallel.of(2)
        .clock(clock)
        .concurrencyPerKey(1, item -> "same")
        .onAttempt(this::hear)
        .map(
            List.of("a", "b"),
            item -> {
              clock.sleep(ofSeconds(5));
              return item;
            });
    assertEquals(1, heard.stream().filter(said -> said.contains("CONCURRENCY_PER_KEY")).count());
    assertEquals(2, heard.stream().filter(said -> said.contains("starts 1")).count());
  }

  @Test
  @DisplayName("L5: the tasks of an executor are heard of, without an item, and what they wait for")
  void tasks() throws Exception {
    WeightedSemaphore api = WeightedSemaphore.bounded(1);
    CountDownLatch waiting = new CountDownLatch(1);
    Parallel parallel =
        Parallel.of(1)
            .onAttempt(
                event -> {
                  hear(event);
                  if (event instanceof Waiting) {
                    waiting.countDown();
                  }
                });
    api.acquire();
    try (ParallelExecutor executor = ParallelExecutor.of(parallel)) {
      var future = executor.submit(() -> 1, TaskOptions.none().semaphore(api));
      waiting.await();
      api.release();
      assertEquals(1, future.result());
    }
    assertEquals(
        List.of("0: null waits for SEMAPHORE after 0", "0: null starts 1"), List.copyOf(heard));
  }

  @Test
  @DisplayName("L5, A68: what the listener throws ends the run, whatever it has heard of")
  void errors() {
    for (Class<?> kind : List.of(Starting.class, Retrying.class, Waiting.class)) {
      IllegalStateException broken = new IllegalStateException("broken at " + kind);
      Parallel parallel =
          Parallel.of(2)
              .clock(clock)
              .rateLimit(RateLimit.per(1, ofSeconds(10)))
              .retry(Retry.ofAttempts(3).backoff(Backoff.fixed(ofSeconds(3))))
              .onAttempt(
                  event -> {
                    if (kind.isInstance(event)) {
                      throw broken;
                    }
                  });
      assertSame(
          broken,
          assertThrows(
              IllegalStateException.class,
              () ->
                  parallel.map(
                      List.of("a", "b", "c"),
                      _ -> {
                        throw new IOException("busy");
                      })));
    }
  }

  @Test
  @DisplayName("L5, I7: an interrupt flag that the listener leaves set reaches no attempt")
  void interruptFlags() {
    var results =
        Parallel.of(2)
            .onAttempt(event -> Thread.currentThread().interrupt())
            .map(List.of("a", "b", "c"), item -> Thread.currentThread().isInterrupted());
    assertEquals(List.of(false, false, false), results.values());
  }

  @Test
  @DisplayName("L5, A71: an event has the key and the index of its item")
  void keys() {
    List<Object> keys = new ArrayList<>();
    Parallel.of(1)
        .itemKey((String item) -> item + "!")
        .onAttempt(event -> keys.add(event.details().index() + " " + event.details().key()))
        .map(List.of("a", "b"), item -> item);
    assertEquals(List.of("0 a!", "1 b!"), keys);
  }

  @Test
  @DisplayName("L5, A73: the listener can be switched off")
  void switchedOff() {
    Parallel parallel = Parallel.of(1).onAttempt(this::hear).withoutListeners();
    assertTrue(parallel.map(List.of("a"), item -> item).ok());
    assertTrue(heard.isEmpty());
  }
}
