package io.millrace.acceptance;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.ParallelFunction;
import io.millrace.Results;
import io.millrace.Run;
import io.millrace.call.Call;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.CheckpointStore;
import io.millrace.checkpoint.Codec;
import io.millrace.checkpoint.spi.ItemId;
import io.millrace.checkpoint.spi.StoredOutcome;
import io.millrace.executor.ParallelExecutor;
import io.millrace.outcome.AbandonedException;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.Success;
import io.millrace.plan.Action;
import io.millrace.plan.Backoff;
import io.millrace.plan.Budget;
import io.millrace.plan.Cost;
import io.millrace.plan.Retry;
import io.millrace.plan.Source;
import io.millrace.plan.StopToken;
import io.millrace.plan.Truncation;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.MemoryStore;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What is promised about checkpoints beyond what holds at every entry point: that is in CheckpointContract. */
@NoLeaks
class CheckpointTest {
  private static final List<Integer> TEN = IntStream.range(0, 10).boxed().toList();

  private final MemoryStore store = new MemoryStore();
  private final Checkpoint checkpoint = checkpoint(Codec.text());
  private final Parallel parallel = Parallel.of(3).checkpoint(checkpoint);
  private final AtomicInteger calls = new AtomicInteger();

  private Checkpoint checkpoint(Codec<?> codec) {
    return Checkpoint.of(store, CheckpointName.of("test", "1"), codec);
  }

  private String text(Object item) {
    calls.incrementAndGet();
    return "value of " + item;
  }

  private StoredOutcome stored(long position) {
    return store.outcomes().stream()
        .filter(outcome -> outcome.position() == position)
        .findFirst()
        .orElseThrow();
  }

  // Group commit

  @Test
  @DisplayName(
      "I8 no worker waits for the disk: they go on while outcomes are stored, as far as the window reaches")
  void nobodyWaitsForTheDisk() throws Exception {
    CountDownLatch disk = new CountDownLatch(1);
    CountDownLatch ten = new CountDownLatch(10);
    AtomicInteger pulled = new AtomicInteger();
    AtomicInteger delivered = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    store.onCommit(ids -> await(disk));
    Iterator<Integer> numbers = IntStream.range(0, 100).iterator();
    Iterable<Integer> items =
        () ->
            new Iterator<>() {
              @Override
              public boolean hasNext() {
                return numbers.hasNext();
              }

              @Override
              public Integer next() {
                most.accumulateAndGet(pulled.incrementAndGet() - delivered.get(), Math::max);
                return numbers.next();
              }
            };
    Action<Integer, String> action =
        item -> {
          ten.countDown();
          return text(item);
        };
    try (Run<Integer, String> run =
        parallel
            .concurrency(1)
            .window(10)
            .onOutcome(o -> delivered.incrementAndGet())
            .start(items, action)) {
      ten.await(); // by one worker, while nothing is durable
      assertTrue(run.poll().isEmpty(), "delivered before it was durable");
      disk.countDown();
      assertEquals(100, run.stream().count());
    }
    assertTrue(most.get() <= 10, "items read and not delivered: " + most);
    assertEquals(100, store.commits().stream().mapToInt(size -> size).sum(), "stored");
    List<Integer> commits = store.commits();
    assertTrue(
        commits.get(0) + commits.get(1) >= 9, "the first two have what came meanwhile: " + commits);
  }

  @Test
  @DisplayName(
      "I8 while many outcomes wait for the disk no further call begins, so that none waits for long; then the run goes on")
  void notTooManyWait() throws Exception {
    CountDownLatch disk = new CountDownLatch(1);
    CountDownLatch many = new CountDownLatch(400);
    store.onCommit(ids -> await(disk));
    Action<Integer, String> action =
        item -> {
          many.countDown();
          return text(item);
        };
    List<Integer> items = IntStream.range(0, 5_000).boxed().toList();
    try (Run<Integer, String> run = parallel.concurrency(7).window(5_000).start(items, action)) {
      many.await();
      while (run.progress().running() > 0) {
        Thread.onSpinWait();
      }
      assertTrue(calls.get() <= 400 + 7, "calls while nothing is durable: " + calls);
      disk.countDown();
      assertEquals(5_000, run.stream().count());
    }
    assertEquals(5_000, calls.get(), "calls");
  }

