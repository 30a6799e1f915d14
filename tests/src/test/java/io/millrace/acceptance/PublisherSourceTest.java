package io.millrace.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Run;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Source;
import io.millrace.testkit.NoLeaks;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is promised about sources that are publishers, whatever these do. */
@NoLeaks
class PublisherSourceTest {
  private final IllegalStateException broken = new IllegalStateException("broken publisher");

  /** A subscription of the two functions. */
  private static Flow.Subscription subscription(LongConsumer request, Runnable cancel) {
    return new Flow.Subscription() {
      @Override
      public void request(long n) {
        request.accept(n);
      }

      @Override
      public void cancel() {
        cancel.run();
      }
    };
  }

  @DisplayName(
      "E13, A5: a publisher that sends in the asking thread, and pauses, withholds nothing")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource(names = {"STREAM", "ORDERED_STREAM", "START", "FOR_EACH", "PUBLISHER"}) // one by one
  void aPublisherThatSendsInTheAskingThreadWithholdsNothing(EntryPoint entry) throws Exception {
    List<CountDownLatch> heard = List.of(new CountDownLatch(1), new CountDownLatch(1));
    AtomicInteger next = new AtomicInteger();
    Flow.Publisher<Integer> publisher =
        subscriber ->
            subscriber.onSubscribe(
                subscription(
                    n -> {
                      for (long count = 0; count < n && next.get() < 2; count++) {
                        int item = next.getAndIncrement();
                        subscriber.onNext(item);
                        Counting.waitingFor(heard.get(item)).run(); // for what comes of the item
                      }
                      if (next.getAndIncrement() == 2) {
                        subscriber.onComplete();
                      }
                    },
                    () -> {}));
    entry.run(
        Parallel.of(2).onOutcome(outcome -> heard.get((int) outcome.index()).countDown()),
        Source.of(publisher),
        item -> item);
    assertEquals(0, heard.getLast().getCount());
  }

  @Test
  @DisplayName("E13, A19: a stop does not wait for a publisher that blocks in subscribe or request")
  void aStopDoesNotWaitForThePublisher() throws Exception {
    CountDownLatch asked = new CountDownLatch(2);
    Flow.Publisher<Integer> inSubscribe =
        subscriber -> {
          asked.countDown();
          Counting.waitingFor(new CountDownLatch(1)).run();
        };
    Flow.Publisher<Integer> inRequest =
        subscriber ->
            subscriber.onSubscribe(
                subscription(
                    n -> {
                      asked.countDown();
                      Counting.waitingFor(new CountDownLatch(1)).run();
                    },
                    () -> {}));
    try (Run<Integer, Integer> one = Parallel.of(2).start(Source.of(inSubscribe), item -> item);
        Run<Integer, Integer> two = Parallel.of(2).start(Source.of(inRequest), item -> item)) {
      asked.await();
      one.stop();
      two.stop();
      assertThrows(RuntimeException.class, one::take);
      assertThrows(RuntimeException.class, two::take);
      assertEquals(RunStatus.CANCELLED, one.status());
      assertEquals(RunStatus.CANCELLED, two.status());
    }
  }

