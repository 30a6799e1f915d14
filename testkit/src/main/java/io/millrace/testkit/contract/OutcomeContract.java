package io.millrace.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.outcome.Failure;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Success;
import io.millrace.plan.Action;
import io.millrace.plan.Backoff;
import io.millrace.plan.Retry;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;

/** What is told of each item. */
public interface OutcomeContract extends Contract {

  @Everywhere
  @DisplayName("I4 each item of a sized source has one outcome: index, item, value, attempts")
  default void oneOutcomeEachSized(Way way) {
    oneOutcomeEach(way, Way.numbers(900), 900);
  }

  @Everywhere
  @DisplayName("I4 each item of an unsized source has one outcome: index, item, value, attempts")
  default void oneOutcomeEachUnsized(Way way) {
    oneOutcomeEach(way, Supply.of(900), 900);
  }

  /* Of three items, one succeeds, one fails, one succeeds at its second attempt. */
  private static void oneOutcomeEach(Way way, Iterable<Integer> source, int items) {
    var calls = new ConcurrentHashMap<Integer, Integer>();
    Action<Integer, Integer> action =
        item -> {
          int call = calls.merge(item, 1, Integer::sum);
          if (item % 3 == 1 || (item % 3 == 2 && call == 1)) {
            throw new IOException("item " + item + ", call " + call);
          }
          return item + 10_000;
        };
    var report =
        way.over(source, action)
            .with(p -> p.retry(Retry.ofAttempts(2).backoff(Backoff.none())))
            .run()
            .complete(items);
    for (Outcome<Integer, Integer> outcome : report.outcomes()) {
      int index = (int) outcome.index();
      assertEquals(index, outcome.item(), "item");
      assertEquals(index % 3 == 0 ? 1 : 2, outcome.attempts(), () -> "attempts of " + outcome);
      assertFalse(outcome.restored(), "restored");
      assertFalse(outcome.elapsed().isNegative(), () -> "elapsed of " + outcome);
      if (index % 3 == 1) {
        assertInstanceOf(Failure.class, outcome);
        assertEquals(
            "item " + index + ", call 2", report.failureOf(index).error().getMessage(), "error");
      } else {
        Success<?, ?> success = assertInstanceOf(Success.class, outcome);
        assertEquals(way.is(Trait.VALUELESS) ? null : index + 10_000, success.value(), "value");
      }
    }
  }

  @Everywhere(except = Trait.SILENT)
  @DisplayName("A33 A63 in input order, failures keep their place")
  default void inputOrder(Way way) {
    Action<Integer, Integer> action =
        item -> {
          if (item % 5 == 3) {
            throw new IOException("item " + item);
          }
          return item;
        };
    var report = way.over(Supply.of(700), action).with(p -> p.ordered()).run().complete(700);
    assertEquals(Way.numbers(700), report.indices().toList(), "order");
    assertEquals(140, report.failures().size(), "failures");
  }

  @Everywhere
  @DisplayName("A63 without a wish, entry points that keep input order do so")
  default void naturalOrder(Way way) {
    var report = way.over(Way.numbers(700), item -> item).run().complete(700);
    if (way.is(Trait.ORDERED)) {
      assertEquals(Way.numbers(700), report.indices().toList(), "order");
    }
  }

  @Everywhere(except = Trait.CALLER_RUNS)
  @DisplayName("A3 failing items take no worker with them, whatever they throw")
  default void failuresKillNoWorker(Way way) {
    List<Throwable> errors =
        List.of(
            new IOException("checked"),
            new IllegalStateException("unchecked"),
            new AssertionError("error"),
            new StackOverflowError("no stack"),
            new InterruptedException("by itself"));
    Action<Integer, Integer> action =
        item -> {
          if (item % 6 < 5) {
            Actions.raise(errors.get(item % 6));
          }
          return item;
        };
    var report = way.over(Way.numbers(600), action).run().complete(600);
    report.failures().forEach(f -> assertSame(errors.get(f.item() % 6), f.error()));
    assertEquals(100, report.successes().size(), "successes");
    assertEquals(500, report.failures().size(), "failures");
  }