  @Test
  @DisplayName("A28 items are looked up together, and a store may answer for some of them first")
  void lookedUpTogether() {
    parallel.map(TEN, this::text);
    store.mostFound(3);
    CountDownLatch pulled = new CountDownLatch(10);
    List<Integer> restored = new ArrayList<>();
    store.onFind(ids -> await(pulled));
    Iterator<Integer> numbers = TEN.iterator();
    Source<Integer> items =
        Source.supplying(
            () -> {
              pulled.countDown();
              return numbers.hasNext() ? Optional.of(numbers.next()) : Optional.empty();
            });
    try (var outcomes = parallel.window(20).stream(items, this::text)) {
      outcomes.filter(Outcome::restored).forEach(outcome -> restored.add(outcome.item()));
    }
    assertEquals(TEN, restored.stream().sorted().toList());
    assertEquals(10, calls.get(), "calls in both runs");
  }

  @Test
  @DisplayName("A28 a first run without keys asks the checkpoint for nothing")
  void nothingToAskFor() {
    parallel.map(TEN, this::text);
    assertEquals(List.of(), store.finds());
  }

  // Ends

  @Test
  @DisplayName("I8 a result that is paid for when the time is up is stored, and delivered")
  void timeoutWhileStoring() throws Exception {
    try (ManualClock clock = ManualClock.jumping()) {
      store.onCommit(
          ids -> {
            try {
              clock.sleep(ofMillis(3));
            } catch (InterruptedException interrupted) {
              throw new AssertionError(interrupted);
            }
          });
      Results<Integer, String> results =
          parallel
              .concurrency(1)
              .clock(clock)
              .runTimeout(ofMillis(12))
              .map(
                  TEN,
                  item -> {
                    clock.sleep(ofMillis(10));
                    return text(item);
                  });
      assertEquals(RunStatus.TIMED_OUT, results.status());
      assertInstanceOf(Success.class, results.outcomes().getFirst());
      assertEquals(1, store.outcomes().size(), "stored");
      assertEquals(1, results.successes().size(), "delivered");
    }
  }

