package io.millrace.call;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.PairFunction;
import io.millrace.Parallel;
import io.millrace.Run;
import io.millrace.TripleFunction;
import io.millrace.outcome.FailedItemsException;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Success;
import io.millrace.plan.Backoff;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.Source;
import io.millrace.plan.Triple;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Functions of two and three arguments, at every entry point. */
@NoLeaks
class SpreadTest {
  private static final List<Integer> TENS = List.of(10, 20, 30);
  private static final List<Integer> ONES = List.of(1, 2, 3);
  private static final List<Integer> SUMS = List.of(11, 22, 33);

  private final ManualClock clock = ManualClock.jumping();
  private final Parallel parallel = Parallel.of(2).clock(clock);
  private final PairFunction<Integer, Integer, Integer> sum = parallel.spread(Integer::sum);

  @AfterEach
  void close() {
    clock.close();
  }

  private static <R> List<R> values(Stream<? extends Outcome<?, R>> outcomes) {
    try (outcomes) {
      return outcomes.map(SpreadTest::<R>value).toList();
    }
  }

  private static <R> R value(Outcome<?, R> outcome) {
    if (outcome instanceof Success<?, R> success) {
      return success.value();
    }
    throw new AssertionError(outcome);
  }

  private static List<Integer> sorted(List<Integer> values) {
    return values.stream().sorted().toList();
  }

  @Test
  @DisplayName("PY8, A74: every entry point takes pairs: entries of a map, or zips")
  void everyEntryPointTakesPairs() throws InterruptedException {
    Iterable<Map.Entry<Integer, Integer>> pairs = Source.zip(TENS, ONES);
    assertEquals(SUMS, sum.map(TENS, ONES).values());
    assertEquals(SUMS, sum.map(pairs).values());
    assertEquals(List.of(3), sum.map(Map.of(1, 2).entrySet()).values());
    assertEquals(SUMS, sorted(values(sum.stream(pairs))));
    assertEquals(SUMS, values(sum.with(Parallel::ordered).stream(pairs)));
    try (var batches = sum.batches(pairs, 2)) {
      List<List<Integer>> lists =
          batches.map(batch -> batch.stream().map(SpreadTest::<Integer>value).toList()).toList();
      assertEquals(List.of(List.of(11, 22), List.of(33)), lists);
    }
    try (Run<Map.Entry<Integer, Integer>, Integer> run = sum.start(pairs)) {
      assertEquals(SUMS, sorted(values(run.stream())));
    }
    Stream<Map.Entry<Integer, Integer>> entries = Stream.of(Map.entry(10, 1), Map.entry(20, 2));
    assertEquals(List.of(11, 22), values(entries.gather(sum.gatherer())));
    assertEquals(SUMS, sorted(published(sum.publisher(pairs))));
    sum.forEach(pairs);
  }

  @Test
  @DisplayName("PY8, A74: every entry point takes triples as well")
  void everyEntryPointTakesTriples() throws InterruptedException {
    TripleFunction<Integer, Integer, Integer, Integer> add =
        parallel.spread((a, b, c) -> a + b + c);
    Iterable<Triple<Integer, Integer, Integer>> triples = Source.zip(TENS, ONES, ONES);
    List<Integer> sums = List.of(12, 24, 36);
    assertEquals(sums, add.map(TENS, ONES, ONES).values());
    assertEquals(sums, sorted(values(add.stream(triples))));
    try (var batches = add.batches(triples, 3)) {
      assertEquals(1, batches.count());
    }
    try (var run = add.start(triples)) {
      assertEquals(sums, sorted(values(run.stream())));
    }
    assertEquals(List.of(6), values(Stream.of(new Triple<>(1, 2, 3)).gather(add.gatherer())));
    assertEquals(sums, sorted(published(add.publisher(triples))));
    add.forEach(triples);
  }

