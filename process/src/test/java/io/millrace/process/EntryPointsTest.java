package io.millrace.process;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Run;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.Codec;
import io.millrace.executor.ParallelExecutor;
import io.millrace.outcome.FailedItemsException;
import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Success;
import io.millrace.plan.Action;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.Source;
import io.millrace.plan.Triple;
import io.millrace.plan.Workers;
import io.millrace.scope.TaskGroup;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.MemoryStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Actions in processes are actions: every entry point runs them, with all options. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EntryPointsTest {
  private static final List<Integer> ITEMS = IntStream.range(0, 20).boxed().toList();

  /** How often an item was tried in this worker process; there is only one in the tests of retries. */
  private static final int[] TRIES = new int[ITEMS.size()];

  private final ProcessPool pool = ProcessPool.open(Quiet.workers(2));

  @AfterAll
  void close() {
    pool.close();
    Gone.assertNoChildren();
  }

  enum Way {
    MAP(true) {
      @Override
      Stream<Outcome<Integer, Integer>> run(Parallel parallel, Action<Integer, Integer> action) {
        return parallel.map(ITEMS, action).outcomes().stream();
      }
    },
    FUNCTION(true) {
      @Override
      Stream<Outcome<Integer, Integer>> run(Parallel parallel, Action<Integer, Integer> action) {
        return parallel.<Integer, Integer>function(action).map(ITEMS).outcomes().stream();
      }
    },
    STREAM(false) {
      @Override
      Stream<Outcome<Integer, Integer>> run(Parallel parallel, Action<Integer, Integer> action) {
        return parallel.stream(ITEMS, action);
      }
    },
    ORDERED_STREAM(true) {
      @Override
      Stream<Outcome<Integer, Integer>> run(Parallel parallel, Action<Integer, Integer> action) {
        return parallel.ordered().stream(ITEMS, action);
      }
    },
    BATCHES(true) {
      @Override
      Stream<Outcome<Integer, Integer>> run(Parallel parallel, Action<Integer, Integer> action) {
        return parallel.batches(ITEMS, 3, action).flatMap(List::stream);
      }
    },
    GATHERER(true) {
      @Override
      Stream<Outcome<Integer, Integer>> run(Parallel parallel, Action<Integer, Integer> action) {
        return ITEMS.stream().gather(parallel.gatherer(action));
      }
    },
    START(false) {
      @Override
      Stream<Outcome<Integer, Integer>> run(Parallel parallel, Action<Integer, Integer> action) {
        try (Run<Integer, Integer> run = parallel.start(ITEMS, action)) {
          return run.stream().toList().stream();
        }
      }
    },
    PUBLISHER(false) {
      @Override
      Stream<Outcome<Integer, Integer>> run(Parallel parallel, Action<Integer, Integer> action) {
        Collector collector = new Collector();
        parallel.publisher(ITEMS, action).subscribe(collector);
        return collector.all.join().stream();
      }
    },
    FOR_EACH(false) {
      @Override
      Stream<Outcome<Integer, Integer>> run(Parallel parallel, Action<Integer, Integer> action) {
        List<Outcome<Integer, Integer>> all = new ArrayList<>();
        try {
          parallel
              .onOutcome(outcome -> all.add(cast(outcome)))
              .<Integer, Integer>function(action)
              .forEach(ITEMS);
        } catch (FailedItemsException heardOfAlready) {
          // each of them is in the list
        }
        return all.stream();
      }
    };

    final boolean ordered;

    Way(boolean ordered) {
      this.ordered = ordered;
    }

    abstract Stream<Outcome<Integer, Integer>> run(
        Parallel parallel, Action<Integer, Integer> action);

    List<Outcome<Integer, Integer>> outcomes(Parallel parallel, Action<Integer, Integer> action) {
      try (var outcomes = run(parallel, action)) {
        return outcomes.toList();
      }
    }

    @SuppressWarnings("unchecked")
    private static Outcome<Integer, Integer> cast(Outcome<?, ?> outcome) {
      return (Outcome<Integer, Integer>) outcome;
    }
  }

  private static final class Collector implements Flow.Subscriber<Outcome<Integer, Integer>> {
    private final CompletableFuture<List<Outcome<Integer, Integer>>> all =
        new CompletableFuture<>();
    private final List<Outcome<Integer, Integer>> soFar = new ArrayList<>();

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(Outcome<Integer, Integer> outcome) {
      soFar.add(outcome);
    }

    @Override
    public void onError(Throwable error) {
      all.completeExceptionally(error);
    }

    @Override
    public void onComplete() {
      all.complete(soFar);
    }
  }

  private static List<Integer> values(List<Outcome<Integer, Integer>> outcomes) {
    return outcomes.stream()
        .sorted(Comparator.comparing(Outcome::index))
        .map(outcome -> assertInstanceOf(Success.class, outcome).value())
        .map(Integer.class::cast)
        .toList();
  }

  private static int unlessOdd(int item) throws InterruptedException {
    if (item % 4 == 1) {
      throw new InterruptedException("made up");
    }
    if (item % 4 == 3) {
      throw new CancellationException("made up");
    }
    return item;
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName(
      "P3: an interrupt that a worker makes up fails its item and nothing else, at every entry point, also in the caller's thread")
  void interruptsOfWorkersAreFailures(Way way) {
    Action<Integer, Integer> action = pool.action(EntryPointsTest::unlessOdd);
    Parallel inCaller = pool.parallel().workers(Workers.caller());
    for (Parallel parallel :
        List.of(pool.parallel(), way == Way.PUBLISHER ? pool.parallel() : inCaller)) {
      var outcomes = way.outcomes(parallel, action);
      assertEquals(ITEMS.size(), outcomes.size());
      for (Outcome<Integer, Integer> outcome : outcomes) {
        if (outcome instanceof Failure<Integer, Integer>(var item, var error, _)) {
          assertEquals(1, item % 2);
          assertInstanceOf(RemoteTaskException.class, error);
        } else {
          assertEquals(
              0,
              assertInstanceOf(Success.class, outcome).value() instanceof Integer even
                  ? even % 2
                  : 1);
        }
      }
      assertFalse(Thread.interrupted(), "an interrupt of nobody");
    }
  }

  @Test
  @DisplayName(
      "P3: an interrupt or a cancellation that a worker makes up is the failure of a task of an executor or a group")
  void interruptsInExecutorsAndGroups() throws Exception {
    Action<Integer, Integer> action = pool.action(EntryPointsTest::unlessOdd);
    try (ParallelExecutor executor = ParallelExecutor.of(2)) {
      for (int item : List.of(1, 3)) {
        Future<Integer> future = executor.submit(() -> action.apply(item));
        var thrown = assertThrows(ExecutionException.class, future::get);
        assertInstanceOf(RemoteTaskException.class, thrown.getCause());
        assertFalse(future.isCancelled());
      }
    }
    for (int item : List.of(1, 3)) {
      var thrown =
          assertThrows(
              RemoteTaskException.class,
              () ->
                  TaskGroup.run(
                      group -> {
                        group.start(() -> action.apply(item));
                      }));
      assertTrue(thrown.getMessage().endsWith("made up"), thrown.getMessage());
    }
    assertFalse(Thread.interrupted(), "an interrupt of nobody");
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("PY13, A74: every entry point runs its action in processes, and keeps its order")
  void everyEntryPointRunsInProcesses(Way way) {
    var outcomes = way.outcomes(pool.parallel(), pool.action(item -> item * item));

    assertEquals(ITEMS.stream().map(item -> item * item).toList(), values(outcomes));
    if (way.ordered) {
      List<Long> indices = outcomes.stream().map(Outcome::index).toList();
      assertEquals(indices.stream().sorted().toList(), indices);
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("PY13, A74: retries hold at every entry point: so many calls in the process")
  void retriesHold(Way way) {
    try (ProcessPool one = ProcessPool.open(Quiet.workers(1))) {
      Action<Integer, Integer> flaky =
          one.action(
              item -> {
                if (++TRIES[item] <= item % 3) {
                  throw new IOException("try " + TRIES[item] + " of item " + item);
                }
                return TRIES[item];
              });

      var outcomes = way.outcomes(Parallel.of(4).retry(Retry.ofAttempts(2)), flaky);

      for (var outcome : outcomes) {
        int failures = outcome.item() % 3;
        switch (outcome) {
          case Success<Integer, Integer> success -> assertEquals(failures + 1, success.value());
          case Failure<Integer, Integer> failure -> {
            assertEquals(2, failures);
            assertInstanceOf(IOException.class, failure.error());
            assertEquals("try 2 of item " + failure.item(), failure.error().getMessage());
          }
          case NotRun<Integer, Integer> notRun -> throw new AssertionError(notRun);
        }
      }
      assertEquals(ITEMS.size(), outcomes.size());
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName(
      "I8, A28: with a checkpoint, a second run asks no process for what the first one did")
  void checkpointsHold(Way way) {
    Parallel kept = pool.parallel().checkpoint(checkpoint().key((Integer item) -> item));

    assertEquals(ITEMS, values(way.outcomes(kept, pool.action(item -> item))));
    var restored = way.outcomes(kept, pool.action(item -> refused()));

    assertEquals(ITEMS, values(restored));
    for (var outcome : restored) {
      assertTrue(outcome.restored(), outcome::toString);
      assertEquals(0, outcome.attempts());
    }
  }

  @Test
  @DisplayName(
      "I8, A28: tasks with keys that run in processes are stored as well; of one whose process died, nothing is")
  void tasksWithKeys() throws Exception {
    Parallel kept = pool.parallel().checkpoint(checkpoint());
    try (var executor = ParallelExecutor.of(kept)) {
      var options = executor.options();
      Future<Integer> stored = executor.submit(() -> pool.call(() -> 7), options.key("seven"));
      assertEquals(7, stored.get());
      var died = executor.submit(() -> pool.call(() -> exit()), options.key("eight"));
      var failure = assertThrows(ExecutionException.class, died::get);
      assertInstanceOf(WorkerDiedException.class, failure.getCause());
    }
    try (var executor = ParallelExecutor.of(kept)) {
      var options = executor.options();
      var seven = executor.submit(() -> pool.call(() -> refused()), options.key("seven"));
      assertEquals(7, seven.get());
      assertTrue(seven.restored());
      assertEquals(8, executor.submit(() -> pool.call(() -> 8), options.key("eight")).get());
    }
  }

  private static int refused() {
    throw new IllegalStateException("it was called again");
  }

  private static int exit() {
    Runtime.getRuntime().halt(3);
    return 0;
  }

  private static Checkpoint checkpoint() {
    return Checkpoint.of(new MemoryStore(), CheckpointName.of("squares", "1"), new Numbers());
  }

  private static final class Numbers implements Codec<Integer> {
    @Override
    public byte[] encode(Integer value) {
      return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
    }

    @Override
    public Integer decode(byte[] bytes) {
      return ByteBuffer.wrap(bytes).getInt();
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("PY13, A74: a rate limit holds at every entry point")
  void limitsHold(Way way) {
    try (ManualClock clock = ManualClock.jumping()) {
      long start = clock.nanoTime();
      var limited = Parallel.of(4).clock(clock).rateLimit(RateLimit.perSecond(10));

      var outcomes = way.outcomes(limited, pool.action(item -> item));

      assertEquals(ITEMS, values(outcomes));
      assertEquals(Duration.ofMillis(1900), Duration.ofNanos(clock.nanoTime() - start));
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("PY13, A74: a deadline ends exactly its task at every entry point")
  void deadlinesHold(Way way) throws Exception {
    pool.startAll();
    Action<Integer, Integer> stuck =
        pool.action(
            item -> {
              while (item == 7) {
                Thread.onSpinWait();
              }
              return item;
            });
    // The next items wait for a new process, and may hit their deadline by that.
    var timed = Parallel.of(2).attemptTimeout(ofMillis(500)).grace(ofSeconds(10));

    var failures =
        way.outcomes(timed, stuck).stream()
            .filter(outcome -> outcome instanceof Failure)
            .map(outcome -> ((Failure<Integer, Integer>) outcome))
            .toList();

    assertTrue(failures.stream().anyMatch(f -> f.item() == 7), failures::toString);
    failures.forEach(f -> assertInstanceOf(TimeoutException.class, f.error()));
  }

  @Test
  @DisplayName("PY13, AF2: tasks of an executor run in processes, each with its options")
  void executorsRunInProcesses() throws Exception {
    Action<Integer, Integer> square = pool.action(item -> item * item);
    try (var executor = ParallelExecutor.of(2)) {
      List<Future<Integer>> futures = new ArrayList<>();
      for (int item : ITEMS) {
        futures.add(executor.submit(() -> square.apply(item)));
      }
      for (int item : ITEMS) {
        assertEquals(item * item, futures.get(item).get());
      }
    }
  }

  @Test
  @DisplayName("PY8, PY13: pairs and triples of a zip are arguments for processes")
  void zipsCross() {
    var pairs =
        pool.parallel()
            .map(
                Source.<Integer, String>zip(List.of(1, 2), List.of("a", "b")),
                pool.action(
                    (Map.Entry<Integer, String> pair) -> pair.getValue().repeat(pair.getKey())));
    var triples =
        pool.parallel()
            .map(
                Source.<Integer, Integer, Integer>zip(List.of(1, 2), List.of(3, 4), List.of(5, 6)),
                pool.action(
                    (Triple<Integer, Integer, Integer> t) -> t.first() + t.second() + t.third()));

    assertEquals(List.of("a", "bb"), pairs.values());
    assertEquals(List.of(9, 12), triples.values());
  }
}
