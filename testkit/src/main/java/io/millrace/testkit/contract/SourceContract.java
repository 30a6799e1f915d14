package io.millrace.testkit.contract;

import static io.millrace.testkit.contract.Actions.AT_ONCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.outcome.RunStatus;
import io.millrace.plan.Backoff;
import io.millrace.plan.Retry;
import io.millrace.plan.Source;
import io.millrace.plan.StopToken;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.ScriptedAction;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;

/** How a source is read. */
public interface SourceContract extends Contract {

  @Everywhere
  @DisplayName("I3 one thread at a time reads the source, and each sees what the last one did")
  default void oneReaderAtATime(Way way) {
    Supply source = Supply.of(3_000);
    way.over(source, item -> item).run().complete(3_000);
    source.assertReadProperly();
  }

  @Everywhere
  @DisplayName("A4 an empty sized source ends at once, without an outcome")
  default void emptyCollection(Way way) {
    way.over(List.<Integer>of(), item -> item).run().complete(0);
  }

  @Everywhere
  @DisplayName("A4 an empty source of unknown size ends at once, without an outcome")
  default void emptySource(Way way) {
    Supply source = Supply.of(0);
    way.over(source, item -> item).run().complete(0);
    assertEquals(1, source.iterators(), "iterators");
  }

  @Everywhere(except = Trait.CALLER_READS)
  @DisplayName("A1 I10 an error of the source arrives as itself while items still run")
  default void aSourceErrorInterruptsRunningItems(Way way) throws Exception {
    IOException error = new IOException("broken source");
    Supply source = Supply.of(way.concurrency() - 1).thenFails(error);
    ScriptedAction<Integer, Integer> action = Actions.blocking();
    long start = System.nanoTime();
    var report = way.over(source, action).with(p -> p.grace(Duration.ofSeconds(10))).run();
    assertSame(error, report.thrown());
    assertTrue(System.nanoTime() - start < AT_ONCE.toNanos(), "it took its time");
    Actions.eventually("running items to be interrupted", () -> action.running() == 0);
  }

  @Everywhere
  @DisplayName("A1 I10 an error of the source is never turned into a shorter success")
  default void aSourceErrorIsNoEnd(Way way) {
    for (int items : new int[] {0, 1, 50}) {
      IllegalStateException error = new IllegalStateException("broken source");
      var report = way.over(Supply.of(items).thenFails(error), item -> item).run();
      assertSame(error, report.thrown());
    }
  }

  @Everywhere
  @DisplayName("A1 I10 an error of making the iterator arrives as itself")
  default void aSourceWithoutAnIteratorFails(Way way) {
    AssertionError error = new AssertionError("no iterator");
    Iterable<Integer> source =
        new Iterable<>() {
          @Override
          public Iterator<Integer> iterator() {
            throw error;
          }
        };
    assertSame(error, way.over(source, item -> item).run().thrown());
  }

  @Everywhere(except = {Trait.COLLECTS, Trait.CALLER_READS})
  @DisplayName("A5 a source that pauses before its end does not withhold finished outcomes")
  default void aPauseWithholdsNothing(Way way) throws Exception {
    Supply source = Supply.of(6).thenBlocks();
    Tally taken = new Tally("outcomes taken");
    try (var live =
        way.over(source, item -> item).taking(outcome -> taken.increment() > 0).start()) {
      taken.await(6);
      source.awaitBlocked();
      source.release();
      live.report().complete(6);
    }
  }

  @Everywhere(at = {2, 7, 100})
  @DisplayName("A5 a source that blocks keeps no item from running")
  default void aBlockedSourceKeepsNoItemFromRunning(Way way) throws Exception {
    Supply source = Supply.of(1).thenBlocks();
    ScriptedAction<Integer, Integer> action = Actions.blockingAt(0);
    try (var live = way.over(source, action).start()) {
      action.awaitRunning(1);
      source.awaitBlocked();
      action.release(0);
      Actions.eventually("the item to end", () -> action.running() == 0);
      source.release();
      live.report().complete(1);
    }
  }

  @Everywhere(except = Trait.CALLER_RUNS)
  @DisplayName("A5 a source that blocks does not keep a due retry from running")
  default void aBlockedSourceKeepsNoRetryFromRunning(Way way) throws Exception {
    Supply source = Supply.of(1).thenBlocks();
    try (ManualClock clock = new ManualClock()) {
      var action =
          ScriptedAction.<Integer, Integer>on(clock)
              .item(0)
              .fails(new IOException("once"))
              .returns(1);
      try (var live = way.over(source, action).with(p -> p.clock(clock).retry(hourly(2))).start()) {
        source.awaitBlocked();
        clock.awaitTimers(1);
        clock.advance(Duration.ofHours(1));
        action.awaitCalls(2);
        source.release();
        assertEquals(2, live.report().complete(1).of(0).attempts(), "attempts");
      }
    }
  }

  private static Retry hourly(int attempts) {
    return Retry.ofAttempts(attempts).backoff(Backoff.fixed(Duration.ofHours(1)));
  }