  @Everywhere
  @DisplayName("A46 the error of an item is the very one that was thrown")
  default void errorsAreThemselves(Way way) {
    IOException error = new IOException("the one");
    Action<Integer, Integer> action =
        item -> {
          throw error;
        };
    var report = way.over(Way.numbers(3), action).run().complete(3);
    report.failures().forEach(failure -> assertSame(error, failure.error()));
    assertEquals(3, report.failures().size(), "failures");
  }

  @Everywhere(except = Trait.CALLER_RUNS)
  @DisplayName("I7 an action that interrupts its own thread harms no other item")
  default void selfInterruptsStayAtHome(Way way) {
    AtomicInteger strays = new AtomicInteger();
    Action<Integer, Integer> action =
        item -> {
          if (Thread.currentThread().isInterrupted()) {
            strays.incrementAndGet();
          }
          Thread.currentThread().interrupt();
          return item;
        };
    way.over(Way.numbers(300), action).run().complete(300);
    assertEquals(0, strays.get(), "items that began with the interrupt flag set");
  }

  @Everywhere
  @DisplayName("A71 the key of an item is asked for once, and stands on its outcome")
  default void keysStandOnOutcomes(Way way) {
    AtomicInteger asked = new AtomicInteger();
    Action<Integer, Integer> action =
        item -> {
          if (item % 2 == 0) {
            throw new IOException("item " + item);
          }
          return item;
        };
    var report =
        way.over(Way.numbers(100), action)
            .with(
                p ->
                    p.retry(Retry.ofAttempts(3).backoff(Backoff.none()))
                        .<Integer>itemKey(
                            item -> {
                              asked.incrementAndGet();
                              return "key " + item % 10;
                            }))
            .run()
            .complete(100);
    report.outcomes().forEach(o -> assertEquals("key " + o.index() % 10, o.key(), "key"));
    assertEquals(100, asked.get(), "times the function was asked");
  }

  @Everywhere
  @DisplayName("A71 an item whose key cannot be found fails before its attempt, and only that one")
  default void brokenKeysFailTheirItem(Way way) {
    AtomicInteger calls = new AtomicInteger();
    IllegalStateException broken = new IllegalStateException("no key");
    var report =
        way.over(Way.numbers(50), item -> calls.incrementAndGet())
            .with(
                p ->
                    p.<Integer>itemKey(
                        item -> {
                          if (item == 7) {
                            throw broken;
                          }
                          return item;
                        }))
            .run()
            .complete(50);
    assertSame(broken, report.failureOf(7).error());
    assertEquals(0, report.of(7).attempts(), "attempts");
    assertEquals(49, calls.get(), "calls");
    assertEquals(49, report.successes().size(), "successes");
  }

  @Everywhere
  @DisplayName("A71 a key function for items of another type fails them before their attempts")
  default void keysOfTheWrongType(Way way) {
    AtomicInteger calls = new AtomicInteger();
    var report =
        way.over(Way.numbers(3), item -> calls.incrementAndGet())
            .with(p -> p.itemKey(String::length))
            .run()
            .complete(3);
    report.failures().forEach(f -> assertInstanceOf(ClassCastException.class, f.error()));
    assertEquals(3, report.failures().size(), "failures");
    assertEquals(0, calls.get(), "calls");
  }

  @Everywhere
  @DisplayName("A75 two runs at once with the same options have nothing to do with each other")
  default void runsAreIndependent(Way way) {
    try (var first = way.over(Way.numbers(300), item -> "first " + item).start();
        var second = way.over(Way.numbers(300), item -> "second " + item).start()) {
      var ofFirst = first.report().complete(300);
      var ofSecond = second.report().complete(300);
      if (!way.is(Trait.VALUELESS)) {
        ofFirst.successes().forEach(s -> assertEquals("first " + s.item(), s.value()));
        ofSecond.successes().forEach(s -> assertEquals("second " + s.item(), s.value()));
      }
      assertTrue(ofFirst.failures().isEmpty() && ofSecond.failures().isEmpty(), "failures");
    }
  }
}
