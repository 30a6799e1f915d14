package io.millrace.acceptance;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.ParallelFunction;
import io.millrace.Results;
import io.millrace.outcome.Failure;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Action;
import io.millrace.plan.Backoff;
import io.millrace.plan.ContextCarrier;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.StopToken;
import io.millrace.plan.Workers;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.RecordedCall;
import io.millrace.testkit.ScriptedAction;
import io.millrace.time.TimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is promised about the threads that call the action, and about what they know. */
@NoLeaks
class ContextTest {
  private static final ThreadLocal<String> LOCAL = ThreadLocal.withInitial(() -> "nothing");
  private static final ScopedValue<String> SCOPED = ScopedValue.newInstance();
  private static final List<Integer> TEN = IntStream.range(0, 10).boxed().toList();

  private final ManualClock clock = ManualClock.jumping();
  private final IOException failure = new IOException("failure");

  @AfterEach
  void close() {
    LOCAL.remove();
    clock.close();
  }

  @DisplayName("A76, PY22: chosen thread locals of the caller are seen by the action")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void threadLocalsOfTheCallerAreSeen(EntryPoint entry) throws Exception {
    LOCAL.set("caller's");
    List<String> seen = Collections.synchronizedList(new ArrayList<>());
    entry.run(
        Parallel.of(3).context(ContextCarrier.of(LOCAL)),
        TEN,
        item -> {
          seen.add(LOCAL.get());
          LOCAL.set("written by " + item);
          return item;
        });
    assertEquals(Collections.nCopies(10, "caller's"), seen); // nothing leaks to a later item
    assertEquals("caller's", LOCAL.get()); // nor back to the caller
  }

  @Test
  @DisplayName("A76: what is not chosen is not seen, and without a carrier nothing is")
  void whatIsNotChosenIsNotSeen() {
    LOCAL.set("caller's");
    assertEquals(List.of("nothing"), Parallel.of(2).map(List.of(1), item -> LOCAL.get()).values());
  }

  @DisplayName("A76, PY22: a carrier of one's own, such as for a logging context, is put back")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void aCarrierOfOnesOwnIsPutBack(EntryPoint entry) throws Exception {
    ThreadLocal<Map<String, String>> mdc = ThreadLocal.withInitial(HashMap::new);
    ContextCarrier<Map<String, String>> carrier =
        new ContextCarrier<>() {
          @Override
          public Map<String, String> capture() {
            return Map.copyOf(mdc.get());
          }

          @Override
          public Runnable install(Map<String, String> captured) {
            Map<String, String> before = mdc.get();
            mdc.set(new HashMap<>(captured));
            return () -> mdc.set(before);
          }
        };
    mdc.get().put("request", "42");
    List<Map<String, String>> seen = Collections.synchronizedList(new ArrayList<>());
    entry.run(
        Parallel.of(2).context(carrier).retry(Retry.ofAttempts(2).backoff(Backoff.none())),
        TEN,
        item -> {
          seen.add(Map.copyOf(mdc.get()));
          mdc.get().put("item", String.valueOf(item));
          throw failure;
        });
    assertEquals(Collections.nCopies(20, Map.of("request", "42")), seen);
    assertEquals(Map.of("request", "42"), mdc.get());
  }

  @DisplayName("A76, PY22: chosen scoped values are bound for the action as for the caller")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void scopedValuesAreBound(EntryPoint entry) throws Exception {
    List<String> seen = Collections.synchronizedList(new ArrayList<>());
    ScopedValue.where(SCOPED, "caller's")
        .call(
            () -> {
              entry.run(
                  Parallel.of(3).scopedValues(SCOPED),
                  TEN,
                  item -> {
                    seen.add(SCOPED.get());
                    return item;
                  });
              return null;
            });
    assertEquals(Collections.nCopies(10, "caller's"), seen);
    assertFalse(SCOPED.isBound());
  }

  /** Something with methods and a state. */
  private record Scaler(int factor) {
    int scale(int number) {
      return factor * number;
    }
  }

  @Test
  @DisplayName("A75, PY10: a method reference is bound to its own instance")
  void aMethodReferenceIsBoundToItsOwnInstance() {
    Parallel parallel = Parallel.of(2);
    ParallelFunction<Integer, Integer> twice = parallel.function(new Scaler(2)::scale);
    ParallelFunction<Integer, Integer> tenfold = parallel.function(new Scaler(10)::scale);
    assertEquals(List.of(2, 4), twice.map(List.of(1, 2)).values());
    assertEquals(List.of(10, 20), tenfold.map(List.of(1, 2)).values());
    assertEquals(List.of(6), twice.map(List.of(3)).values());
  }

