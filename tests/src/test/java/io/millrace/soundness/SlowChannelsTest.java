package io.millrace.soundness;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.Run;
import io.millrace.executor.ParallelExecutor;
import io.millrace.executor.TaskOptions;
import io.millrace.outcome.AbandonedException;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.TruncatedRunException;
import io.millrace.plan.Backoff;
import io.millrace.plan.Retry;
import io.millrace.plan.Source;
import io.millrace.plan.StopToken;
import io.millrace.plan.Workers;
import io.millrace.scope.CancelScope;
import io.millrace.time.TimeSource;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An interrupt closes the channel in which its thread waits, and whoever sends it waits for that: for ever, if it is a file of a
 * system that does not answer.
 */
@Timeout(60)
class SlowChannelsTest {
  private final CountDownLatch end = new CountDownLatch(1);
  private final CountDownLatch closing = new CountDownLatch(1);

  @AfterEach
  void letGo() {
    end.countDown();
  }

  /** Neither answers nor closes before the end of the test. */
  private final class Silent extends AbstractInterruptibleChannel {
    void read() throws IOException {
      begin();
      try {
        Soon.awaitDeaf(end);
      } finally {
        end(true);
      }
    }

    @Override
    protected void implCloseChannel() {
      closing.countDown();
      Soon.awaitDeaf(end);
    }
  }

  private int read(int item) throws IOException {
    try (Silent channel = new Silent()) {
      channel.read();
    }
    return item;
  }

  private void readQuietly() {
    try {
      read(0);
    } catch (IOException closed) {
      // at the end of the test
    }
  }

  private void assertTimersRing() throws InterruptedException {
    assertTrue(closing.await(10, TimeUnit.SECONDS), "nothing was interrupted");
    TimeSource clock = TimeSource.system();
    CountDownLatch rung = new CountDownLatch(1);
    clock.schedule(clock.nanoTime(), rung::countDown);
    assertTrue(rung.await(5, TimeUnit.SECONDS), "the thread of all timers is held up");
  }

  private static Workers workers(boolean virtual) {
    return virtual ? Workers.virtual() : Workers.platform();
  }

  @ParameterizedTest(name = "virtual: {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName(
      "E12: a channel that does not close holds up no timer, and its item is abandoned, when an attempt times out")
  void attemptTimeout(boolean virtual) throws Exception {
    Parallel parallel = Parallel.of(1).workers(workers(virtual)).attemptTimeout(ofMillis(50));
    Results<Integer, Integer> results = Soon.of(() -> parallel.map(List.of(1), this::read));
    assertInstanceOf(AbandonedException.class, results.failures().getFirst().error());
    assertTimersRing();
  }

  @Test
  @DisplayName("E12: a channel that does not close holds up no timer when its run times out")
  void runTimeout() throws Exception {
    Parallel parallel = Parallel.of(2).workers(Workers.platform()).runTimeout(ofMillis(50));
    Results<Integer, Integer> results = Soon.of(() -> parallel.map(List.of(1, 2), this::read));
    assertEquals(RunStatus.TIMED_OUT, results.status());
    assertTimersRing();
  }

