package io.millrace.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.FinalFailureException;
import io.millrace.checkpoint.spi.ItemId;
import io.millrace.checkpoint.spi.StoredOutcome;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.Success;
import io.millrace.plan.Action;
import io.millrace.plan.RateLimit;
import io.millrace.plan.StopToken;
import io.millrace.testkit.MemoryStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;

/** What a checkpoint means. */
public interface CheckpointContract extends Contract {

  @Everywhere
  @DisplayName("I8 an outcome is durable before it is delivered")
  default void durableBeforeDelivered(Way way) {
    MemoryStore store = new MemoryStore();
    Set<Long> early = ConcurrentHashMap.newKeySet();
    way.over(Way.numbers(300), CheckpointContract::evenOnly)
        .with(in(store))
        .hearing(
            outcome -> {
              if (!store.has(ItemId.ofPosition(outcome.index()))) {
                early.add(outcome.index());
              }
            })
        .run()
        .complete(300);
    assertEquals(Set.of(), early, "delivered before they were stored");
    assertEquals(300, store.outcomes().size(), "stored");
    assertFalse(store.isHeld(), "held after the run");
  }

  @Everywhere
  @DisplayName(
      "A28 what is in the checkpoint is delivered in its place, without a call or a permit")
  default void restored(Way way) {
    MemoryStore store = new MemoryStore();
    way.over(Way.numbers(200), (Integer item) -> item + 1).with(in(store)).run().complete(200);
    Set<Integer> called = ConcurrentHashMap.newKeySet();
    List<Long> progress = Collections.synchronizedList(new ArrayList<>());
    var report =
        way.over(
                Way.numbers(203),
                (Integer item) -> {
                  called.add(item);
                  return item + 1;
                })
            .with(in(store))
            .with(p -> p.rateLimit(RateLimit.perHour(1).burst(3)))
            .with(p -> p.onProgress((done, total) -> progress.add(done)))
            .run()
            .complete(203);
    assertEquals(Set.of(200, 201, 202), called, "called");
    assertEquals(203, Collections.max(progress), "items in the progress");
    for (Outcome<Integer, Integer> outcome : report.outcomes()) {
      boolean isOld = outcome.index() < 200;
      assertEquals(isOld, outcome.restored(), () -> "restored: " + outcome);
      assertEquals(isOld ? 0 : 1, outcome.attempts(), () -> "attempts: " + outcome);
      Success<?, ?> success = assertInstanceOf(Success.class, outcome);
      Object value = way.is(Trait.VALUELESS) ? null : (int) outcome.index() + 1;
      assertEquals(value, success.value(), "value");
    }
    if (way.is(Trait.ORDERED)) {
      assertEquals(Way.numbers(203), report.indices().toList(), "order");
    }
  }

  @Everywhere
  @DisplayName("A28 a failure is stored with its last error, is not taken for done, and runs again")
  default void failuresRunAgain(Way way) {
    MemoryStore store = new MemoryStore();
    way.over(Way.numbers(20), CheckpointContract::evenOnly).with(in(store)).run().complete(20);
    StoredOutcome stored =
        store.outcomes().stream().filter(each -> each.position() == 3).findFirst().orElseThrow();
    var failed = assertInstanceOf(StoredOutcome.Failed.class, stored.result());
    assertEquals(
        IOException.class.getName() + ": odd: 3", failed.error() + ": " + failed.message());
    Set<Integer> called = ConcurrentHashMap.newKeySet();
    var report =
        way.over(
                Way.numbers(20),
                (Integer item) -> {
                  called.add(item);
                  return item;
                })
            .with(in(store))
            .run()
            .complete(20);
    assertEquals(10, called.size(), "called");
    assertTrue(called.stream().allMatch(item -> item % 2 == 1), () -> "called: " + called);
    assertEquals(20, report.successes().size(), "successes");
  }

  @Everywhere
  @DisplayName("A28 a final failure is delivered again, and says so")
  default void finalFailures(Way way) {
    MemoryStore store = new MemoryStore();
    UnaryOperator<Parallel> options =
        p -> p.checkpoint(checkpoint(store).finalFailures(IOException.class::isInstance));
    way.over(Way.numbers(20), CheckpointContract::evenOnly).with(options).run().complete(20);
    var report =
        way.over(Way.numbers(20), CheckpointContract::never).with(options).run().complete(20);
    assertEquals(10, report.failures().size(), "failures");
    var failure = report.failureOf(3);
    assertTrue(failure.restored(), "restored");
    assertEquals(0, failure.attempts(), "attempts");
    var error = assertInstanceOf(FinalFailureException.class, failure.error());
    assertEquals(IOException.class.getName(), error.error(), "class of the error");
    assertTrue(messageOf(error).contains("odd: 3"), messageOf(error));
  }