  private static <T> List<Integer> published(Flow.Publisher<Outcome<T, Integer>> publisher)
      throws InterruptedException {
    List<Integer> values = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch end = new CountDownLatch(1);
    publisher.subscribe(
        new Flow.Subscriber<>() {
          @Override
          public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
          }

          @Override
          public void onNext(Outcome<T, Integer> outcome) {
            values.add(value(outcome));
          }

          @Override
          public void onError(Throwable error) {
            end.countDown();
          }

          @Override
          public void onComplete() {
            end.countDown();
          }
        });
    end.await();
    return values;
  }

  @Test
  @DisplayName("PY8, A74: pairs have all the options, not fewer")
  void pairsHaveAllTheOptions() {
    List<String> keys = new ArrayList<>();
    List<Duration> starts = Collections.synchronizedList(new ArrayList<>());
    Set<Integer> failedOnce = ConcurrentHashMap.newKeySet();
    PairFunction<Integer, Integer, Integer> flaky =
        parallel
            .retry(Retry.ofAttempts(2).backoff(Backoff.none()))
            .rateLimit(RateLimit.spacing(ofSeconds(1)))
            .attemptTimeout(ofSeconds(30))
            .itemKey((Map.Entry<Integer, Integer> pair) -> pair.getKey())
            .onOutcome(outcome -> keys.add(String.valueOf(outcome.key())))
            .initialDelay(ofSeconds(5))
            .<Integer, Integer, Integer>spread(
                (a, b) -> {
                  starts.add(clock.elapsed());
                  if (failedOnce.add(a)) {
                    throw new IOException("busy");
                  }
                  if (b == 3) {
                    clock.sleep(ofSeconds(60));
                  }
                  return a + b;
                })
            .orElse(-1);
    assertEquals(List.of(11, 22, -1), flaky.map(TENS, ONES).values());
    assertEquals(Set.of("10", "20", "30"), Set.copyOf(keys)); // in the order they were done
    List<Duration> spaced = starts.stream().sorted().toList();
    assertEquals(6, spaced.size());
    for (int i = 0; i < 6; i++) {
      assertTrue(spaced.get(i).compareTo(ofSeconds(5 + i)) >= 0, spaced::toString);
    }
  }

  @Test
  @DisplayName("PY8: a map's entries are arguments, in the map's order")
  void entriesOfAMap() {
    Map<String, Integer> lengths = new LinkedHashMap<>();
    lengths.put("b", 2);
    lengths.put("a", 3);
    assertEquals(
        List.of("bb", "aaa"),
        parallel.map(lengths, (letter, length) -> letter.repeat(length)).values());
  }

  @Test
  @DisplayName("PY8: the shortest source counts, nulls are arguments like any other")
  void theShortestSourceCounts() {
    PairFunction<@Nullable String, Integer, String> repeat =
        parallel.spread((text, times) -> String.valueOf(text).repeat(times));
    List<@Nullable String> texts = Arrays.asList("a", null, "c");
    assertEquals(List.of("aa", "null"), repeat.map(texts, List.of(2, 1)).values());
  }

  @Test
  @DisplayName(
      "PY10, A73: a bound function of two or three arguments can still be called, and changed")
  void aBoundFunctionCanStillBeCalled() throws Exception {
    assertEquals(7, sum.apply(3, 4));
    assertEquals(7, sum.apply(Map.entry(3, 4)));
    TripleFunction<Integer, Integer, Integer, Integer> add =
        parallel.spread((a, b, c) -> a + b + c);
    assertEquals(6, add.apply(1, 2, 3));
    IOException busy = new IOException("busy");
    PairFunction<Integer, Integer, Integer> failing =
        parallel.spread(
            (a, b) -> {
              throw busy;
            });
    assertThrows(FailedItemsException.class, () -> failing.forEach(Source.zip(TENS, ONES)));
    assertSame(
        busy,
        assertThrows(IOException.class, () -> failing.with(Parallel::failFast).map(TENS, ONES)));
    assertEquals(3, failing.map(TENS, ONES).failures().size()); // it has not changed itself
    assertEquals(
        List.of(0),
        add.orElse(0).map(List.of(1), ONES, List.of(2)).values().stream()
            .map(value -> value - 4)
            .toList());
  }

  private record Greeter(String greeting) {
    String greet(String name, String mark) {
      return greeting + " " + name + mark;
    }
  }

  @Test
  @DisplayName("PY10, A75: methods of two arguments are bound to their own instances")
  void methodsAreBoundToTheirOwnInstances() {
    PairFunction<String, String, String> hello = parallel.spread(new Greeter("Hello")::greet);
    PairFunction<String, String, String> bye = parallel.spread(new Greeter("Bye")::greet);
    List<String> names = List.of("Ann", "Bob");
    assertEquals(List.of("Hello Ann!", "Hello Bob?"), hello.map(names, List.of("!", "?")).values());
    assertEquals(List.of("Bye Ann.", "Bye Bob."), bye.map(names, List.of(".", ".")).values());
  }

  @Test
  @DisplayName("PY8, I6: sources that are to be closed are closed with the zip that reads them")
  void zippedSourcesAreClosed() {
    List<String> closed = Collections.synchronizedList(new ArrayList<>());
    Stream<Integer> tens = TENS.stream().onClose(() -> closed.add("tens"));
    Stream<Integer> ones = ONES.stream().onClose(() -> closed.add("ones"));
    assertEquals(SUMS, sum.map(Source.of(tens), Source.of(ones)).values());
    assertEquals(List.of("tens", "ones"), closed);
  }
}