  @ParameterizedTest(name = "by a virtual thread: {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("A19, E12: channels that do not close do not hang a run that is stopped")
  void stop(boolean virtual) throws Exception {
    StopToken token = new StopToken();
    CountDownLatch called = new CountDownLatch(3);
    Parallel parallel =
        Parallel.of(3)
            .workers(Workers.platform())
            .retry(Retry.ofAttempts(2).backoff(Backoff.fixed(ofHours(1))))
            .stopToken(token);
    Thread stopping =
        (virtual ? Thread.ofVirtual() : Thread.ofPlatform().daemon())
            .start(
                () -> {
                  Soon.awaitDeaf(called);
                  token.stop();
                });
    Results<Integer, Integer> results =
        Soon.of(
            () ->
                parallel.map(
                    List.of(1, 2, 3),
                    item -> {
                      called.countDown();
                      return item < 3 ? read(item) : Integer.parseInt("again in an hour");
                    }));
    assertEquals(RunStatus.CANCELLED, results.status());
    assertTrue(virtual || stopping.join(Duration.ofSeconds(5)), "stop() waits for the channel");
  }

  @Test
  @DisplayName("E12: a channel that does not close holds up no timer at the deadline of a scope")
  void deadlineOfAScope() throws InterruptedException {
    CancelScope scope = CancelScope.withTimeout(ofMillis(50));
    Thread.ofPlatform().daemon().start(() -> scope.run(this::readQuietly));
    assertTimersRing();
  }

  @Test
  @DisplayName("E12: a channel that does not close holds up no timer at the deadline of a task")
  void deadlineOfATask() throws InterruptedException {
    try (ParallelExecutor executor = ParallelExecutor.of(Parallel.of(1))) {
      CountDownLatch running = new CountDownLatch(1);
      var task =
          executor.submit(
              () -> {
                running.countDown();
                return read(1);
              },
              TaskOptions.none().deadline(ofMillis(500)));
      try {
        assertTrue(running.await(5, TimeUnit.SECONDS));
        assertTimersRing();
      } finally {
        end.countDown(); // closing the executor waits for it
      }
      assertInstanceOf(TimeoutException.class, task.await().exception().orElseThrow());
    }
  }

  /* The first item reads from the channel; the second one waits for its interrupt. */
  private int readOrWait(int item, CountDownLatch reading, CountDownLatch interrupted)
      throws Exception {
    reading.countDown();
    if (item == 1) {
      return read(item);
    }
    try {
      end.await();
    } catch (InterruptedException told) {
      interrupted.countDown();
      throw told;
    }
    return item;
  }

  @Test
  @DisplayName(
      "A19, E12: a channel that does not close holds up no interrupt of another action when the run is stopped")
  void othersAreInterrupted() throws Exception {
    CountDownLatch reading = new CountDownLatch(2);
    CountDownLatch interrupted = new CountDownLatch(1);
    Parallel parallel = Parallel.of(2).workers(Workers.platform()).grace(ofHours(1));
    try (Run<Integer, Integer> run =
        parallel.start(List.of(1, 2), item -> readOrWait(item, reading, interrupted))) {
      try {
        assertTrue(reading.await(10, TimeUnit.SECONDS));
        run.stop();
        assertTrue(interrupted.await(10, TimeUnit.SECONDS), "the other action is not interrupted");
      } finally {
        end.countDown(); // closing the run waits for it
      }
    }
  }

  @Test
  @DisplayName(
      "A19, E12: a channel that does not close holds up no end of another run at the deadline of a scope")
  void otherRunsOfAScopeEnd() throws Exception {
    CountDownLatch reading = new CountDownLatch(2);
    CountDownLatch interrupted = new CountDownLatch(1);
    Parallel parallel = Parallel.of(1).workers(Workers.platform()).grace(ofHours(1));
    CancelScope scope = CancelScope.withTimeout(ofMillis(500));
    Thread inside =
        Thread.ofPlatform()
            .daemon()
            .start(
                () ->
                    scope.run(
                        () -> {
                          try (var _ =
                                  parallel.start(
                                      List.of(1), item -> readOrWait(item, reading, interrupted));
                              var _ =
                                  parallel.start(
                                      List.of(2), item -> readOrWait(item, reading, interrupted))) {
                            Soon.awaitDeaf(end);
                          }
                        }));
    assertTrue(reading.await(10, TimeUnit.SECONDS));
    assertTrue(interrupted.await(10, TimeUnit.SECONDS), "the other run goes on");
    end.countDown();
    assertTrue(inside.join(Duration.ofSeconds(10)));
  }

  @Test
  @DisplayName(
      "R1, E12: a run that a virtual thread drains ends after the grace, though its source reads a channel that does not close")
  void drainWhileReading() throws Exception {
    CountDownLatch reading = new CountDownLatch(1);
    Iterator<Integer> silent =
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            reading.countDown();
            readQuietly();
            return false;
          }

          @Override
          public Integer next() {
            throw new NoSuchElementException();
          }
        };
    Parallel parallel = Parallel.of(1).workers(Workers.platform()).grace(ofMillis(50));
    try (Run<Integer, Integer> run = parallel.start(() -> silent, item -> item)) {
      assertTrue(reading.await(10, TimeUnit.SECONDS));
      Thread.ofVirtual().start(() -> run.drain(ofMillis(50)));
      try {
        assertThrows(TruncatedRunException.class, () -> Soon.of(run::take));
      } finally {
        end.countDown(); // closing the run waits for it
      }
      assertEquals(RunStatus.CANCELLED, run.status());
    }
  }

  /** Closing it takes longer than the grace period. */
  private final class ClosedSlowly implements Iterable<Integer>, Closeable {
    @Override
    public Iterator<Integer> iterator() {
      return List.of(1).iterator();
    }

    @Override
    public void close() {
      readQuietly();
    }
  }

  @Test
  @DisplayName("E12: a channel that does not close holds up no timer when its source is closed")
  void closeOfASource() throws Exception {
    Iterable<Integer> source = new ClosedSlowly();
    Soon.of(() -> Parallel.of(1).grace(ofMillis(50)).map(source, item -> item));
    assertTimersRing();
  }

  @ParameterizedTest(name = "virtual: {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName(
      "E12: a channel that does not close holds up no timer when its publisher is cancelled")
  void publisher(boolean virtual) throws Exception {
    Flow.Publisher<Integer> publisher =
        subscriber ->
            subscriber.onSubscribe(
                new Flow.Subscription() {
                  @Override
                  public void request(long items) {
                    readQuietly();
                  }

                  @Override
                  public void cancel() {}
                });
    Parallel parallel =
        Parallel.of(1).workers(workers(virtual)).grace(ofMillis(50)).runTimeout(ofMillis(100));
    var results = Soon.of(() -> parallel.map(Source.of(publisher), item -> item));
    assertEquals(RunStatus.TIMED_OUT, results.status());
    assertTimersRing();
  }
}