  @Everywhere
  @DisplayName("A28 after a run that was cut short, only what was not stored runs")
  default void onlyTheRestRuns(Way way) {
    MemoryStore store = new MemoryStore();
    StopToken token = new StopToken();
    Set<Integer> done = ConcurrentHashMap.newKeySet();
    Action<Integer, Integer> stopping =
        item -> {
          if (item == 150) {
            token.stop();
          }
          return item;
        };
    way.over(Supply.of(400), stopping)
        .with(in(store))
        .with(p -> p.stopToken(token))
        .hearing(
            outcome -> {
              if (outcome instanceof Success) {
                done.add((int) outcome.index());
              }
            })
        .run()
        .noError();
    Set<Integer> stored = new HashSet<>();
    store.outcomes().forEach(outcome -> stored.add((int) outcome.position()));
    assertTrue(stored.containsAll(done), "what was delivered is stored");
    Set<Integer> called = ConcurrentHashMap.newKeySet();
    way.over(
            Supply.of(400),
            (Integer item) -> {
              called.add(item);
              return item;
            })
        .with(in(store))
        .run()
        .complete(400);
    assertTrue(Collections.disjoint(called, stored), "called again");
    assertEquals(400, called.size() + stored.size(), "called in all");
  }

  @Everywhere
  @DisplayName("A29 another name or version is refused before any work, with both")
  default void anotherName(Way way) {
    MemoryStore store = new MemoryStore();
    way.over(Way.numbers(3), (Integer item) -> item).with(in(store)).run().complete(3);
    for (CheckpointName other :
        List.of(CheckpointName.of("count", "2"), CheckpointName.of("other", "1"))) {
      Supply supply = Supply.of(3);
      var report =
          way.over(supply, CheckpointContract::never)
              .with(p -> p.checkpoint(Checkpoint.of(store, other, new Whole())))
              .run();
      var thrown = assertInstanceOf(CheckpointException.class, report.thrown());
      String message = messageOf(thrown);
      assertTrue(message.contains("action=count, version=1"), message);
      assertTrue(
          message.contains("action=" + other.action() + ", version=" + other.version()), message);
      assertEquals(0, supply.pulled(), "items read");
    }
    assertEquals(3, store.outcomes().size(), "stored");
  }

  @Everywhere(except = Trait.VALUELESS)
  @DisplayName("A91 a value that cannot be encoded ends the run, and the error names the item")
  default void noBytes(Way way) {
    MemoryStore store = new MemoryStore();
    Action<Integer, Object> action = item -> item == 5 ? new Object() : (Object) item;
    Iterable<Integer> items = Way.numbers(400);
    var report = way.<Integer, Object>over(items, action).with(in(store)).run();
    var thrown = assertInstanceOf(CheckpointException.class, report.thrown());
    assertTrue(messageOf(thrown).startsWith("item 5: its value"), messageOf(thrown));
    assertTrue(store.outcomes().stream().noneMatch(stored -> stored.position() == 5), "stored");
    int before = store.outcomes().size();
    way.over(items, (Integer item) -> item).with(in(store)).run().complete(400);
    assertEquals(400, store.outcomes().size(), "stored in the end");
    assertTrue(before < 400, "it had ended");
  }

  @Everywhere
  @DisplayName(
      "A92 with keys, items before others run alone, a new order runs none, a change runs again")
  default void keys(Way way) {
    MemoryStore store = new MemoryStore();
    List<String> items = new ArrayList<>();
    Way.numbers(50).forEach(number -> items.add("k" + number + "=a"));
    assertEquals(Set.copyOf(items), called(way, store, items), "first run");
    items.addAll(0, List.of("new1=a", "new2=a"));
    assertEquals(Set.of("new1=a", "new2=a"), called(way, store, items), "items before others");
    Collections.reverse(items);
    assertEquals(Set.of(), called(way, store, items), "a new order");
    items.set(7, items.get(7).replace("=a", "=b"));
    assertEquals(Set.of(items.get(7)), called(way, store, items), "a changed item");
    assertEquals(52, store.outcomes().size(), "rows");
  }

  private static Set<String> called(Way way, MemoryStore store, List<String> items) {
    Set<String> called = ConcurrentHashMap.newKeySet();
    way.over(
            List.copyOf(items),
            (String item) -> {
              called.add(item);
              return 1;
            })
        .with(p -> p.checkpoint(checkpoint(store).key(CheckpointContract::keyOf)))
        .run()
        .complete(items.size());
    return called;
  }

