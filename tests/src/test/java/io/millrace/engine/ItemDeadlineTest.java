package io.millrace.engine;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.engine.terms.ConfigAccess;
import io.millrace.engine.terms.ItemDeadline;
import io.millrace.plan.Backoff;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.Source;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.ScriptedAction;
import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What holds for items that have a time of their own, as the requests of a redirected line have. */
@NoLeaks
class ItemDeadlineTest {
  private static final Retry AT_ONCE = Retry.ofAttempts(99).backoff(Backoff.none());

  private final ManualClock clock = ManualClock.jumping();
  private final ScriptedAction<String, String> action = ScriptedAction.on(clock);
  private final IOException busy = new IOException("busy");
  private final long startNanos = clock.nanoTime();

  @AfterEach
  void close() {
    clock.close();
  }

  /* The time of "late" ends after 10 s; other items have none. */
  private Parallel parallel(int concurrency) {
    long end = startNanos + ofSeconds(10).toNanos();
    ItemDeadline deadline =
        new ItemDeadline(item -> "late".equals(item) ? end : ItemDeadline.NEVER);
    return ConfigAccess.changed(
        Parallel.of(concurrency).clock(clock), copy -> copy.itemDeadline = deadline);
  }

  private static TimeoutException timeout(Results<?, ?> results) {
    return assertInstanceOf(TimeoutException.class, results.failures().getFirst().error());
  }

  @DisplayName("L12: an item whose first permit would come after its own time fails at once")
  @Test
  void theFirstPermitComesTooLate() {
    action.returns("done");
    Results<String, String> results =
        parallel(1)
            .rateLimit(RateLimit.per(1, ofSeconds(60)))
            .map(List.of("a", "late", "b"), action);
    assertEquals(1, results.failures().size());
    assertEquals("attempt 1 would begin after the time of its item", timeout(results).getMessage());
    assertEquals(List.of(), action.startsOf("late"));
    assertEquals(List.of(ofSeconds(60)), action.startsOf("b"), "a permit was taken in vain");
  }

  @DisplayName(
      "L12: an item whose next permit would come after its own time fails, caused by its last error")
  @Test
  void theNextPermitComesTooLate() {
    action.fails(busy, 99);
    Results<String, String> results =
        parallel(1)
            .retry(AT_ONCE)
            .rateLimit(RateLimit.per(1, ofSeconds(6)))
            .map(List.of("late"), action);
    assertEquals(List.of(ZERO, ofSeconds(6)), action.startsOf("late"));
    assertSame(busy, timeout(results).getCause());
    assertEquals(ofSeconds(6), clock.elapsed());
  }

  @DisplayName("L12: a wait for a slot ends when the item's own time is up")
  @Test
  void aWaitForASlotEnds() {
    action.item("a").takes(ofSeconds(30)).returns("done");
    action.item("late").returns("never");
    Iterator<String> items = List.of("a", "late").iterator();
    Source<String> lateBehindA =
        Source.supplying(
            () -> {
              if (!items.hasNext()) {
                return Optional.empty();
              }
              String next = items.next();
              if (next.equals("late")) {
                action.awaitRunning(1);
              }
              return Optional.of(next);
            });
    Results<String, String> results =
        parallel(2).concurrencyPerKey(1, _ -> "key").map(lateBehindA, action);
    assertEquals(List.of("done"), results.okValues());
    assertEquals(List.of(), action.startsOf("late"));
  }

  @DisplayName("L12: a backoff that ends after the item's own time is not begun")
  @Test
  void aBackoffThatTakesTooLongIsNotBegun() {
    action.fails(busy, 99);
    Results<String, String> results =
        parallel(1)
            .retry(Retry.ofAttempts(99).backoff(Backoff.fixed(ofSeconds(7))))
            .map(List.of("late"), action);
    assertEquals(List.of(ZERO, ofSeconds(7)), action.startsOf("late"));
    assertSame(busy, timeout(results).getCause());
    assertEquals(ofSeconds(7), clock.elapsed());
  }

  @DisplayName("L12: an attempt that has begun is not cut off by the item's own time")
  @Test
  void anAttemptThatHasBegunGoesOn() {
    action.takes(Duration.ofMinutes(1)).returns("done");
    assertEquals(List.of("done"), parallel(1).map(List.of("late"), action).okValues());
  }
}
