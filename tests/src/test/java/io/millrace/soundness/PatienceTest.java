package io.millrace.soundness;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.Run;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Action;
import io.millrace.plan.RunControl;
import io.millrace.plan.StopToken;
import io.millrace.plan.Truncation;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.ScriptedAction;
import io.millrace.time.TimeSource;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long a run waits for slots that are all held by abandoned actions. */
@Timeout(30)
class PatienceTest {
  private static final List<Integer> SIXTY = IntStream.range(0, 60).boxed().toList();
  private final CountDownLatch end = new CountDownLatch(1);
  private final Parallel hasty = Parallel.of(4).attemptTimeout(ofMillis(20)).grace(ofMillis(20));

  @AfterEach
  void letGo() {
    end.countDown();
  }

  private int deaf(int item) {
    Soon.awaitDeaf(end);
    return item;
  }

  private static void assertGivenUp(Results<Integer, Integer> results) {
    assertEquals(RunStatus.ABORTED, results.status());
    assertEquals(4, results.abandoned().size());
    assertEquals(4, results.failures().size());
    assertEquals(56, results.notRun().size());
  }

  @Test
  @DisplayName("E14: without patience, a run whose slots are all abandoned ends at once")
  void none() throws Exception {
    long start = System.nanoTime();
    assertGivenUp(Soon.of(() -> hasty.patience(ZERO).map(SIXTY, this::deaf)));
    assertTrue(Soon.since(start).compareTo(ofMillis(1_500)) < 0);
  }

  @Test
  @DisplayName("E14: with patience, it ends when that is used up, and not before")
  void some() throws Exception {
    long start = System.nanoTime();
    assertGivenUp(Soon.of(() -> hasty.patience(ofMillis(500)).map(SIXTY, this::deaf)));
    Duration took = Soon.since(start);
    assertTrue(took.compareTo(ofMillis(520)) >= 0, "it took " + took);
    assertTrue(took.compareTo(ofSeconds(2)) < 0, "it took " + took);
  }

  @Test
  @DisplayName(
      "E14 LC3: lowering the concurrency to those who are abandoned ends no run that goes on")
  void lowered() throws Exception {
    CountDownLatch early = new CountDownLatch(1);
    CountDownLatch late = new CountDownLatch(1);
    AtomicInteger running = new AtomicInteger();
    Action<Integer, Integer> action =
        item -> {
          running.incrementAndGet();
          switch (item) {
            case 0, 1 -> deaf(item);
            case 2, 3 -> early.await();
            default -> late.await();
          }
          return item;
        };
    try (ManualClock clock = new ManualClock();
        Run<Integer, Integer> run =
            hasty
                .clock(clock)
                .attemptTimeout(ofSeconds(10))
                .patience(ZERO)
                .start(List.of(0, 1, 2, 3, 4, 5), action)) {
      Soon.until(() -> running.get() == 4);
      clock.advance(ofSeconds(5));
      early.countDown();
      Soon.until(() -> running.get() == 6);
      clock.advance(ofSeconds(5));
      Soon.until(() -> run.abandoned().size() == 2);
      run.concurrency(2);
      awaitAlarms();
      assertEquals(RunStatus.RUNNING, run.status());
      late.countDown();
      assertEquals(4, run.stream().filter(Outcome::isSuccess).count());
      assertEquals(RunStatus.COMPLETED, run.status());
      end.countDown();
    }
  }

  @Test
  @DisplayName(
      "E14 LC3: a run that has nobody left but those who are abandoned ends, also with a lowered concurrency")
  void loweredAndStalled() throws Exception {
    CountDownLatch early = new CountDownLatch(1);
    AtomicInteger running = new AtomicInteger();
    Action<Integer, Integer> action =
        item -> {
          running.incrementAndGet();
          if (item < 2) {
            deaf(item);
          }
          early.await();
          return item;
        };
    try (ManualClock clock = new ManualClock();
        Run<Integer, Integer> run =
            hasty.clock(clock).attemptTimeout(ofSeconds(10)).patience(ZERO).start(SIXTY, action)) {
      Soon.until(() -> running.get() == 4);
      clock.advance(ofSeconds(5));
      run.concurrency(2);
      early.countDown();
      Soon.until(() -> run.progress().running() == 2);
      clock.advance(ofSeconds(5));
      Soon.until(() -> run.status() == RunStatus.ABORTED);
      end.countDown();
    }
  }

  /** What was to happen by now, by alarms in real time, has happened. */
  private static void awaitAlarms() throws InterruptedException {
    CountDownLatch later = new CountDownLatch(1);
    var _ = TimeSource.system().schedule(System.nanoTime(), later::countDown);
    later.await();
  }

