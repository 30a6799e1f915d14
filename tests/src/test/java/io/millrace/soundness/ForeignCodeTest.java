package io.millrace.soundness;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.Run;
import io.millrace.acceptance.Fallback;
import io.millrace.limit.WeightedSemaphore;
import io.millrace.outcome.FailedItemsException;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Action;
import io.millrace.plan.Backoff;
import io.millrace.plan.ContextCarrier;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.Source;
import io.millrace.plan.StopToken;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** User code that throws, blocks or leaves a flag set costs its item, and nothing else. */
@Timeout(60)
class ForeignCodeTest {
  private static final List<Integer> EIGHT = IntStream.range(0, 8).boxed().toList();
  private final CountDownLatch end = new CountDownLatch(1);
  private final CountDownLatch blocked = new CountDownLatch(1);

  @AfterEach
  void letGo() {
    end.countDown();
  }

  /** Prints itself for ever. */
  private static final class Endless {
    @Override
    public String toString() {
      return "Endless(" + this + ")";
    }
  }

  // E8

  @Test
  @DisplayName("E8: a rejected value whose toString overflows the stack costs its item only")
  void rejectedValue() throws Exception {
    Retry retry = Retry.ofAttempts(2).backoff(Backoff.none()).whenResult(x -> x instanceof Endless);
    Results<Integer, Object> results =
        Soon.of(
            () ->
                Parallel.of(2)
                    .retry(retry)
                    .<Integer, Object>map(EIGHT, x -> x == 3 ? new Endless() : x));
    assertEquals(RunStatus.COMPLETED, results.status());
    assertEquals(7, results.successes().size());
    assertEquals(1, results.failures().size());
  }

  @Test
  @DisplayName("E8: an exception whose toString throws an error costs its item only")
  void unprintableException() {
    FailedItemsException failed =
        assertThrows(
            FailedItemsException.class,
            () ->
                Soon.of(
                    () -> {
                      Parallel.of(2).<Integer>forEach(EIGHT, ForeignCodeTest::unprintable);
                      return null;
                    }));
    assertEquals(1, failed.failures().size());
  }