  @Test
  @DisplayName("I6 close waits for the transaction, and lets the checkpoint go")
  void closeWaits() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch disk = new CountDownLatch(1);
    store.onCommit(
        ids -> {
          begun.countDown();
          await(disk);
        });
    Run<Integer, String> run = parallel.start(TEN, this::text);
    begun.await();
    Thread closing = Thread.ofVirtual().start(run::close);
    assertTrue(store.isHeld(), "while it stores");
    disk.countDown();
    closing.join();
    assertFalse(store.isHeld(), "after the close");
    assertTrue(!store.outcomes().isEmpty(), "stored");
  }

  @Test
  @DisplayName(
      "I8 when failing fast, the first failure is thrown, and both it and the successes before it are stored")
  void failFast() {
    IOException failure = new IOException("third");
    Action<Integer, String> action =
        item -> {
          if (item == 2) {
            throw failure;
          }
          return text(item);
        };
    assertSame(
        failure,
        assertThrows(IOException.class, () -> parallel.concurrency(1).failFast().map(TEN, action)));
    assertInstanceOf(StoredOutcome.Value.class, stored(0).result());
    assertEquals(
        new StoredOutcome.Failed(IOException.class.getName(), "third", false), stored(2).result());
  }

  @Test
  @DisplayName("A28 an abandoned item is stored as a failure")
  void abandoned() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    Action<Integer, String> deaf =
        item -> {
          while (release.getCount() > 0) {
            try {
              release.await();
            } catch (InterruptedException ignored) {
              // on purpose
            }
          }
          return text(item);
        };
    Results<Integer, String> results =
        parallel.attemptTimeout(ofMillis(1)).grace(ofMillis(1)).map(List.of(0), deaf);
    release.countDown();
    assertInstanceOf(AbandonedException.class, results.failures().getFirst().error());
    var failed = assertInstanceOf(StoredOutcome.Failed.class, stored(0).result());
    assertEquals(AbandonedException.class.getName(), failed.error());
  }

  /* What a function of the user does that takes too long: it ends by an interrupt. */
  private static void takesTooLong() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException enough) {
      // it goes on all the same
    }
  }

  @Test
  @DisplayName(
      "A28 an item whose judgement took too long twice is stored as the timeout that it is, not as final")
  void judgedTooLate() {
    Retry retry =
        Retry.ofAttempts(3)
            .when(
                error -> {
                  takesTooLong();
                  return true;
                });
    Action<Integer, String> action =
        _ -> {
          throw new IOException("action");
        };
    Results<Integer, String> results =
        Parallel.of(1)
            .checkpoint(checkpoint.finalFailures(error -> true))
            .retry(retry)
            .attemptTimeout(ofMillis(5))
            .grace(ofSeconds(30))
            .map(List.of(0), action);
    assertInstanceOf(TimeoutException.class, results.failures().getFirst().error());
    var failed = assertInstanceOf(StoredOutcome.Failed.class, stored(0).result());
    assertEquals(TimeoutException.class.getName(), failed.error());
    assertFalse(failed.isFinal(), "final");
  }

  @Test
  @DisplayName("A28 an item that fails before a retry while the run ends is stored as a failure")
  void failsWhileTheRunEnds() throws Exception {
    StopToken token = new StopToken();
    AtomicInteger asked = new AtomicInteger();
    CountDownLatch again = new CountDownLatch(1);
    Budget budget =
        Budget.permits(
            10,
            Cost.of(
                item -> {
                  if (asked.incrementAndGet() == 2) {
                    again.countDown();
                    takesTooLong();
                    throw new IllegalStateException("no cost");
                  }
                  return 1;
                }));
    Action<Integer, String> action =
        _ -> {
          throw new IOException("action");
        };
    Parallel stopped =
        Parallel.of(1)
            .checkpoint(checkpoint)
            .retry(Retry.ofAttempts(2).backoff(Backoff.none()))
            .budget(budget)
            .grace(ofSeconds(30))
            .stopToken(token);
    try (Run<Integer, String> run =
        stopped.truncation(Truncation.SILENT).start(List.of(0), action)) {
      again.await();
      token.stop();
      Outcome<Integer, String> outcome = run.take().orElseThrow();
      assertInstanceOf(IllegalStateException.class, outcome.error());
    }
    var failed = assertInstanceOf(StoredOutcome.Failed.class, stored(0).result());
    assertEquals("no cost", failed.message());
  }

  @Test
  @DisplayName(
      "I8 a store that fails after a stop is told of: in the log, if nothing else has ended the run")
  void failsAfterAStop() throws Exception {
    CheckpointException full = new CheckpointException("the disk is full");
    StopToken token = new StopToken();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    store.onCommit(
        ids -> {
          begun.countDown();
          await(stopped);
          throw full;
        });
    List<Throwable> logged = new CopyOnWriteArrayList<>();
    Logger log = Logger.getLogger("io.millrace.engine.thread.Mishaps");
    log.setFilter(record -> !logged.add(record.getThrown()));
    try (Run<Integer, String> run =
        parallel.stopToken(token).truncation(Truncation.SILENT).start(TEN, this::text)) {
      begun.await();
      token.stop();
      stopped.countDown();
      assertTrue(run.stream().allMatch(outcome -> outcome instanceof NotRun), "nothing was stored");
      assertEquals(RunStatus.CANCELLED, run.status());
    } finally {
      log.setFilter(null);
    }
    assertEquals(List.of(full), logged);
  }

  @Test
  @DisplayName("I8 a store that fails after the run's end by an error is told of in that error")
  void failsAfterAnError() {
    CheckpointException full = new CheckpointException("the disk is full");
    IOException broken = new IOException("source");
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    store.onCommit(
        ids -> {
          begun.countDown();
          await(ended);
          throw full;
        });
    Action<Integer, String> action =
        item -> {
          if (item == 1) {
            begun.await();
            throw broken;
          }
          if (item > 1) {
            try {
              new CountDownLatch(1).await();
            } finally {
              ended.countDown(); // by the interrupt of the end
            }
          }
          return text(item);
        };
    Exception thrown = assertThrows(IOException.class, () -> parallel.failFast().map(TEN, action));
    assertSame(broken, thrown);
    assertTrue(List.of(thrown.getSuppressed()).contains(full), "the store's failure is suppressed");
  }

  @Test
  @DisplayName("I8 items that wait to be looked up when the run ends are not run")
  void stopWhileLookingUp() throws Exception {
    parallel.map(TEN, this::text);
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    store.onFind(
        ids -> {
          asked.countDown();
          await(answer);
        });
    try (Run<Integer, String> run =
        parallel.truncation(Truncation.SILENT).start(List.of(0, 1, 2, 30, 31), this::text)) {
      asked.await();
      run.stop();
      answer.countDown();
      List<Outcome<Integer, String>> outcomes = run.stream().toList();
      assertEquals(5, outcomes.size());
      outcomes.forEach(outcome -> assertInstanceOf(NotRun.class, outcome));
      assertEquals(RunStatus.CANCELLED, run.status());
    }
    assertEquals(10, calls.get(), "calls, all in the first run");
  }

  // What is stored

  @Test
  @DisplayName("A28 attempts are stored; a null value needs no codec")
  void attemptsAndNull() {
    Action<Integer, String> action =
        item -> {
          if (calls.incrementAndGet() < 3) {
            throw new IOException("busy");
          }
          return null;
        };
    Parallel retrying = parallel.retry(Retry.ofAttempts(5).backoff(Backoff.none()));
    retrying.map(List.of(1), action);
    assertEquals(3, stored(0).attempts(), "attempts");
    Outcome<Integer, String> again = retrying.map(List.of(1), action).outcomes().getFirst();
    assertEquals(null, again.value(), "value");
    assertTrue(again.restored(), "restored");
    assertEquals(3, calls.get(), "calls");
  }

  @Test
  @DisplayName(
      "A28 a default in place of a failure is delivered, but the failure is what is stored")
  void substitute() {
    Action<Integer, String> failing =
        item -> {
          calls.incrementAndGet();
          throw new IOException("busy");
        };
    ParallelFunction<Integer, String> replacing =
        parallel.<Integer, String>function(failing).orElse("none");
    for (int run = 1; run <= 2; run++) {
      assertEquals(List.of("none"), replacing.map(List.of(1)).values());
      assertInstanceOf(StoredOutcome.Failed.class, stored(0).result());
      assertEquals(run, calls.get(), "calls");
    }
    ParallelFunction<Integer, String> last =
        replacing.with(p -> p.checkpoint(checkpoint.finalFailures(error -> true)));
    last.map(List.of(1));
    Outcome<Integer, String> outcome = last.map(List.of(1)).outcomes().getFirst();
    assertEquals("none", outcome.value());
    assertTrue(outcome.restored(), "restored");
    assertEquals(3, calls.get(), "calls");
  }

  @Test
  @DisplayName(
      "A91 a stored value that cannot be decoded ends the run, and the error names the item and the codec")
  void noValue() {
    parallel.map(List.of(1), item -> "not a number");
    Codec<Integer> numbers =
        new Codec<>() {
          @Override
          public byte[] encode(Integer value) throws Exception {
            return Codec.text().encode(value.toString());
          }

          @Override
          public Integer decode(byte[] bytes) throws Exception {
            return Integer.valueOf(Codec.text().decode(bytes));
          }

          @Override
          public String toString() {
            return "numbers";
          }
        };
    Parallel other = Parallel.of(3).checkpoint(checkpoint(numbers));
    var thrown = assertThrows(CheckpointException.class, () -> other.map(List.of(1), item -> 1));
    assertTrue(thrown.getMessage().startsWith("item 0: its stored value"), thrown.getMessage());
    assertTrue(thrown.getMessage().contains("codec numbers"), thrown.getMessage());
    assertInstanceOf(NumberFormatException.class, thrown.getCause());
  }

  @Test
  @DisplayName(
      "A91 a value that is too long for the store ends the run, and what else was ready is stored")
  void tooLong() {
    store.longestValue("value of 9".length());
    Parallel one = parallel.concurrency(1);
    var thrown =
        assertThrows(
            CheckpointException.class,
            () -> one.map(IntStream.range(0, 20).boxed().toList(), this::text));
    assertTrue(
        thrown.getMessage().startsWith("item 10: its value has 11 bytes, more than the 10"),
        thrown.getMessage());
    assertEquals(10, store.outcomes().size(), "stored");
  }

  // Identity

  @Test
  @DisplayName("A92 keys of different kinds never collide")
  void kinds() {
    UUID uuid = new UUID(1, 2);
    List<Object> items =
        List.of("1", 1L, uuid, uuid.toString(), new byte[] {'1'}, ItemId.ofPosition(1).bytes());
    Parallel keyed = parallel.checkpoint(checkpoint.key(item -> item).fingerprint(item -> "same"));
    keyed.map(items, this::text);
    assertEquals(6, calls.get(), "calls");
    keyed.map(items.reversed(), this::text);
    assertEquals(6, calls.get(), "calls after a new order");
    assertThrows(
        CheckpointException.class,
        () -> keyed.map(List.of(1L, 1), this::text),
        "an int and a long are one kind");
  }

  @Test
  @DisplayName(
      "A92 a key of another type, and none, end the run with an error that says what to do")
  void badKeys() {
    for (Object key : new Object[] {1.5, "x".repeat(1_025), "\uD800"}) {
      Parallel keyed = parallel.checkpoint(checkpoint.key(item -> key));
      assertThrows(
          RuntimeException.class, () -> keyed.map(List.of(1), this::text).values(), "key " + key);
    }
    Parallel keyed = parallel.checkpoint(checkpoint.key(item -> null));
    var thrown = assertThrows(CheckpointException.class, () -> keyed.map(List.of(1), this::text));
    assertEquals(
        "the key of item 0 must be a String, Long, Integer, UUID or byte[], not null: change the function given to"
            + " Checkpoint.key",
        thrown.getMessage());
    assertEquals(0, calls.get(), "calls");
  }

  @Test
  @DisplayName("A92 a key function that throws fails its item, and nothing is stored for it")
  void brokenKey() {
    IllegalStateException broken = new IllegalStateException("no key");
    Parallel keyed =
        parallel.checkpoint(
            checkpoint.key(
                (Integer item) -> {
                  if (item == 3) {
                    throw broken;
                  }
                  return item;
                }));
    Results<Integer, String> results = keyed.map(TEN, this::text);
    assertSame(broken, results.failures().getFirst().error());
    assertEquals(9, store.outcomes().size(), "stored");
  }

  @Test
  @DisplayName(
      "A92 items that cannot be told from changed ones are refused at the call, if they are in a list")
  void refusedAtTheCall() {
    List<Object> items = List.of(new Object());
    var refused =
        assertThrows(IllegalArgumentException.class, () -> parallel.map(items, this::text));
    assertTrue(refused.getMessage().startsWith("item 0 is or has a java.lang.Object"));
    assertTrue(refused.getMessage().contains("Checkpoint.fingerprint(item -> ...)"));
    assertEquals(0, calls.get(), "calls");
    assertFalse(store.isHeld(), "held");
    parallel.checkpoint(checkpoint.fingerprint(item -> "same")).map(items, this::text);
    assertEquals(1, calls.get(), "calls with a function");
  }

  @Test
  @DisplayName("A92 a key is found twice while the first of its items is not yet durable")
  void twiceWhileStoring() {
    CountDownLatch ended = new CountDownLatch(1);
    store.onCommit(ids -> await(ended));
    Parallel keyed = parallel.window(10).checkpoint(checkpoint.key(item -> item));
    try (Run<String, String> run = keyed.start(List.of("a", "b", "c", "a"), this::text)) {
      while (run.status() == RunStatus.RUNNING) {
        Thread.onSpinWait(); // the lookup ends it, while the commit goes on
      }
      ended.countDown();
      assertSameKey(assertThrows(CheckpointException.class, () -> run.stream().toList()));
    }
  }

  @Test
  @DisplayName("A92 a key is found twice after the first of its items was stored by this run")
  void twiceAfterStoring() {
    CountDownLatch stored = new CountDownLatch(3);
    Iterator<String> keys = List.of("a", "b", "c", "a").iterator();
    AtomicInteger read = new AtomicInteger();
    Source<String> items =
        Source.supplying(
            () -> {
              if (read.incrementAndGet() == 4) {
                stored.await();
              }
              return keys.hasNext() ? Optional.of(keys.next()) : Optional.empty();
            });
    Parallel keyed =
        parallel.checkpoint(checkpoint.key(item -> item)).onOutcome(outcome -> stored.countDown());
    assertSameKey(assertThrows(CheckpointException.class, () -> keyed.forEach(items, this::text)));
    assertEquals(3, calls.get(), "calls");
  }

  private static void assertSameKey(CheckpointException thrown) {
    assertTrue(
        thrown.getMessage().startsWith("items 0 and 3 have the same key, \"a\""),
        thrown.getMessage());
  }

  // Where it means something

  // Ends

  private void run(Action<Integer, String> action, int... items) {
    Checkpoint all = checkpoint.finalFailures(error -> true).key((Integer item) -> item);
    Parallel.of(1).checkpoint(all).map(IntStream.of(items).boxed().toList(), action);
  }

  private Parallel again() {
    return Parallel.of(1)
        .checkpoint(checkpoint.finalFailures(error -> true).key((Integer item) -> item));
  }

  private static final Action<Integer, String> FAILING =
      _ -> {
        throw new IOException("action");
      };

  @Test
  @DisplayName("R3 A28 failures of an earlier run do not count in the failure rate")
  void restoredFailures() {
    run(FAILING, 0, 1, 2, 3, 4, 5, 6, 7);
    Results<Integer, String> results = again().failureRate(0.5, 4).map(TEN, this::text);
    assertEquals(RunStatus.COMPLETED, results.status());
    assertEquals(8, results.failures().size(), "failures");
    assertTrue(results.failures().stream().allMatch(Outcome::restored), "restored");
    assertEquals(2, calls.get(), "calls");
  }

  @Test
  @DisplayName("R3 A28 successes of an earlier run do not thin out the failures of this one")
  void restoredSuccesses() {
    run(this::text, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19);
    List<Integer> twenty = IntStream.range(0, 20).boxed().toList();
    Results<Integer, String> results = again().failureRate(0.6, 4).map(twenty, FAILING);
    assertEquals(RunStatus.ABORTED, results.status());
    assertEquals(4, results.failures().size(), "failures");
  }

  @Test
  @DisplayName("R2 A28 a spent budget lets what was found in the checkpoint be delivered")
  void foundIsDelivered() {
    run(this::text, 0, 5, 6, 7, 8, 9);
    CountDownLatch firstAsked = new CountDownLatch(1); // alone; then all others together
    CountDownLatch allQueued = new CountDownLatch(1);
    store.onFind(
        ids -> {
          firstAsked.countDown();
          await(allQueued);
        });
    Parallel spent =
        Parallel.of(1)
            .budget(Budget.calls(0))
            .checkpoint(
                checkpoint.key(
                    (Integer item) -> {
                      if (item == 1) {
                        await(firstAsked);
                      } else if (item == 10) {
                        allQueued.countDown();
                      }
                      return item;
                    }));
    Results<Integer, String> results =
        spent.map(IntStream.rangeClosed(0, 10).boxed().toList(), this::text);
    assertEquals(RunStatus.CALLS_SPENT, results.status());
    assertEquals(
        List.of(0, 5, 6, 7, 8, 9),
        results.successes().stream().map(Outcome::item).toList(),
        "restored");
    assertEquals(5, results.notRun().size(), "not run");
  }

  @Test
  @DisplayName("A28 functions of two arguments and stored calls resume as well")
  void spreadsAndCalls() {
    Map<String, Integer> pairs = Map.of("a", 1, "b", 2);
    Parallel paired =
        parallel.checkpoint(checkpoint.key((Map.Entry<String, Integer> pair) -> pair.getKey()));
    for (int run = 0; run < 2; run++) {
      var values = paired.spread((String name, Integer number) -> text(name + number));
      assertEquals(2, values.map(pairs.entrySet()).values().size());
      assertEquals(2, calls.get(), "calls");
    }
    MemoryStore other = new MemoryStore();
    Checkpoint lists = Checkpoint.of(other, CheckpointName.of("lists", "1"), Codec.text());
    for (int run = 0; run < 2; run++) {
      List<String> list = Call.of(Parallel.of(2).checkpoint(lists)).list(TEN, this::text);
      assertEquals(10, list.size());
      assertEquals(12, calls.get(), "calls");
    }
  }

  @Test
  @DisplayName("A28 where each call is a run, a checkpoint is refused, with the reason")
  void refusedWhereItMeansNothing() {
    var single =
        assertThrows(
            IllegalArgumentException.class, () -> parallel.function(this::text).call("item"));
    assertTrue(single.getMessage().startsWith("a single call has no checkpoint"));
    assertEquals(0, calls.get(), "calls");
  }

  @Test
  @DisplayName("A29 if the checkpoint cannot be had, the source is closed and nothing is called")
  void notToBeHad() {
    CheckpointException held = new CheckpointException("held");
    CheckpointStore refusing =
        name -> {
          throw held;
        };
    Parallel refused =
        Parallel.of(2)
            .checkpoint(Checkpoint.of(refusing, CheckpointName.of("test", "1"), Codec.text()));
    Watched items = new Watched(3);
    assertSame(held, assertThrows(CheckpointException.class, () -> refused.map(items, this::text)));
    assertTrue(items.isClosed(), "closed");
    assertEquals(0, calls.get(), "calls");
  }

  @Test
  @DisplayName("A29 a name is not blank, and has an end")
  void names() {
    for (String bad : List.of("", " ", "x".repeat(201))) {
      assertThrows(IllegalArgumentException.class, () -> CheckpointName.of(bad, "1"));
      assertThrows(IllegalArgumentException.class, () -> CheckpointName.of("action", bad));
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  /** A codec of which a part misbehaves. */
  private abstract static class Odd implements Codec<String> {
    @Override
    public byte[] encode(String value) throws Exception {
      return Codec.text().encode(value);
    }

    @Override
    public String decode(byte[] bytes) throws Exception {
      return Codec.text().decode(bytes);
    }
  }

  private static class EncodesNull extends Odd {
    @Override
    @SuppressWarnings("NullAway") // that is the point
    public byte[] encode(String value) {
      return null;
    }
  }

  private static class DecodesNull extends Odd {
    @Override
    @SuppressWarnings("NullAway") // that is the point
    public String decode(byte[] bytes) {
      return null;
    }
  }

  private static class FailsByAnError extends Odd {
    @Override
    public byte[] encode(String value) {
      throw new StackOverflowError("encode");
    }

    @Override
    public String toString() {
      throw new IllegalStateException("toString");
    }
  }

  @Test
  @DisplayName(
      "A91 a codec that encodes null ends the run, and stores nothing: a value never becomes null")
  void encodesNull() {
    Parallel one = Parallel.of(1).checkpoint(checkpoint(new EncodesNull()));
    var thrown = assertThrows(CheckpointException.class, () -> one.map(List.of(1), this::text));
    assertTrue(thrown.getMessage().startsWith("item 0: its value, a java.lang.String"));
    assertTrue(store.outcomes().isEmpty(), "stored");
  }

  @Test
  @DisplayName("A91 a codec that decodes null ends the run, with the item's name")
  void decodesNull() {
    parallel.map(List.of(1), this::text);
    Parallel other = Parallel.of(1).checkpoint(checkpoint(new DecodesNull()));
    var thrown = assertThrows(CheckpointException.class, () -> other.map(List.of(1), this::text));
    assertTrue(thrown.getMessage().startsWith("item 0: its stored value"), thrown.getMessage());
  }

  @Test
  @DisplayName(
      "A91 an Error of a codec, and a text of it that fails, do not replace the error that names the item")
  void codecFailsByAnError() {
    Parallel one = Parallel.of(1).checkpoint(checkpoint(new FailsByAnError()));
    var thrown = assertThrows(CheckpointException.class, () -> one.map(List.of(1), this::text));
    assertTrue(thrown.getMessage().startsWith("item 0: its value"), thrown.getMessage());
    assertTrue(thrown.getMessage().contains("codec a " + FailsByAnError.class.getName()));
    assertInstanceOf(StackOverflowError.class, thrown.getCause());
  }

  @Test
  @DisplayName("A29 a store that opens null is refused before any call, at every way in")
  @SuppressWarnings("NullAway") // that is the point
  void opensNull() {
    Checkpoint none = Checkpoint.of(name -> null, CheckpointName.of("test", "1"), Codec.text());
    Parallel one = Parallel.of(1).checkpoint(none);
    for (var call :
        List.<Executable>of(
            () -> one.map(TEN, this::text),
            () -> one.start(TEN, this::text).close(),
            () -> one.stream(TEN, this::text).count(),
            () -> ParallelExecutor.of(one).close())) {
      var thrown = assertThrows(CheckpointException.class, call);
      assertTrue(thrown.getMessage().contains("has opened null"), thrown.getMessage());
    }
    assertEquals(0, calls.get());
  }

  /** Whose accessor fails for one of them. */
  record Fragile(int number) {
    @Override
    public int number() {
      if (number == 0) {
        throw new IllegalStateException("accessor");
      }
      return number;
    }
  }

  @Test
  @DisplayName(
      "E8: a first item whose fingerprint throws costs itself, as any other does, and never the run")
  void firstItemThatThrows() {
    List<Object> itself = new ArrayList<>();
    itself.add(itself);
    Results<Object, String> results =
        parallel.map(List.of(new Fragile(0), itself, new Fragile(1)), item -> "value");
    assertEquals(RunStatus.COMPLETED, results.status());
    assertEquals(1, results.successes().size());
    assertEquals(2, results.failures().size());
    assertEquals(
        "value", parallel.map(List.of(itself, "b"), item -> "value").okValues().getFirst());
  }

  @Test
  @DisplayName("I6: a store may close its run, which then does not wait for it")
  void aStoreClosesItsRun() throws Exception {
    for (boolean isFind : new boolean[] {true, false}) {
      MemoryStore closing = new MemoryStore();
      CompletableFuture<Run<?, ?>> started = new CompletableFuture<>();
      MemoryStore.Hook close = ids -> started.join().close();
      if (isFind) {
        closing.onFind(close);
      } else {
        closing.onCommit(close);
      }
      Checkpoint keyed =
          Checkpoint.of(closing, CheckpointName.of("closing", "1"), Codec.text())
              .key((String item) -> item);
      Run<String, String> run =
          Parallel.of(2).checkpoint(keyed).start(List.of("a", "b"), item -> item);
      started.complete(run);
      run.close();
      assertEquals(RunStatus.CANCELLED, run.status());
    }
  }
}
