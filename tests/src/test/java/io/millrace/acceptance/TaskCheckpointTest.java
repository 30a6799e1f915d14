package io.millrace.acceptance;

import static java.time.Duration.ofMillis;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.Codec;
import io.millrace.checkpoint.FinalFailureException;
import io.millrace.checkpoint.spi.ItemId;
import io.millrace.checkpoint.spi.StoredOutcome;
import io.millrace.executor.ExecutorFuture;
import io.millrace.executor.ParallelExecutor;
import io.millrace.executor.QueueLimit;
import io.millrace.executor.TaskOptions;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.StopToken;
import io.millrace.pool.WorkPool;
import io.millrace.testkit.MemoryStore;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A checkpoint for the tasks of an executor: what CheckpointContract promises for the items of a run. */
@NoLeaks
class TaskCheckpointTest {
  private static final TaskOptions PLAIN = TaskOptions.none();

  private final MemoryStore store = new MemoryStore();
  private final AtomicInteger calls = new AtomicInteger();

  private Checkpoint checkpoint() {
    return Checkpoint.of(store, CheckpointName.of("test", "1"), Codec.text());
  }

  private ParallelExecutor executor(int concurrency) {
    return executor(concurrency, p -> p);
  }

  private ParallelExecutor executor(int concurrency, UnaryOperator<Parallel> options) {
    return ParallelExecutor.of(options.apply(Parallel.of(concurrency).checkpoint(checkpoint())));
  }

  private Callable<String> text(int number) {
    return () -> {
      calls.incrementAndGet();
      return "value of " + number;
    };
  }

  private static TaskOptions key(int number) {
    return PLAIN.key("k" + number);
  }

  private static String forEver() throws InterruptedException {
    new CountDownLatch(1).await();
    return "never";
  }

  private static <T> T never() {
    throw new AssertionError("called");
  }

  private static Throwable failure(ExecutorFuture<?> future) {
    return assertThrows(ExecutionException.class, future::get).getCause();
  }