  private static String keyOf(String item) {
    return item.substring(0, item.indexOf('='));
  }

  @Everywhere
  @DisplayName("A92 two items with the same key end the run, with both positions")
  default void sameKey(Way way) {
    for (List<String> items : List.of(List.of("a=1", "b=2", "c=3", "a=4"), many())) {
      MemoryStore store = new MemoryStore();
      UnaryOperator<Parallel> options =
          p -> p.checkpoint(checkpoint(store).key(CheckpointContract::keyOf));
      for (int again = 0; again < 2; again++) {
        var report = way.over(items, (String item) -> 1).with(options).run();
        var thrown = assertInstanceOf(CheckpointException.class, report.thrown());
        String positions = "items 0 and " + (items.size() - 1) + " have the same key, \"a\"";
        assertTrue(messageOf(thrown).startsWith(positions), messageOf(thrown));
      }
    }
  }

  private static List<String> many() {
    List<String> items = new ArrayList<>();
    items.add("a=1");
    Way.numbers(300).forEach(number -> items.add(number + "=1"));
    items.add("a=1");
    return items;
  }

  @Everywhere
  @DisplayName("I8 a store that fails ends the run with its error; what was stored stays")
  default void storeFails(Way way) {
    MemoryStore store = new MemoryStore();
    CheckpointException full = new CheckpointException("the disk is full");
    store.onCommit(
        ids -> {
          if (ids.contains(ItemId.ofPosition(40))) {
            throw full;
          }
        });
    Set<Long> delivered = ConcurrentHashMap.newKeySet();
    var report =
        way.over(Way.numbers(300), (Integer item) -> item)
            .with(in(store))
            .hearing(
                outcome -> {
                  if (outcome instanceof Success) {
                    delivered.add(outcome.index());
                  }
                })
            .run();
    assertSame(full, report.thrown());
    Set<Long> stored = new HashSet<>();
    store.outcomes().forEach(outcome -> stored.add(outcome.position()));
    assertTrue(stored.containsAll(delivered), "what was delivered is stored");
    assertFalse(stored.contains(40L), "stored though the store failed");
    assertFalse(store.isHeld(), "held after the run");
  }

  @Everywhere(except = {Trait.CALLER_RUNS, Trait.DETACHED})
  @DisplayName("I8 what was paid for when the run ends is stored, and delivered then")
  default void endsWhileStoring(Way way) throws Exception {
    MemoryStore store = new MemoryStore();
    StopToken token = new StopToken();
    Tally committing = new Tally("commits that have begun");
    Tally stopped = new Tally("stops");
    store.onCommit(
        ids -> {
          if (committing.increment() == 1) {
            stopped.awaitUnchecked(1);
          }
        });
    var trial =
        way.over(Supply.endless(), (Integer item) -> item)
            .with(in(store))
            .with(p -> p.stopToken(token))
            .start();
    try (trial) {
      committing.await(1);
      token.stop();
      stopped.increment();
      var report = trial.report().cutShort(RunStatus.CANCELLED);
      assertEquals(
          store.outcomes().size(), report.successes().size(), "stored, so all are delivered");
      assertTrue(!report.successes().isEmpty(), "one at least was being stored");
    }
  }

  @Everywhere
  @DisplayName("A92 an item that cannot be told from a changed one ends the run")
  default void noFingerprint(Way way) {
    MemoryStore store = new MemoryStore();
    Iterable<Object> items = () -> List.<Object>of(new Object(), "2").iterator();
    var report = way.over(items, item -> 1).with(in(store)).run();
    var thrown = assertInstanceOf(CheckpointException.class, report.thrown());
    assertTrue(messageOf(thrown).contains("java.lang.Object"), messageOf(thrown));
    assertTrue(messageOf(thrown).contains("Checkpoint.fingerprint"), messageOf(thrown));
    assertTrue(store.outcomes().size() <= 1, "stored");
  }

  private static String messageOf(Throwable thrown) {
    return String.valueOf(thrown.getMessage());
  }

  private static Integer evenOnly(Integer item) throws IOException {
    if (item % 2 == 1) {
      throw new IOException("odd: " + item);
    }
    return item;
  }

  private static Integer never(Integer item) {
    throw new AssertionError("called for " + item);
  }

  private static UnaryOperator<Parallel> in(MemoryStore store) {
    return parallel -> parallel.checkpoint(checkpoint(store));
  }

  private static Checkpoint checkpoint(MemoryStore store) {
    return Checkpoint.of(store, CheckpointName.of("count", "1"), new Whole());
  }
}