  @Test
  @DisplayName("E14: the patience is two seconds by default")
  void byDefault() throws Exception {
    long start = System.nanoTime();
    assertGivenUp(Soon.of(() -> hasty.map(SIXTY, this::deaf)));
    Duration took = Soon.since(start);
    assertTrue(took.compareTo(ofSeconds(2)) >= 0, "it took " + took);
    assertTrue(took.compareTo(ofSeconds(4)) < 0, "it took " + took);
  }

  @Test
  @DisplayName("E14: with endless patience, the run waits until a slot comes back, and completes")
  void endless() throws Exception {
    AtomicInteger running = new AtomicInteger();
    try (ManualClock clock = new ManualClock();
        Run<Integer, Integer> run =
            hasty
                .clock(clock)
                .patience(ChronoUnit.FOREVER.getDuration())
                .start(
                    SIXTY,
                    item -> {
                      running.incrementAndGet();
                      return item < 4 ? deaf(item) : item;
                    })) {
      Soon.until(() -> running.get() == 4);
      clock.advance(ofMillis(20));
      Soon.until(() -> run.abandoned().size() == 4);
      assertEquals(RunStatus.RUNNING, run.status());
      end.countDown();
      int successes = 0;
      for (var next = run.take(); next.isPresent(); next = run.take()) {
        successes += next.get().isSuccess() ? 1 : 0;
      }
      assertEquals(56, successes);
      assertEquals(RunStatus.COMPLETED, run.status());
    }
  }

  @Test
  @DisplayName("E14: one slot that comes back is enough, and the patience begins anew")
  void oneSlot() throws Exception {
    CountDownLatch one = new CountDownLatch(1);
    Parallel patient = hasty.patience(ChronoUnit.FOREVER.getDuration());
    try (Run<Integer, Integer> run =
        patient.start(
            SIXTY,
            item -> {
              if (item < 4) {
                Soon.awaitDeaf(item == 0 ? one : end);
              }
              return item;
            })) {
      Soon.until(() -> run.abandoned().size() == 4);
      one.countDown();
      int outcomes = 0;
      while (run.take().isPresent()) {
        outcomes++;
      }
      assertEquals(60, outcomes);
      assertEquals(RunStatus.COMPLETED, run.status());
      assertEquals(3, run.abandoned().size());
    }
  }

  @Test
  @DisplayName("E14: a stop ends a run that is patient")
  void stop() throws Exception {
    StopToken token = new StopToken();
    Parallel patient =
        hasty
            .patience(ChronoUnit.FOREVER.getDuration())
            .stopToken(token)
            .truncation(Truncation.SILENT);
    try (Run<Integer, Integer> run = patient.start(SIXTY, this::deaf)) {
      Soon.until(() -> run.abandoned().size() == 4);
      token.stop();
      Soon.of(
          () -> {
            int outcomes = 0;
            while (run.take().isPresent()) {
              outcomes++;
            }
            assertEquals(60, outcomes);
            return null;
          });
      assertEquals(RunStatus.CANCELLED, run.status());
    }
  }

  @Test
  @DisplayName("E14: a negative patience is refused")
  void negative() {
    assertThrows(IllegalArgumentException.class, () -> hasty.patience(ofMillis(-1)));
  }

  @Test
  @DisplayName(
      "E14: an abandoned action that keeps the last slot does not end what runs beyond a lowered concurrency")
  void runsBeyondTheSlots() throws Exception {
    RunControl control = new RunControl();
    CountDownLatch isAbandoned = new CountDownLatch(1);
    ManualClock clock = new ManualClock();
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(clock);
    action.item(0).blocksUninterruptibly().returns(0);
    action.item(1).blocks().returns(1);
    action
        .item(2)
        .computes(
            item -> {
              isAbandoned.await();
              end.await(300, TimeUnit.MILLISECONDS); // long enough for an interrupt
              return item;
            });
    try (clock;
        Run<Integer, Integer> run =
            Parallel.of(2)
                .clock(clock)
                .attemptTimeout(ofSeconds(10))
                .grace(ofMillis(20))
                .patience(ZERO)
                .control(control)
                .start(List.of(0, 1, 2), action)) {
      action.awaitCalls(2);
      clock.advance(ofSeconds(6));
      action.release(1);
      action.awaitCalls(3);
      control.concurrency(1);
      clock.advance(ofSeconds(4));
      Soon.until(() -> run.abandoned().size() == 1);
      isAbandoned.countDown();
      int successes = 0;
      for (var next = run.take(); next.isPresent(); next = run.take()) {
        successes += next.get().isSuccess() ? 1 : 0;
      }
      assertEquals(2, successes);
      assertEquals(RunStatus.COMPLETED, run.status());
    } finally {
      action.releaseAll();
    }
  }
}
