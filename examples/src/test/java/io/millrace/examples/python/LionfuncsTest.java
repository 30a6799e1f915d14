package io.millrace.examples.python;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.call.Call;
import io.millrace.call.Shape;
import io.millrace.call.Timed;
import io.millrace.limit.Limits;
import io.millrace.limit.Throttle;
import io.millrace.plan.Action;
import io.millrace.plan.Backoff;
import io.millrace.plan.Jitter;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.Source;
import io.millrace.scope.CancelScope;
import io.millrace.scope.Handle;
import io.millrace.scope.TaskGroup;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.ScriptedAction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LionfuncsTest {
  private final List<Integer> items = List.of(1, 2, 3, 4, 5);
  private final List<Object> printed = new ArrayList<>();

  private int twice(int number) {
    return 2 * number;
  }

  private List<Integer> upTo(int number) {
    return List.of(number, number - 1);
  }

  private String task(String name) {
    return name;
  }

  private static void slow() throws InterruptedException {
    new CountDownLatch(1).await();
  }

  @Test
  @DisplayName("LF1, L11: alcall with its options, which waits exactly as it says")
  void alcall() {
    // @start region="alcall"
    var parallel =
        Parallel.of(2) // max_concurrent=2
            .initialDelay(ofMillis(10)) // initial_delay=0.01
            .retry(
                Retry.ofRetries(3) // num_retries=3: four calls in all
                    .backoff(
                        Backoff.exponential(ofMillis(100)) // retry_delay=0.1
                            .factor(2) // backoff_factor=2.0
                            .jitter(Jitter.NONE))) // lionfuncs has none
            .attemptTimeout(ofSeconds(5)) // retry_timeout=5
            .rateLimit(RateLimit.spacing(ofMillis(1))); // throttle_period=0.001

    List<Integer> results =
        Call.of(parallel, this::twice) //
            .orElse(null) // retry_default=None
            .list(items);
    // @end
    assertEquals(List.of(2, 4, 6, 8, 10), results);
    assertEquals(results, Call.of(parallel, this::twice).list(items));
    try (var clock = ManualClock.jumping()) {
      var call =
          ScriptedAction.<Integer, Integer>on(clock).fails(new IOException("busy"), 2).returns(1);
      assertEquals(List.of(1), Call.of(parallel.clock(clock), call).list(List.of(0)));
      assertEquals(List.of(ofMillis(10), ofMillis(110), ofMillis(310)), call.startsOf(0));
    }
    List<Timed<Integer>> timed = Call.of(parallel, this::twice).timed().list(items);
    assertEquals(2, timed.getFirst().value());
  }

  @Test
  @DisplayName("LF1, L11: alcall without max_concurrent and retry_delay")
  void alcallWithoutOptions() {
    try (var clock = ManualClock.jumping()) {
      var call =
          ScriptedAction.<Integer, Integer>on(clock)
              .item(5)
              .fails(new IOException("busy"), 2)
              .takes(ofSeconds(1))
              .returns(1)
              .anyItem()
              .takes(ofSeconds(1))
              .returns(1);
      var parallel = Parallel.of(items.size()).retry(Retry.ofRetries(3).backoff(Backoff.none()));

      Call.of(parallel.clock(clock), call).list(items);

      assertEquals(List.of(ZERO, ZERO, ZERO), call.startsOf(5));
      assertEquals(5, call.maxRunning());
    }
  }

  @Test
  @DisplayName("LF2: what becomes of items and values")
  void shapes() {
    List<Object> nested = Arrays.asList(1, null, List.of(2, 3), 3);
    // @start region="shapes"
    Call<Integer, List<Integer>> call =
        Call.of(Parallel.of(2), this::upTo)
            .input(Shape.sanitized().unique()) // sanitize_input, unique_input
            .withoutNulls() // dropna
            .unique(); // unique_output

    List<?> numbers = call.flat().list(items); // flatten; flatten_tuple_set is withSets()
    // @end
    assertEquals(List.of(1, 0, 2, 3, 4, 5), numbers);
    assertEquals(numbers, call.flat().withSets().list(items));
    Iterable<?> sanitized = Shape.sanitized().unique().of(nested);
    sanitized.forEach(printed::add);
    assertEquals(List.of(1, 2, 3), printed);
    assertThrows(IllegalArgumentException.class, call::timed);
  }

  @Test
  @DisplayName("LF3: bcall")
  void bcall() {
    // @start region="bcall"
    var parallel = Parallel.of(2).barrier(3); // a batch ends before the next one begins

    try (var batches = Call.of(parallel, this::twice).batches(items, 3)) {
      batches.forEach(printed::add);
    }
    // @end
    assertEquals(List.of(List.of(2, 4, 6), List.of(8, 10)), printed);
    Call<Integer, Integer> stored = Call.of(parallel, this::twice).batchSize(3);
    try (var batches = stored.batches(items)) {
      assertEquals(List.of(List.of(2, 4, 6), List.of(8, 10)), batches.toList());
    }
  }

  @Test
  @DisplayName("LF4: parallel_map")
  void parallelMap() {
    List<Integer> doubled = Parallel.of(10).failFast().map(items, this::twice).values();
    assertEquals(List.of(2, 4, 6, 8, 10), doubled);
    Action<Integer, Integer> failing =
        number -> {
          throw new IOException("no " + number);
        };
    var parallel = Parallel.of(1).failFast();
    var error = assertThrows(IOException.class, () -> parallel.map(items, failing));
    assertEquals("no 1", error.getMessage());
  }

  @Test
  @DisplayName("LF5, LF6: limits around functions")
  void limits() throws Exception {
    // @start region="limits"
    Action<Integer, Integer> processItem = Limits.maxConcurrent(3).wrap(this::twice);

    Throttle throttle = Limits.throttle(ofMillis(5)); // one for both
    Action<Integer, Integer> first = throttle.wrap(this::twice);
    Action<String, String> second = throttle.wrap(this::task);
    // @end
    assertEquals(10, processItem.apply(5));
    assertEquals(List.of(0, 2, 4), Parallel.of(3).map(Source.range(0, 3), processItem).values());
    assertEquals(2, first.apply(1));
    assertEquals("a", second.apply("a"));
  }

  @Test
  @DisplayName("LF7: stored parameters")
  void params() {
    // @start region="params"
    var params = Call.of(Parallel.of(3).retry(Retry.ofRetries(2)), this::twice);

    List<Integer> results1 = params.list(items);
    List<String> results2 = params.list(List.of("a", "b"), this::task); // this one wins
    // @end
    assertEquals(List.of(2, 4, 6, 8, 10), results1);
    assertEquals(List.of("a", "b"), results2);
  }

  @Test
  @DisplayName("LF8: CancelScope")
  void cancelScope() throws Exception {
    // @start region="scope"
    var scope = CancelScope.withTimeout(ofMillis(20));
    scope.run(() -> slow()); // interrupted after 20 ms
    if (scope.cancelledCaught()) {
      printed.add("too slow");
    }
    // @end
    assertEquals(List.of("too slow"), printed);
    var other = CancelScope.of();
    other.cancel();
    other.run(() -> slow());
    assertTrue(other.cancelledCaught());
    assertFalse(CancelScope.of().shielded().cancelledCaught());
  }

  @Test
  @DisplayName("LF9: TaskGroup")
  void taskGroup() {
    // @start region="group"
    String all =
        TaskGroup.call(
            group -> {
              Handle<String> a = group.start(() -> task("A"));
              Handle<String> b = group.start("second", () -> task("B")); // with a name
              return a.result() + b.result();
            }); // waits for all tasks, also for those whose results nobody asked for
    // @end
    assertEquals("AB", all);
    TaskGroup.run(group -> group.start(() -> task("A")));
  }
}