  // What holds for items

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 100})
  @DisplayName("I8 a task's outcome is durable before its future is done")
  void durableBeforeDone(int concurrency) {
    Set<Integer> early = ConcurrentHashMap.newKeySet();
    try (ParallelExecutor executor = executor(concurrency)) {
      for (int i = 0; i < 300; i++) {
        int number = i;
        var future =
            executor.submit(
                () -> {
                  if (number % 2 == 1) {
                    throw new IOException("odd: " + number);
                  }
                  return "value";
                },
                key(number));
        future.whenComplete(
            (value, error) -> {
              if (!store.has(ItemId.of("k" + number))) {
                early.add(number);
              }
            });
      }
    }
    assertEquals(Set.of(), early, "done before they were stored");
    assertEquals(300, store.outcomes().size(), "stored");
    assertFalse(store.isHeld(), "held after the executor");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 100})
  @DisplayName(
      "A28 a stored task is not run: its future gets the value, without a permit or a retry")
  void restored(int concurrency) throws Exception {
    try (ParallelExecutor executor = executor(concurrency)) {
      for (int i = 0; i < 200; i++) {
        executor.submit(text(i), key(i));
      }
    }
    assertEquals(200, calls.getAndSet(0), "calls");
    try (ParallelExecutor executor =
        executor(concurrency, p -> p.rateLimit(RateLimit.perHour(1).burst(3)))) {
      List<ExecutorFuture<String>> futures = new ArrayList<>();
      for (int i = 0; i < 203; i++) {
        futures.add(executor.submit(text(i), key(i)));
      }
      for (int i = 0; i < 203; i++) {
        assertEquals("value of " + i, futures.get(i).get());
        assertEquals(i < 200, futures.get(i).restored(), "restored: " + i);
      }
    }
    assertEquals(3, calls.get(), "calls of the second executor");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100})
  @DisplayName(
      "A28 a failed task is stored, is not taken for done, and runs again; for good, if so said")
  void failures(int concurrency) throws Exception {
    UnaryOperator<Parallel> lasting =
        p ->
            p.checkpoint(
                checkpoint().finalFailures(error -> error.getMessage().equals("for good")));
    for (String message : List.of("once", "for good")) {
      try (ParallelExecutor executor = executor(concurrency, lasting)) {
        Callable<String> failing =
            () -> {
              throw new IOException(message);
            };
        assertEquals(message, failure(executor.submit(failing, key(1))).getMessage());
      }
      var stored = (StoredOutcome.Failed) store.outcomes().getFirst().result();
      assertEquals(IOException.class.getName() + message, stored.error() + stored.message());
    }
    try (ParallelExecutor executor = executor(concurrency, lasting)) {
      ExecutorFuture<String> future = executor.submit(() -> never(), key(1));
      var error = assertInstanceOf(FinalFailureException.class, failure(future));
      assertEquals(IOException.class.getName(), error.error());
      assertTrue(future.restored());
    }
  }

  @Test
  @DisplayName("A28 what one executor of tasks has stored, a run over items with these keys finds")
  void sharedWithRuns() throws Exception {
    try (ParallelExecutor executor = executor(2)) {
      executor.submit(text(1), key(1).fingerprint("one")).get();
    }
    Checkpoint ofItems = checkpoint().key((String item) -> "k1").fingerprint((String item) -> item);
    Parallel parallel = Parallel.of(2).checkpoint(ofItems);
    assertEquals(
        List.of("value of 1"),
        parallel.map(List.of("one"), item -> this.<String>fail(item)).values());
  }

  private <T> T fail(Object item) {
    throw new AssertionError("called for " + item);
  }

  @Test
  @DisplayName(
      "A92 a task whose fingerprint has changed runs again; keys of different kinds never collide")
  void identity() throws Exception {
    UUID uuid = new UUID(0, 1);
    List<ItemId> ids =
        List.of(ItemId.of("1"), ItemId.of(1), ItemId.of(uuid), ItemId.of(new byte[] {'1'}));
    for (int round = 0; round < 2; round++) {
      try (ParallelExecutor executor = executor(2)) {
        for (int i = 0; i < ids.size(); i++) {
          assertEquals("value of " + i, executor.submit(text(i), PLAIN.key(ids.get(i))).get());
        }
      }
      assertEquals(4, calls.get(), "calls");
    }
    try (ParallelExecutor executor = executor(2)) {
      for (String prompt : List.of("a", "a", "b", "b")) {
        executor.submit(text(0), PLAIN.key("1").fingerprint(prompt)).get();
      }
    }
    assertEquals(6, calls.get(), "calls");
    assertEquals(4, store.outcomes().size(), "rows");
  }

  @Test
  @DisplayName("A29 another name is refused when the executor is made")
  void anotherName() {
    executor(1).close();
    var other = Checkpoint.of(store, CheckpointName.of("test", "2"), Codec.text());
    assertThrows(
        CheckpointException.class, () -> ParallelExecutor.of(Parallel.of(1).checkpoint(other)));
    try (ParallelExecutor executor = executor(1)) {
      assertThrows(CheckpointException.class, () -> executor(1), "held by the first one");
      assertFalse(executor.isShutdown());
    }
  }

  @Test
  @DisplayName("A91 a value that cannot be stored, or restored, fails its task, and no other one")
  void badValues() throws Exception {
    try (ParallelExecutor executor = executor(2)) {
      Callable<String> half = () -> "\ud800";
      var error =
          assertInstanceOf(CheckpointException.class, failure(executor.submit(half, key(1))));
      assertTrue(error.getMessage().contains("with the key \"k1\": its value"), error.getMessage());
      assertEquals("value of 2", executor.submit(text(2), key(2)).get());
      assertEquals(1, store.outcomes().size(), "stored");
    }
    Codec<String> broken =
        new Codec<>() {
          @Override
          public byte[] encode(String value) {
            return value.getBytes(StandardCharsets.UTF_8);
          }

          @Override
          public String decode(byte[] bytes) throws IOException {
            throw new IOException("no string");
          }
        };
    var checkpoint = Checkpoint.of(store, CheckpointName.of("test", "1"), broken);
    try (ParallelExecutor executor = ParallelExecutor.of(Parallel.of(2).checkpoint(checkpoint))) {
      assertInstanceOf(
          CheckpointException.class,
          failure(executor.submit(() -> TaskCheckpointTest.<String>never(), key(2))));
      assertEquals("value of 3", executor.submit(text(3), key(3)).get());
    }
  }

  @Test
  @DisplayName(
      "I8 a store that fails ends the executor, and each future with its error; what was stored stays")
  void storeFails() throws Exception {
    CheckpointException full = new CheckpointException("the disk is full");
    try (ParallelExecutor executor = executor(1)) {
      executor.submit(text(0), key(0)).get();
      CountDownLatch submitted = new CountDownLatch(1);
      store.onCommit(
          ids -> {
            throw full;
          });
      Callable<String> waiting =
          () -> {
            submitted.await();
            return "paid";
          };
      List<ExecutorFuture<String>> futures = new ArrayList<>();
      futures.add(executor.submit(waiting, key(1)));
      for (int i = 2; i < 10; i++) {
        futures.add(executor.submit(text(i), key(i)));
      }
      submitted.countDown();
      for (ExecutorFuture<String> future : futures) {
        assertSame(full, failure(future));
      }
      assertThrows(RejectedExecutionException.class, () -> executor.submit(text(0), key(11)));
    }
    assertEquals(1, store.outcomes().size(), "stored");
    assertFalse(store.isHeld(), "held");
  }

  @Test
  @DisplayName(
      "I8 tasks that run when the store fails fail with its error, not with the interrupt of the end")
  void storeFailsWhileTasksRun() throws Exception {
    CheckpointException full = new CheckpointException("the disk is full");
    IllegalStateException own = new IllegalStateException("own, after the interrupt");
    store.onCommit(
        ids -> {
          throw full;
        });
    try (ParallelExecutor executor = executor(4)) {
      CountDownLatch running = new CountDownLatch(3);
      Callable<String> interrupted =
          () -> {
            running.countDown();
            return forEver();
          };
      Callable<String> failing =
          () -> {
            running.countDown();
            try {
              return forEver();
            } catch (InterruptedException cut) {
              throw own;
            }
          };
      List<ExecutorFuture<String>> futures =
          List.of(
              executor.submit(interrupted, key(1)),
              executor.submit(failing, key(2)),
              executor.submit(interrupted, key(3)));
      running.await();
      assertSame(full, failure(executor.submit(text(4), key(4))));
      for (ExecutorFuture<String> future : futures) {
        assertSame(full, failure(future));
      }
      assertEquals(List.of(own), List.of(full.getSuppressed()));
    }
    assertTrue(store.outcomes().isEmpty(), "stored");
  }

  @Test
  @DisplayName("I8 items that run when the store fails are not run, and the call throws its error")
  void storeFailsWhileItemsRun() throws Exception {
    CheckpointException full = new CheckpointException("the disk is full");
    store.onCommit(
        ids -> {
          throw full;
        });
    CountDownLatch running = new CountDownLatch(1);
    try (var run =
        Parallel.of(2)
            .checkpoint(Checkpoint.of(store, CheckpointName.of("test", "1"), Codec.text()))
            .start(
                List.of("waits", "is stored"),
                item -> {
                  if (item.equals("waits")) {
                    running.countDown();
                    return forEver();
                  }
                  running.await();
                  return item;
                })) {
      List<Outcome<String, String>> outcomes = new ArrayList<>();
      assertSame(
          full,
          assertThrows(
              CheckpointException.class,
              () -> {
                while (true) {
                  outcomes.add(run.take().orElseThrow());
                }
              }));
      assertTrue(outcomes.stream().allMatch(NotRun.class::isInstance), outcomes::toString);
    }
  }

  @Test
  @DisplayName("I8 a task that retries is stored once, with what came of it in the end")
  void retries() throws Exception {
    try (ParallelExecutor executor = executor(1)) {
      Callable<String> second =
          () -> {
            if (calls.incrementAndGet() == 1) {
              throw new IOException("not yet");
            }
            return null;
          };
      assertNull(executor.submit(second, key(1).retry(Retry.ofAttempts(3))).get());
    }
    assertEquals(2, store.outcomes().getFirst().attempts());
    assertEquals(List.of(1), store.commits());
  }

  // What is particular to tasks

  @Test
  @DisplayName(
      "A28 a second task with a key that is under way is refused; later it finds what was stored")
  void sameKey() throws Exception {
    try (ParallelExecutor executor = executor(2)) {
      CountDownLatch first = new CountDownLatch(1);
      Callable<String> slow =
          () -> {
            first.await();
            return "once";
          };
      var future = executor.submit(slow, key(1));
      var refused =
          assertThrows(RejectedExecutionException.class, () -> executor.submit(text(1), key(1)));
      assertTrue(refused.getMessage().contains("the key \"k1\" is under way"));
      first.countDown();
      assertEquals("once", future.get());
      ExecutorFuture<String> again = executor.submit(text(1), key(1));
      assertEquals("once", again.get());
      assertTrue(again.restored());
      Callable<String> failing =
          () -> {
            throw new IOException("once");
          };
      assertInstanceOf(IOException.class, failure(executor.submit(failing, key(2))));
      assertEquals("value of 2", executor.submit(text(2), key(2)).get());
    }
    assertEquals(1, calls.get(), "calls");
  }

  @Test
  @DisplayName(
      "A28 of many threads that submit the same keys again and again, each key is called once")
  void racingSubmitters() throws Exception {
    try (ParallelExecutor executor = executor(7)) {
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        threads.add(
            Thread.startVirtualThread(
                () -> {
                  for (int i = 0; i < 200; i++) {
                    try {
                      executor.submit(text(i), key(i)).join();
                    } catch (RejectedExecutionException underWay) {
                      Thread.yield();
                    }
                  }
                }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
    assertEquals(200, calls.get(), "calls");
    assertEquals(200, store.outcomes().size(), "rows");
  }

  @Test
  @DisplayName(
      "A28 a cancelled task stores nothing, and its key is free when its attempt has ended")
  void cancelled() throws Exception {
    try (ParallelExecutor executor = executor(1)) {
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch release = new CountDownLatch(1);
      Callable<String> slow =
          () -> {
            begun.countDown();
            release.await();
            return "too late";
          };
      var running = executor.submit(slow, key(1));
      var queued = executor.submit(text(2), key(2));
      begun.await();
      running.cancel(false);
      queued.cancel(true);
      assertThrows(RejectedExecutionException.class, () -> executor.submit(text(1), key(1)));
      release.countDown();
      executor.submit(text(3), key(3)).get();
      assertEquals("value of 1", executor.submit(text(1), key(1)).get());
      assertEquals("value of 2", executor.submit(text(2), key(2)).get());
    }
    assertEquals(3, store.outcomes().size(), "rows");
  }

  @Test
  @DisplayName("A28 a task that is cancelled while it is looked up does not run")
  void cancelledInLookup() throws Exception {
    CountDownLatch looking = new CountDownLatch(1);
    CountDownLatch found = new CountDownLatch(1);
    store.onFind(
        ids -> {
          looking.countDown();
          awaitUnchecked(found);
        });
    try (ParallelExecutor executor = executor(2)) {
      var one = executor.submit(text(1), key(1));
      looking.await();
      var two = executor.submit(text(2), key(2));
      one.cancel(true);
      two.cancel(true);
      found.countDown();
      executor.submit(text(3), key(3)).get();
    }
    assertEquals(1, calls.get(), "calls");
    assertEquals(1, store.outcomes().size(), "rows");
  }

  @Test
  @DisplayName(
      "A28 after shutdownNow what was not begun comes back, runs in no other thread, and runs in the next one")
  void shutdownNow() throws Exception {
    ParallelExecutor executor = executor(1);
    CountDownLatch begun = new CountDownLatch(1);
    Callable<String> endless =
        () -> {
          begun.countDown();
          new CountDownLatch(1).await();
          return "never";
        };
    var running = executor.submit(endless, key(0));
    for (int i = 1; i < 20; i++) {
      executor.submit(text(i), key(i));
    }
    begun.await();
    List<Runnable> notBegun = executor.shutdownNow();
    assertEquals(19, notBegun.size(), "not begun");
    assertThrows(IllegalStateException.class, () -> notBegun.getFirst().run());
    assertTrue(executor.awaitTermination(1, TimeUnit.MINUTES));
    assertTrue(running.isDone());
    assertEquals(0, calls.get(), "calls");
    try (ParallelExecutor next = executor(3)) {
      for (int i = 0; i < 20; i++) {
        assertEquals("value of " + i, next.submit(text(i), key(i)).get());
      }
    }
  }

  @Test
  @DisplayName(
      "A28 a place in the queue is held while a task is looked up and stored, and its key goes with it")
  void queueLimit() throws Exception {
    QueueLimit limit = QueueLimit.rejecting(1);
    CountDownLatch storing = new CountDownLatch(1);
    store.onCommit(ids -> awaitUnchecked(storing));
    try (ParallelExecutor executor =
        ParallelExecutor.of(Parallel.of(1).checkpoint(checkpoint()), limit)) {
      var first = executor.submit(text(1), key(1));
      var second = executor.submit(text(2), key(2));
      assertThrows(RejectedExecutionException.class, () -> executor.submit(text(3), key(3)));
      storing.countDown();
      assertEquals("value of 1", first.get());
      assertEquals("value of 2", second.get());
      assertEquals("value of 3", executor.submit(text(3), key(3)).get());
    }
  }

  @Test
  @DisplayName("A28 a task at its deadline stores nothing and frees its key")
  void deadline() throws Exception {
    try (ParallelExecutor executor = executor(1)) {
      Callable<String> endless =
          () -> {
            new CountDownLatch(1).await();
            return "never";
          };
      var late = executor.submit(endless, key(1).deadline(ofMillis(1)));
      assertInstanceOf(TimeoutException.class, failure(late));
      var over = executor.submit(endless, key(2).deadline(Duration.ZERO));
      assertInstanceOf(TimeoutException.class, failure(over));
      executor.submit(text(3), key(3)).get();
      assertEquals("value of 2", executor.submit(text(2), key(2)).get());
      assertEquals("value of 1", executor.submit(text(1), key(1)).get());
    }
    assertEquals(3, store.outcomes().size(), "rows");
  }

  @Test
  @DisplayName("A28 asynchronous stages of a task run, and are not stored")
  void stages() throws Exception {
    try (ParallelExecutor executor = executor(2)) {
      assertEquals(10, executor.submit(text(1), key(1)).thenApplyAsync(String::length).get());
    }
    assertEquals(1, store.outcomes().size(), "rows");
  }

  // What is refused

  @Test
  @DisplayName("A28 what gives a task no key is refused at the call, with the reason and a way out")
  void refusedCalls() {
    try (ParallelExecutor executor = executor(2)) {
      Callable<String> task = text(1);
      var noKey = assertThrows(IllegalArgumentException.class, () -> executor.submit(task));
      assertTrue(noKey.getMessage().contains("executor.options().key"), noKey.getMessage());
      assertThrows(IllegalArgumentException.class, () -> executor.submit(task, PLAIN));
      assertThrows(
          IllegalArgumentException.class, () -> executor.submit(task, PLAIN.fingerprint("x")));
      Runnable run = () -> calls.incrementAndGet();
      Watched mapped = new Watched(3);
      Watched iterated = new Watched(3);
      for (Executable call :
          List.<Executable>of(
              () -> executor.execute(run),
              () -> executor.submit(run),
              () -> executor.submit(run, "x"),
              () -> executor.invokeAll(List.of(task)),
              () -> executor.invokeAll(List.of(task), 1, TimeUnit.SECONDS),
              () -> executor.invokeAny(List.of(task)),
              () -> executor.invokeAny(List.of(task), 1, TimeUnit.SECONDS),
              () -> executor.map(mapped, item -> item),
              () -> executor.mapIter(iterated, item -> item, PLAIN.key("k"), ofMillis(1)))) {
        var refused = assertThrows(UnsupportedOperationException.class, call);
        assertTrue(refused.getMessage().contains("has a checkpoint"), refused.getMessage());
      }
      assertTrue(mapped.isClosed() && iterated.isClosed(), "closed");
    }
    assertEquals(0, calls.get(), "calls");
  }

  @Test
  @DisplayName(
      "A28 keys mean nothing without a checkpoint, and functions of items nothing with tasks")
  void refusedOptions() {
    try (ParallelExecutor executor = ParallelExecutor.of(1)) {
      for (TaskOptions options : List.of(key(1), PLAIN.fingerprint("x"))) {
        assertThrows(IllegalArgumentException.class, () -> executor.submit(text(1), options));
        assertThrows(
            IllegalArgumentException.class,
            () -> executor.map(List.of(1), item -> item, options, ofMillis(1)));
      }
    }
    for (Checkpoint ofItems :
        List.of(checkpoint().key(item -> item), checkpoint().fingerprint(item -> item))) {
      var refused =
          assertThrows(
              IllegalArgumentException.class,
              () -> ParallelExecutor.of(Parallel.of(1).checkpoint(ofItems)));
      assertTrue(refused.getMessage().contains("TaskOptions.key"), refused.getMessage());
    }
    assertThrows(
        IllegalArgumentException.class, () -> WorkPool.of(Parallel.of(1).checkpoint(checkpoint())));
    assertFalse(store.isHeld(), "held");
    assertThrows(IllegalArgumentException.class, () -> PLAIN.key(ItemId.ofPosition(1)));
    assertThrows(IllegalArgumentException.class, () -> PLAIN.key("x".repeat(1025)));
    assertThrows(IllegalArgumentException.class, () -> PLAIN.fingerprint(new Object()));
  }

  @Test
  @DisplayName(
      "A28 an executor with a checkpoint that ends by its stop token lets it go, and stores what was paid for")
  void stopped() throws Exception {
    var token = new StopToken();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    try (ParallelExecutor executor = executor(1, p -> p.stopToken(token))) {
      Callable<String> deaf =
          () -> {
            begun.countDown();
            awaitUnchecked(release);
            return "paid";
          };
      var running = executor.submit(deaf, key(1));
      var queued = executor.submit(text(2), key(2));
      begun.await();
      token.stop();
      release.countDown();
      assertEquals("paid", running.get());
      assertThrows(CancellationException.class, queued::get);
    }
    assertEquals(1, store.outcomes().size(), "rows");
    assertFalse(store.isHeld(), "held");
  }

  private static void awaitUnchecked(CountDownLatch latch) {
    boolean wasInterrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException again) {
        wasInterrupted = true;
      }
    }
    if (wasInterrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