  @Test
  @DisplayName("A77, PY21: in the caller's thread all runs one by one, in input order")
  void inTheCallersThreadAllRunsInInputOrder() throws Exception {
    for (EntryPoint entry : EntryPoint.values()) {
      if (entry == EntryPoint.PUBLISHER) {
        continue; // refused, see below
      }
      ScriptedAction<Integer, Integer> action = ScriptedAction.on(clock);
      action.takes(ofSeconds(1)).computes(item -> item);
      List<Object> heard = new ArrayList<>();
      Parallel parallel =
          Parallel.of(7).workers(Workers.caller()).onOutcome(outcome -> heard.add(outcome.item()));
      entry.run(parallel, TEN, action);
      assertEquals(TEN, heard, entry.name());
      assertEquals(TEN, action.calls().stream().map(RecordedCall::item).toList(), entry.name());
      assertEquals(1, action.maxRunning());
      assertTrue(action.calls().stream().allMatch(call -> call.thread() == Thread.currentThread()));
    }
  }

  @Test
  @DisplayName("A77, A74: a publisher has no calling thread, so it refuses that choice")
  void aPublisherRefusesTheCallersThread() {
    Parallel parallel = Parallel.of(2).workers(Workers.caller());
    assertThrows(IllegalArgumentException.class, () -> parallel.publisher(TEN, item -> item));
  }

  @Test
  @DisplayName("A77, PY21: in the caller's thread every option is still honoured")
  void inTheCallersThreadEveryOptionIsHonoured() {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    action.item(1).fails(failure, 2).returns(10);
    action.item(2).blocks().returns(20); // for ever, but for its timeout
    action.anyItem().computes(item -> item * 10);
    StopToken token = new StopToken();
    long start = System.nanoTime();
    Results<Integer, Integer> results =
        Parallel.of(4)
            .workers(Workers.caller())
            .retry(Retry.ofAttempts(3).on(IOException.class).backoff(Backoff.fixed(ofMillis(1))))
            .attemptTimeout(ofMillis(100))
            .rateLimit(RateLimit.spacing(ofMillis(3)))
            .itemKey((Integer item) -> "k" + item)
            .stopToken(token)
            .onOutcome(
                outcome -> {
                  if (outcome.index() == 3) {
                    token.stop();
                  }
                })
            .map(List.of(0, 1, 2, 3, 4), action);
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertEquals(RunStatus.CANCELLED, results.status());
    assertEquals(List.of(0, 10, 30), results.okValues());
    assertEquals(3, results.outcomes().get(1).attempts());
    assertTrue(
        results.failures().getFirst().error() instanceof java.util.concurrent.TimeoutException);
    assertEquals(
        List.of("k0", "k1", "k2", "k3"),
        results.outcomes().stream().limit(4).map(Outcome::key).toList());
    assertTrue(took.compareTo(ofMillis(5 * 3)) >= 0, took::toString); // six calls
    assertFalse(Thread.currentThread().isInterrupted());
  }

  @Test
  @DisplayName("A77, PY21: in the caller's thread stack traces reach down to the caller")
  void inTheCallersThreadStackTracesReachTheCaller() {
    Action<Integer, Integer> failing =
        item -> {
          throw new IOException("here");
        };
    Results<Integer, Integer> results =
        Parallel.of(4).workers(Workers.caller()).map(List.of(1), failing);
    Failure<Integer, Integer> failed = results.failures().getFirst();
    assertTrue(
        Arrays.stream(failed.error().getStackTrace())
            .anyMatch(
                frame ->
                    frame.getMethodName().equals("inTheCallersThreadStackTracesReachTheCaller")));
  }

  @Test
  @DisplayName("PY2, A74: workers may be virtual, platform, or an executor's threads")
  void workersMayBeOfAnyKind() {
    Action<Integer, Thread> whoami = item -> Thread.currentThread();
    assertTrue(Parallel.of(2).map(TEN, whoami).values().stream().allMatch(Thread::isVirtual));
    assertTrue(
        Parallel.of(2).workers(Workers.platform()).map(TEN, whoami).values().stream()
            .noneMatch(Thread::isVirtual));
    try (ExecutorService executor =
        Executors.newFixedThreadPool(2, Thread.ofPlatform().name("mine-", 0).factory())) {
      Set<Thread> threads =
          new HashSet<>(Parallel.of(2).workers(Workers.on(executor)).map(TEN, whoami).values());
      assertTrue(threads.stream().allMatch(thread -> thread.getName().startsWith("mine-")));
      assertNotSame(Thread.currentThread(), threads.iterator().next());
    }
  }

  @Test
  @DisplayName("PY10: a bound function is still an ordinary function")
  void aBoundFunctionIsStillAnOrdinaryFunction() throws Exception {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(clock);
    action.item(1).returns(10).item(2).fails(failure);
    ParallelFunction<Integer, Integer> function =
        Parallel.of(2).retry(Retry.ofAttempts(5)).function(action);
    assertEquals(10, function.apply(1));
    assertSame(failure, assertThrows(IOException.class, () -> function.apply(2)));
    assertEquals(2, action.calls().size()); // without any option, so without retries
    assertTrue(action.calls().stream().allMatch(call -> call.thread() == Thread.currentThread()));
  }
}
