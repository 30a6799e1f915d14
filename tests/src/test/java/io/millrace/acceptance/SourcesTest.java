package io.millrace.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Run;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Success;
import io.millrace.plan.Source;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.ScriptedAction;
import io.millrace.time.TimeSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is promised about where items come from. */
@NoLeaks
class SourcesTest {
  private final ManualClock clock = ManualClock.jumping();
  private final IllegalStateException broken = new IllegalStateException("broken source");

  @AfterEach
  void close() {
    clock.close();
  }

  @DisplayName("A1, BL4, I10: an error of the source is thrown as itself while tasks still run")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "GATHERER")
  void anErrorOfTheSourceIsThrownAsItselfWhileTasksStillRun(EntryPoint entry) throws Exception {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    action.blocks().returns(1); // without the error's interrupt, for ever
    CountDownLatch running = new CountDownLatch(3);
    Iterable<Integer> source =
        Counting.upTo(
            3,
            () -> {
              Counting.waitingFor(running).run();
              throw broken;
            });
    Exception thrown =
        assertThrows(
            Exception.class,
            () ->
                entry.run(
                    Parallel.of(4),
                    source,
                    (Integer item) -> {
                      running.countDown();
                      return action.apply(item);
                    }));
    assertSame(broken, thrown);
    assertEquals(3, action.calls().size());
    assertEquals(0, action.running());
  }

  @Test
  @DisplayName("A1, I10: what was done before the source broke is delivered, then the error comes")
  void whatWasDoneBeforeTheSourceBrokeIsDelivered() {
    CountDownLatch taken = new CountDownLatch(2);
    Iterable<Integer> source =
        Counting.upTo(
            2,
            () -> {
              Counting.waitingFor(taken).run();
              throw broken;
            });
    try (Run<Integer, Integer> run = Parallel.of(2).start(source, item -> item)) {
      for (int item = 0; item < 2; item++) {
        assertTrue(run.take().isPresent());
        taken.countDown();
      }
      assertSame(broken, assertThrows(IllegalStateException.class, run::take));
    }
  }

  @Test
  @DisplayName("A1, I10: a source that cannot even be opened is an error, not an empty result")
  void aSourceThatCannotBeOpenedIsAnError() {
    Iterable<Integer> source =
        () -> {
          throw broken;
        };
    assertSame(
        broken,
        assertThrows(IllegalStateException.class, () -> Parallel.of(2).map(source, item -> item)));
  }

  @DisplayName("A4, BL4: an empty source ends at once, sized or not, with no outcome")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void anEmptySourceEndsAtOnce(EntryPoint entry) throws Exception {
    for (Iterable<Integer> empty : List.of(List.<Integer>of(), Counting.unsized(0))) {
      List<Outcome<?, ?>> heard = new ArrayList<>();
      ScriptedAction<Integer, Integer> action = ScriptedAction.on(clock);
      entry.run(Parallel.of(3).clock(clock).onOutcome(heard::add), empty, action);
      assertEquals(List.of(), heard);
      assertEquals(List.of(), action.calls());
    }
  }

  @Test
  @DisplayName("A5, BL4: a source that pauses before its end does not withhold finished outcomes")
  void aSourceThatPausesBeforeItsEndDoesNotWithholdOutcomes() {
    for (Parallel parallel : List.of(Parallel.of(2), Parallel.of(2).ordered())) {
      CountDownLatch pause = new CountDownLatch(1);
      Iterable<Integer> source = Counting.upTo(3, Counting.waitingFor(pause));
      try (Stream<Outcome<Integer, Integer>> outcomes = parallel.stream(source, item -> item)) {
        Iterator<Outcome<Integer, Integer>> each = outcomes.iterator();
        Set<Long> seen = new TreeSet<>();
        for (int count = 0; count < 3; count++) {
          seen.add(each.next().index());
        }
        assertEquals(Set.of(0L, 1L, 2L), seen); // and the source still pauses
        pause.countDown();
        assertFalse(each.hasNext());
      }
    }
  }

  @Test
  @DisplayName("A5, BL3, PY23: a publisher that pauses before its end withholds nothing")
  void aPublisherThatPausesBeforeItsEndWithholdsNothing() throws Exception {
    SubmissionPublisher<Integer> publisher = new SubmissionPublisher<>();
    try (Run<Integer, Integer> run =
        Parallel.of(2).start(Source.of(publisher), item -> item + 10)) {
      Soon.until(publisher::hasSubscribers); // the run's thread subscribes
      for (int item = 0; item < 5; item++) {
        publisher.submit(item);
        assertEquals(item + 10, value(run.take().orElseThrow()));
      }
      publisher.close();
      assertTrue(run.take().isEmpty());
    }
  }

  @Test
  @DisplayName("A1, BL4, PY23: the error of a publisher is thrown as itself")
  void theErrorOfAPublisherIsThrownAsItself() throws Exception {
    IOException lost = new IOException("lost");
    try (SubmissionPublisher<Integer> publisher = new SubmissionPublisher<>();
        Run<Integer, Integer> run = Parallel.of(2).start(Source.of(publisher), item -> item)) {
      Soon.until(publisher::hasSubscribers); // the run's thread subscribes
      publisher.submit(7);
      assertEquals(7, value(run.take().orElseThrow()));
      publisher.closeExceptionally(lost);
      assertSame(lost, assertThrows(IOException.class, run::take));
    }
  }

  @Test
  @DisplayName("PY23, I2: a publisher is asked for no more than the window has room for")
  void aPublisherIsAskedForNoMoreThanTheWindow() {
    AtomicLong asked = new AtomicLong();
    Flow.Publisher<Integer> publisher =
        subscriber ->
            subscriber.onSubscribe(
                new Flow.Subscription() {
                  private int next;

                  @Override
                  public void request(long n) {
                    asked.addAndGet(n);
                    for (long count = 0; count < n; count++) {
                      subscriber.onNext(next++);
                    }
                  }

                  @Override
                  public void cancel() {}
                });
    int window = 3;
    try (Run<Integer, Integer> run =
        Parallel.of(2).window(window).start(Source.of(publisher), item -> item)) {
      for (int taken = 1; taken <= 50; taken++) {
        // A window lies with the publisher while another one is worked on.
        assertTrue(asked.get() <= taken - 1 + 2 * window, () -> "asked for " + asked);
        run.take().orElseThrow();
      }
    }
  }

  @Test
  @DisplayName("PY6, BL2, I2, I3: an endless source is read lazily, as far as the window allows")
  void anEndlessSourceIsReadAsFarAsTheWindowAllows() throws Exception {
    Counting source = new Counting();
    int window = 5;
    try (Run<Integer, Integer> run = Parallel.of(2).window(window).start(source, item -> item)) {
      Soon.until(() -> source.pulled() == window); // though nobody takes
      for (int taken = 0; taken < 100; taken++) {
        Soon.until(() -> run.progress().running() == 0);
        assertTrue(source.pulled() <= taken + window, () -> source.pulled() + " pulled");
        run.take().orElseThrow();
      }
    }
  }

  @Test
  @DisplayName("PY6: a stream reads nothing before its terminal operation asks")
  void aStreamReadsNothingBeforeItIsAsked() {
    Counting source = new Counting();
    try (Stream<Outcome<Integer, Integer>> outcomes = Parallel.of(2).stream(source, item -> item)) {
      assertEquals(0, source.pulled());
      assertEquals(0, value(outcomes.findFirst().orElseThrow()) / 10);
    }
    assertTrue(source.pulled() > 0);
  }

  @Test
  @DisplayName("BL2: billions of generated items take constant memory, only a window is alive")
  void billionsOfItemsTakeConstantMemory() {
    AtomicInteger most = new AtomicInteger();
    AtomicInteger pulled = new AtomicInteger();
    AtomicInteger begun = new AtomicInteger(); // takes that have begun
    int window = 20;
    Iterable<Integer> billions =
        () ->
            IntStream.range(0, Integer.MAX_VALUE)
                .peek(
                    item ->
                        most.accumulateAndGet(pulled.incrementAndGet() - begun.get(), Math::max))
                .iterator();
    try (Run<Integer, Integer> run = Parallel.of(4).window(window).start(billions, item -> item)) {
      for (int taken = 0; taken < 20_000; taken++) {
        begun.incrementAndGet();
        run.take().orElseThrow();
      }
    }
    assertTrue(most.get() <= window, () -> most + " items alive");
  }

  @Test
  @DisplayName("BL3: sources may be collections, iterators, streams, suppliers, queues, publishers")
  void sourcesOfAllKindsAreRead() {
    var queue = new java.util.concurrent.LinkedBlockingQueue<>(List.of(1, 2, 3, -1));
    Iterator<Integer> supplied = List.of(1, 2, 3).iterator();
    Flow.Publisher<Integer> publisher =
        subscriber ->
            subscriber.onSubscribe(
                new Flow.Subscription() {
                  private int next = 1;

                  @Override
                  public void request(long n) {
                    for (long count = 0; count < n && next <= 3; count++) {
                      subscriber.onNext(next++);
                    }
                    if (next == 4) {
                      next++;
                      subscriber.onComplete();
                    }
                  }

                  @Override
                  public void cancel() {}
                });
    List<Iterable<Integer>> sources =
        List.of(
            List.of(1, 2, 3),
            Source.of(new Integer[] {1, 2, 3}),
            Source.of(List.of(1, 2, 3).iterator()),
            Source.of(Stream.of(1, 2, 3)),
            Source.of(queue, -1),
            Source.supplying(
                () ->
                    supplied.hasNext()
                        ? java.util.Optional.of(supplied.next())
                        : java.util.Optional.empty()),
            Source.of(publisher));
    for (Iterable<Integer> source : sources) {
      assertEquals(
          List.of(10, 20, 30), Parallel.of(2).map(source, (Integer item) -> item * 10).values());
    }
  }

  private static <R> R value(Outcome<?, R> outcome) {
    return ((Success<?, R>) outcome).value();
  }
}