  private static void unprintable(int item) {
    if (item == 2) {
      throw new IllegalStateException() {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
          return new Endless().toString();
        }

        @Override
        public String toString() {
          return getMessage();
        }
      };
    }
  }

  @Test
  @DisplayName("E8: what undoes a context may fail, and the action's own exception is the failure")
  void failingUndo() {
    ContextCarrier<String> broken =
        new ContextCarrier<>() {
          @Override
          public String capture() {
            return "";
          }

          @Override
          public Runnable install(String captured) {
            return () -> {
              throw new IllegalStateException("undo");
            };
          }
        };
    IOException own = new IOException("the action's own");
    var failures =
        Parallel.of(1)
            .context(broken)
            .map(
                List.of(1),
                _ -> {
                  throw own;
                })
            .failures();
    assertSame(own, failures.getFirst().error());
  }

  @Test
  @DisplayName("E8: a limit that cannot take a permit back does not hide the function's exception")
  void failingRelease() {
    WeightedSemaphore semaphore = WeightedSemaphore.bounded(1);
    IOException own = new IOException("the function's own");
    Callable<Integer> wrapped =
        semaphore.wrap(
            () -> {
              semaphore.release();
              throw own;
            });
    assertSame(own, assertThrows(Throwable.class, wrapped::call));
  }

  @Test
  @DisplayName("E8: a listener that fails as well does not hide the failure that ended the run")
  void failingListener() {
    IOException own = new IOException("the action's own");
    Parallel parallel =
        Parallel.of(1)
            .failFast()
            .onOutcome(
                outcome -> {
                  if (!outcome.isSuccess()) {
                    throw new IllegalStateException("listener");
                  }
                });
    Throwable thrown =
        assertThrows(
            Throwable.class,
            () ->
                parallel.map(
                    List.of(1),
                    _ -> {
                      throw own;
                    }));
    assertSame(own, thrown);
  }

  @Test
  @DisplayName("E8: an exception that is thrown again and again is not changed without bound")
  void constantException() {
    IOException constant = new IOException("constant");
    Retry retry = Retry.ofAttempts(2).backoff(Backoff.fixed(ofSeconds(1)));
    Parallel.of(4)
        .itemTimeout(ofMillis(100))
        .retry(retry)
        .map(
            IntStream.range(0, 20_000).boxed().toList(),
            _ -> {
              throw constant;
            });
    int suppressed = constant.getSuppressed().length;
    assertTrue(suppressed <= 100, "suppressed exceptions: " + suppressed);
  }

  @Test
  @DisplayName("E8: failing fast with one exception for all items does not change it without bound")
  void constantExceptionFailingFast() {
    IOException constant = new IOException("constant");
    for (int round = 0; round < 1_000; round++) {
      assertThrows(
          IOException.class,
          () ->
              Parallel.of(8)
                  .failFast()
                  .map(
                      EIGHT,
                      _ -> {
                        throw constant;
                      }));
    }
    int suppressed = constant.getSuppressed().length;
    assertTrue(suppressed <= 100, "suppressed exceptions: " + suppressed);
  }

  // E10

  private boolean blockOrComplain() {
    blocked.countDown();
    try {
      end.await();
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
    return true;
  }

  static Stream<String> blocking() {
    return Stream.of(
        "fallback",
        "retry predicate",
        "result predicate",
        "server wait",
        "cost",
        "settling",
        "item key",
        "concurrency key",
        "rate key",
        "context");
  }

  /** A call of two items, of which each comes to the code that blocks. */
  private Callable<Results<Integer, Integer>> calling(String where, Parallel parallel) {
    Retry retry = Retry.ofAttempts(2).backoff(Backoff.none());
    Action<Integer, Integer> failing =
        _ -> {
          throw new IOException("fails");
        };
    Action<Integer, Integer> fine = item -> item;
    RateLimit.TokenBucket fast = RateLimit.perSecond(1_000).burst(1_000);
    List<Integer> two = List.of(1, 2);
    return switch (where) {
      case "fallback" ->
          () -> parallel.function(failing).orElseGet(_ -> blockOrComplain() ? 1 : 2).map(two);
      case "retry predicate" ->
          () -> parallel.retry(retry.when(_ -> blockOrComplain())).map(two, failing);
      case "result predicate" ->
          () -> parallel.retry(retry.whenResult(_ -> !blockOrComplain())).map(two, fine);
      case "server wait" ->
          () ->
              parallel
                  .retry(
                      retry.serverWait(
                          (_, _, _) -> {
                            blockOrComplain();
                            return Optional.empty();
                          }))
                  .map(two, failing);
      case "cost" ->
          () -> parallel.rateLimit(fast.costing(_ -> blockOrComplain() ? 1 : 2)).map(two, fine);
      case "settling" ->
          () ->
              parallel.rateLimit(fast.settling((_, _) -> blockOrComplain() ? 1 : 2)).map(two, fine);
      case "item key" -> () -> parallel.itemKey(_ -> blockOrComplain()).map(two, fine);
      case "concurrency key" ->
          () -> parallel.concurrencyPerKey(1, _ -> blockOrComplain()).map(two, fine);
      case "rate key" -> () -> parallel.rateLimit(fast.by(_ -> blockOrComplain())).map(two, fine);
      case "context" ->
          () ->
              parallel
                  .context(
                      new ContextCarrier<Integer>() {
                        @Override
                        public Integer capture() {
                          return 1;
                        }

                        @Override
                        public Runnable install(Integer captured) {
                          blockOrComplain();
                          return () -> {};
                        }
                      })
                  .map(two, fine);
      default -> throw new AssertionError(where);
    };
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("blocking")
  @DisplayName("E10: a stop ends a run whose user code blocks, wherever it does")
  void stopWhileUserCodeBlocks(String where) throws Exception {
    StopToken token = new StopToken();
    Parallel parallel = Parallel.of(2).stopToken(token);
    Thread stopping =
        Thread.ofPlatform()
            .start(
                () -> {
                  Soon.until(() -> blocked.getCount() == 0);
                  token.stop();
                });
    Results<Integer, Integer> results = Soon.of(calling(where, parallel));
    assertEquals(RunStatus.CANCELLED, results.status());
    stopping.join();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("blocking")
  @DisplayName("E10: a run timeout ends a run whose user code blocks, wherever it does")
  void timeoutWhileUserCodeBlocks(String where) throws Exception {
    Parallel parallel = Parallel.of(2).runTimeout(ofMillis(100));
    Results<Integer, Integer> results = Soon.of(calling(where, parallel));
    assertEquals(RunStatus.TIMED_OUT, results.status());
  }

  /* An item's time begins with its first attempt, so after keys and cost. */
  static Stream<String> blockingAfterItsBegin() {
    return Stream.of(
        "fallback", "retry predicate", "result predicate", "server wait", "settling", "context");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("blockingAfterItsBegin")
  @DisplayName("E10: an item timeout ends an item whose user code blocks, wherever it does")
  void itemTimeoutWhileUserCodeBlocks(String where) throws Exception {
    Parallel parallel = Parallel.of(2).itemTimeout(ofMillis(100));
    Results<Integer, Integer> results = Soon.of(calling(where, parallel));
    assertEquals(RunStatus.COMPLETED, results.status());
    assertEquals(2, results.failures().size());
  }

  // E18

  @Test
  @DisplayName("E18: an InterruptedException that the action made up is thrown as itself")
  void madeUpByTheAction() {
    InterruptedException madeUp = new InterruptedException("made up");
    Throwable thrown =
        assertThrows(
            Throwable.class,
            () ->
                Parallel.of(2)
                    .failFast()
                    .map(
                        List.of(1),
                        _ -> {
                          throw madeUp;
                        }));
    assertFalse(Thread.interrupted(), "nobody interrupted the caller");
    assertSame(madeUp, thrown);
  }

  @Test
  @DisplayName("E18: an InterruptedException that the source made up is thrown as itself")
  void madeUpByTheSource() {
    InterruptedException madeUp = new InterruptedException("made up");
    Source<Integer> source =
        Source.supplying(
            () -> {
              throw madeUp;
            });
    Throwable thrown =
        assertThrows(Throwable.class, () -> Parallel.of(2).map(source, item -> item));
    assertFalse(Thread.interrupted(), "nobody interrupted the caller");
    assertSame(madeUp, thrown);
  }

  @Test
  @DisplayName("E18: an InterruptedException that a listener made up is thrown as itself")
  void madeUpByAListener() {
    InterruptedException madeUp = new InterruptedException("made up");
    Parallel listening =
        Parallel.of(2)
            .onOutcome(
                _ -> {
                  throw Soon.<RuntimeException>asIs(madeUp);
                });
    Throwable thrown = assertThrows(Throwable.class, () -> listening.map(List.of(1), item -> item));
    assertFalse(Thread.interrupted(), "nobody interrupted the caller");
    assertSame(madeUp, thrown);
  }

  // E19, E17

  @Test
  @DisplayName("E19: the substitute of a failed item is used for an abandoned one as well")
  void substituteOfAnAbandonedItem() throws Exception {
    Parallel parallel = Parallel.of(2).attemptTimeout(ofMillis(20)).grace(ofMillis(20));
    Results<Integer, Integer> results =
        Soon.of(
            () ->
                parallel
                    .<Integer, Integer>function(
                        item -> {
                          Soon.awaitDeaf(end);
                          return item;
                        })
                    .orElse(7)
                    .map(List.of(1)));
    assertEquals(List.of(7), results.values());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("errors")
  @DisplayName("E17: a substitute is for exceptions: an error stays a failure")
  void substituteOfAnError(Error error) {
    Results<Integer, Integer> results =
        Parallel.of(1)
            .<Integer, Integer>function(
                _ -> {
                  throw error;
                })
            .orElse(7)
            .map(List.of(1));
    assertSame(error, results.failures().getFirst().error());
  }

  static Stream<Error> errors() {
    return Stream.of(
        new OutOfMemoryError("made up"),
        new NoClassDefFoundError("made up"),
        new AssertionError("made up"),
        new StackOverflowError("made up"));
  }

  // E22

  private static <R> R leavingItsFlagSet(R result) {
    Thread.currentThread().interrupt();
    return result;
  }

  static Stream<Arguments> flags() {
    Retry retry = Retry.ofAttempts(2).backoff(Backoff.none());
    RateLimit.TokenBucket fast = RateLimit.perSecond(1_000_000).burst(1_000);
    Map<String, Parallel> all =
        Map.of(
            "retry predicate", Parallel.of(1).retry(retry.when(_ -> leavingItsFlagSet(true))),
            "result predicate",
                Parallel.of(1).retry(retry.whenResult(_ -> leavingItsFlagSet(false))),
            "fallback", Fallback.of(Parallel.of(1), _ -> leavingItsFlagSet(1)),
            "item key", Parallel.of(1).itemKey(_ -> leavingItsFlagSet(1)),
            "concurrency key", Parallel.of(1).concurrencyPerKey(1, _ -> leavingItsFlagSet(1)),
            "rate key", Parallel.of(1).rateLimit(fast.by(_ -> leavingItsFlagSet(1))),
            "cost", Parallel.of(1).rateLimit(fast.costing(_ -> leavingItsFlagSet(1))),
            "settling", Parallel.of(1).rateLimit(fast.settling((_, _) -> leavingItsFlagSet(1))),
            "context", Parallel.of(1).context(new Interrupting()));
    return all.entrySet().stream().map(each -> Arguments.of(each.getKey(), each.getValue()));
  }

  private static final class Interrupting implements ContextCarrier<Integer> {
    @Override
    public Integer capture() {
      return 1;
    }

    @Override
    public Runnable install(Integer captured) {
      return () -> Thread.currentThread().interrupt();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("flags")
  @DisplayName("E22: an interrupt flag that user code leaves set does not reach an action")
  void flagOfUserCode(String where, Parallel parallel) {
    Queue<Integer> interrupted = new ConcurrentLinkedQueue<>();
    boolean failing = where.equals("retry predicate") || where.equals("fallback");
    parallel.map(
        EIGHT,
        item -> {
          if (Thread.interrupted()) {
            interrupted.add(item);
          }
          if (failing) {
            throw new IOException("fails");
          }
          return item;
        });
    assertEquals(List.of(), List.copyOf(interrupted), "interrupted items");
    assertFalse(Thread.interrupted(), "the caller's own flag");
  }

  @ParameterizedTest(name = "one worker: {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("E22: an interrupt flag that a source leaves set does not reach an action")
  void flagOfASource(boolean alone) {
    Queue<Integer> interrupted = new ConcurrentLinkedQueue<>();
    Iterable<Integer> source =
        () -> EIGHT.stream().map(ForeignCodeTest::leavingItsFlagSet).iterator();
    try (Run<Integer, Integer> run =
        Parallel.of(alone ? 1 : 2)
            .start(
                source,
                item -> {
                  if (Thread.interrupted()) {
                    interrupted.add(item);
                  }
                  return item;
                })) {
      while (run.take().isPresent()) {
        // to its end
      }
    }
    assertEquals(List.of(), List.copyOf(interrupted), "interrupted items");
  }
}