  @DisplayName("E13, I10: what subscribe or request throws is the run's error, itself")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "GATHERER")
  void whatAPublisherThrowsIsTheRunsError(EntryPoint entry) {
    Flow.Publisher<Integer> subscribing =
        subscriber -> {
          throw broken;
        };
    assertSame(broken, error(entry, subscribing));
    Flow.Publisher<Integer> asking =
        subscriber ->
            subscriber.onSubscribe(
                subscription(
                    n -> {
                      throw broken;
                    },
                    () -> {}));
    assertSame(broken, error(entry, asking));
  }

  private static Exception error(EntryPoint entry, Flow.Publisher<Integer> publisher) {
    return assertThrows(
        Exception.class,
        () -> entry.run(Parallel.of(2), Source.of(publisher), (Integer item) -> item));
  }

  @DisplayName("E13: what cancel throws is nobody's error")
  @Test
  void whatCancelThrowsIsNobodysError() {
    Flow.Publisher<Integer> publisher =
        subscriber ->
            subscriber.onSubscribe(
                subscription(
                    n -> subscriber.onNext(7),
                    () -> {
                      throw broken;
                    }));
    try (var outcomes = Parallel.of(2).stream(Source.of(publisher), item -> item)) {
      assertEquals(7, outcomes.findFirst().orElseThrow().item());
    }
  }

  /** Signals that break the rules. */
  enum Breach {
    NULL_SUBSCRIPTION(subscriber -> subscriber.onSubscribe(null)),
    NULL_ITEM(subscriber -> subscriber.onNext(null)),
    NULL_ERROR(subscriber -> subscriber.onError(null));

    private final Consumer<Flow.Subscriber<? super Integer>> signal;

    Breach(Consumer<Flow.Subscriber<? super Integer>> signal) {
      this.signal = signal;
    }
  }

  @DisplayName("E13: a null signal is refused at once, and ends the run")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void aNullSignalEndsTheRun(Breach breach) {
    AtomicReference<Throwable> refused = new AtomicReference<>();
    AtomicBoolean cancelled = new AtomicBoolean();
    Flow.Publisher<Integer> publisher =
        subscriber -> {
          if (breach != Breach.NULL_SUBSCRIPTION) {
            subscriber.onSubscribe(subscription(n -> {}, () -> cancelled.set(true)));
          }
          try {
            breach.signal.accept(subscriber);
          } catch (Throwable thrown) {
            refused.set(thrown); // and goes on as if nothing had been
          }
        };
    NullPointerException error =
        assertThrows(
            NullPointerException.class,
            () -> Parallel.of(2).map(Source.of(publisher), item -> item));
    assertSame(error, refused.get());
    assertEquals(breach != Breach.NULL_SUBSCRIPTION, cancelled.get());
  }

  @Test
  @DisplayName(
      "E13, I2: a publisher that sends more than it was asked for is an error, and cancelled")
  void aPublisherThatSendsTooMuchIsAnError() {
    AtomicBoolean cancelled = new AtomicBoolean();
    AtomicInteger sent = new AtomicInteger();
    Flow.Publisher<Integer> publisher =
        subscriber ->
            subscriber.onSubscribe(
                subscription(
                    n -> {
                      while (!cancelled.get()) {
                        subscriber.onNext(sent.getAndIncrement());
                      }
                    },
                    () -> cancelled.set(true)));
    try (var outcomes = Parallel.of(2).window(4).stream(Source.of(publisher), item -> item)) {
      List<Integer> taken = new ArrayList<>();
      var thrown =
          assertThrows(
              IllegalStateException.class,
              () -> outcomes.forEach(outcome -> taken.add(outcome.item())));
      assertEquals("the publisher sent more than it was asked for", thrown.getMessage());
      assertTrue(taken.size() <= 4, taken::toString);
    }
    assertEquals(5, sent.get());
  }

  @Test
  @DisplayName("E13: subscribe, request and cancel are serial, and not in the thread that reads")
  void callsAreSerial() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicBoolean overlapped = new AtomicBoolean();
    List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
    CompletableFuture<Flow.Subscriber<? super Integer>> subscribed = new CompletableFuture<>();
    AtomicInteger owed = new AtomicInteger();
    Flow.Publisher<Integer> publisher =
        subscriber -> {
          subscriber.onSubscribe(
              subscription(
                  n -> {
                    overlapped.compareAndSet(false, inside.getAndIncrement() != 0);
                    threads.add(Thread.currentThread());
                    owed.addAndGet((int) n);
                    inside.decrementAndGet();
                  },
                  () -> overlapped.compareAndSet(false, inside.get() != 0)));
          subscribed.complete(subscriber);
        };
    AtomicReference<Thread> worker = new AtomicReference<>();
    try (Run<Integer, Integer> run =
        Parallel.of(1)
            .window(2)
            .start(
                Source.of(publisher),
                item -> {
                  worker.set(Thread.currentThread());
                  return item;
                })) {
      Flow.Subscriber<? super Integer> subscriber = subscribed.get();
      for (int item = 0; item < 500; item++) {
        Soon.until(() -> owed.get() > 0);
        owed.decrementAndGet();
        subscriber.onNext(item);
        assertEquals(item, run.take().orElseThrow().item());
      }
      subscriber.onComplete();
      assertTrue(run.take().isEmpty());
    }
    assertFalse(overlapped.get());
    assertEquals(1, threads.stream().distinct().count());
    assertNotSame(worker.get(), threads.getFirst());
  }

  @Test
  @DisplayName("E13: a second subscription is cancelled, signals after the end are dropped")
  void lateSignalsAreDropped() {
    AtomicBoolean second = new AtomicBoolean();
    Flow.Publisher<Integer> publisher =
        subscriber -> {
          AtomicBoolean done = new AtomicBoolean();
          subscriber.onSubscribe(
              subscription(
                  n -> {
                    if (!done.getAndSet(true)) {
                      subscriber.onNext(1);
                      subscriber.onComplete();
                      subscriber.onNext(2);
                      subscriber.onError(broken);
                    }
                  },
                  () -> {}));
          subscriber.onSubscribe(subscription(n -> {}, () -> second.set(true)));
        };
    List<Outcome<Integer, Integer>> outcomes =
        Parallel.of(2).map(Source.of(publisher), item -> item).outcomes();
    assertEquals(List.of(1), outcomes.stream().map(Outcome::item).toList());
    assertTrue(second.get());
  }

  @Test
  @DisplayName("E13, I3: a run that is stopped before it begins does not subscribe")
  void aStoppedRunDoesNotSubscribe() {
    var token = new io.millrace.plan.StopToken();
    token.stop();
    Flow.Publisher<Integer> publisher =
        subscriber -> {
          throw new AssertionError("subscribed");
        };
    assertEquals(
        RunStatus.CANCELLED,
        Parallel.of(2).stopToken(token).map(Source.of(publisher), item -> item).status());
  }
}