  @Everywhere(except = {Trait.COLLECTS, Trait.SILENT})
  @DisplayName("A6 I6 closing early over an endless source ends everything")
  default void closingEarlyEndsAll(Way way) {
    int wanted = 6;
    Supply source = Supply.endless();
    ScriptedAction<Integer, Integer> action =
        ScriptedAction.<Integer, Integer>on(io.millrace.time.TimeSource.system());
    for (int item = 0; item < wanted; item++) {
      action.item(item).computes(same -> same);
    }
    action.anyItem().blocks().computes(item -> item);
    AtomicInteger taken = new AtomicInteger();
    var report =
        way.over(source, action)
            .with(p -> p.grace(Duration.ofSeconds(10)))
            .taking(outcome -> taken.incrementAndGet() < wanted)
            .run()
            .noError();
    assertEquals(wanted, report.outcomes().size(), "outcomes");
    Actions.eventually("running items to be interrupted", () -> action.running() == 0);
    int pulled = source.pulled();
    int started = action.calls().size();
    Actions.letOthersRun();
    if (!way.is(Trait.DETACHED)) {
      assertEquals(pulled, source.pulled(), "items read, one by one after the end");
      assertEquals(started, action.calls().size(), "items started after the end");
    }
  }

  @Everywhere
  @DisplayName("I3 A70 the source is not read again once it has stopped the run itself")
  default void neverReadAfterAStop(Way way) {
    StopToken token = new StopToken();
    Supply source =
        Supply.endless()
            .onPull(
                index -> {
                  if (index == 9) {
                    token.stop();
                  }
                });
    var report =
        way.over(source, item -> item)
            .with(p -> p.stopToken(token))
            .run()
            .cutShort(RunStatus.CANCELLED);
    assertEquals(10, source.pulled(), "items read");
    // who reads the source itself may drop the item in whose reading the stop came
    report.each(way.is(Trait.CALLER_READS) ? report.outcomes().size() : 10);
    assertTrue(report.outcomes().size() >= 9, () -> "lost outcomes: " + report);
  }

  @Everywhere(except = Trait.CALLER_READS)
  @DisplayName("I3 a stopped run does not read its source at all")
  default void notReadIfStoppedBefore(Way way) {
    StopToken token = new StopToken();
    token.stop();
    Supply source = Supply.endless();
    var report = way.over(source, item -> item).with(p -> p.stopToken(token)).run();
    report.cutShort(RunStatus.CANCELLED).each(0);
    assertEquals(0, source.pulled(), "items read");
  }

  @Everywhere
  @DisplayName("A65 null items and null results are like any others")
  default void nullsAreValues(Way way) {
    List<@Nullable String> items = Arrays.asList("a", null, "b", null);
    var report =
        way.<@Nullable String, @Nullable String>over(items, item -> null).run().complete(4);
    assertEquals(4, report.successes().size(), "successes");
    for (int i = 0; i < 4; i++) {
      assertEquals(items.get(i), report.of(i).item(), "item " + i);
    }
    report.successes().forEach(success -> assertEquals(null, success.value()));
  }

  @Everywhere
  @DisplayName("I4 every kind of source gives each of its items one outcome")
  default void kindsOfSources(Way way) {
    List<Integer> numbers = Way.numbers(200);
    numbersOf(way, numbers);
    numbersOf(way, Source.of(numbers.toArray(Integer[]::new)));
    numbersOf(way, Source.of(numbers.iterator()));
    numbersOf(way, Source.of(numbers.stream()));
    numbersOf(way, Source.of(numbers.parallelStream()));
    var queue = new ArrayBlockingQueue<>(201, false, numbers);
    queue.add(-1);
    numbersOf(way, Source.of(queue, -1));
    if (!way.is(Trait.CALLER_READS)) {
      numbersOf(way, Source.of(new Numbers(200)));
    }
  }

  private static void numbersOf(Way way, Iterable<Integer> source) {
    var report = way.over(source, item -> item).run().complete(200);
    report.outcomes().forEach(o -> assertEquals((int) o.index(), o.item(), "item at its index"));
  }

  @Everywhere(except = Trait.CALLER_READS)
  @DisplayName("I6 a stream that is the source is closed once, however the run ends")
  default void aStreamIsClosed(Way way) {
    AtomicInteger closed = new AtomicInteger();
    way.over(Source.of(stream(closed)), item -> item).run().complete(10);
    Actions.eventually("the stream to be closed", () -> closed.get() == 1);

    StopToken token = new StopToken();
    token.stop();
    way.over(Source.of(stream(closed)), item -> item).with(p -> p.stopToken(token)).run();
    Actions.eventually("the stream to be closed after a stop", () -> closed.get() == 2);

    RuntimeException error = new RuntimeException("broken source");
    Stream<Integer> broken =
        stream(closed)
            .peek(
                item -> {
                  throw error;
                });
    assertSame(error, way.over(Source.of(broken), item -> item).run().thrown());
    Actions.eventually("the stream to be closed after an error", () -> closed.get() == 3);
  }

  private static Stream<Integer> stream(AtomicInteger closed) {
    return IntStream.range(0, 10).boxed().onClose(closed::incrementAndGet);
  }
}
