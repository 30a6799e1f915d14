package io.millrace.testkit;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofNanos;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.time.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@NoLeaks
class ManualClockTest {
  private final ManualClock clock = new ManualClock();
  private final List<Object> seen = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void close() {
    clock.close();
  }

  private TimeSource.Timer in(Duration delay, Runnable task) {
    return clock.schedule(clock.nanoTime() + delay.toNanos(), task);
  }

  private void note() {
    seen.add(clock.elapsed());
  }

  @Test
  void timeStandsStillUntilItIsAdvanced() {
    long nanos = clock.nanoTime();
    Instant now = clock.now();
    assertEquals(ZERO, clock.elapsed());

    clock.advance(ofSeconds(3));

    assertEquals(ofSeconds(3), clock.elapsed());
    assertEquals(ofSeconds(3).toNanos(), clock.nanoTime() - nanos);
    assertEquals(ofSeconds(3), Duration.between(now, clock.now()));
  }

  @Test
  void theScaleOverflowsAfterOneMillisecond() {
    assertTrue(clock.nanoTime() > 0);
    clock.advance(ofMillis(1));
    assertTrue(clock.nanoTime() > 0);
    in(ofMillis(5), this::note);

    clock.advance(ofMillis(5));

    assertTrue(clock.nanoTime() < 0);
    assertEquals(List.of(ofMillis(6)), seen);
  }

  @Test
  void timersRunInOrderOfTimeEachAtItsOwnTimeInTheCallingThread() {
    in(ofSeconds(3), this::note);
    in(ofSeconds(1), this::note);
    in(ofSeconds(2), () -> seen.add(Thread.currentThread()));

    clock.advance(ofSeconds(10));

    assertEquals(List.of(ofSeconds(1), Thread.currentThread(), ofSeconds(3)), seen);
    assertEquals(ofSeconds(10), clock.elapsed());
  }

  @Test
  void timersOfOneTimeRunInTheOrderTheyWereScheduled() {
    List.of("a", "b", "c").forEach(name -> in(ofSeconds(1), () -> seen.add(name)));
    clock.advance(ofSeconds(1));
    assertEquals(List.of("a", "b", "c"), seen);
  }

  @Test
  void aTimerThatATimerSchedulesRunsInTheSameAdvanceIfItComesDue() {
    in(ofSeconds(1), () -> in(ofSeconds(1), this::note));
    in(ofSeconds(1), () -> in(ofSeconds(9), this::note));
    clock.advance(ofSeconds(5));
    assertEquals(List.of(ofSeconds(2)), seen);
    assertEquals(1, clock.timers());
  }

  @Test
  void aTimerDoesNotRunBeforeItsTime() {
    in(ofSeconds(1), this::note);
    clock.advance(ofSeconds(1).minusNanos(1));
    assertEquals(List.of(), seen);
    clock.advance(ofNanos(1));
    assertEquals(List.of(ofSeconds(1)), seen);
  }

  @Test
  void aCancelledTimerNeverRunsEvenIfATimerOfTheSameAdvanceCancelsIt() {
    in(ofSeconds(1), this::note).cancel();
    TimeSource.Timer later = in(ofSeconds(3), this::note);
    in(ofSeconds(2), later::cancel);
    assertEquals(2, clock.timers());

    clock.advance(ofSeconds(10));

    assertEquals(List.of(), seen);
    assertEquals(0, clock.timers());
  }

  @Test
  void aTimerWhoseTimeHasPassedRunsSoonInTheThreadOfTheClock() throws Exception {
    BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
    clock.schedule(clock.nanoTime() - 1, () -> threads.add(Thread.currentThread()));
    Thread thread = threads.poll(10, TimeUnit.SECONDS);
    assertNotEquals(Thread.currentThread(), thread);
    assertEquals(ZERO, clock.elapsed());
  }

  @Test
  void aTimerThatIsDueHasRunAfterAnAdvanceByZero() {
    for (int round = 0; round < 200; round++) {
      clock.schedule(clock.nanoTime(), () -> seen.add("run"));
      clock.advance(ZERO);
      assertEquals(round + 1, seen.size());
    }
  }

  @Test
  void anAdvanceWaitsForATaskThatRunsInTheThreadOfTheClock() {
    Thread test = Thread.currentThread();
    AtomicBoolean started = new AtomicBoolean();
    clock.schedule(
        clock.nanoTime(),
        () -> {
          started.set(true);
          while (test.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
          }
          note();
        });
    while (!started.get()) {
      Thread.onSpinWait();
    }
    clock.advance(ofSeconds(1));
    assertEquals(List.of(ZERO), seen);
    assertEquals(ofSeconds(1), clock.elapsed());
  }

  @Test
  void aSleeperWakesWhenItsTimeHasComeAndNotBefore() throws Exception {
    try (Crew crew = new Crew()) {
      crew.start(
          () -> {
            clock.sleep(ofSeconds(1));
            note();
            clock.sleep(ofSeconds(1));
            note();
          });
      clock.awaitSleepers(1);
      clock.advance(ofSeconds(1).minusNanos(1));
      assertEquals(1, clock.sleepers());
      clock.advance(ofNanos(1));
      clock.awaitSleepers(1);
      assertEquals(List.of(ofSeconds(1)), seen);
      clock.advance(ofSeconds(1));
    }
    assertEquals(List.of(ofSeconds(1), ofSeconds(2)), seen);
  }

  @Test
  void anInterruptEndsASleepAndIsUsedUp() throws Exception {
    try (Crew crew = new Crew()) {
      Thread sleeper =
          crew.start(
              () -> {
                assertThrows(InterruptedException.class, () -> clock.sleep(ofHours(1)));
                assertFalse(Thread.currentThread().isInterrupted());
              });
      clock.awaitSleepers(1);
      sleeper.interrupt();
    }
    assertEquals(0, clock.sleepers());
    assertEquals(ZERO, clock.elapsed());
  }

  @Test
  void anInterruptedThreadDoesNotFallAsleep() {
    for (Duration duration : List.of(ofSeconds(1), ZERO)) {
      Thread.currentThread().interrupt();
      assertThrows(InterruptedException.class, () -> clock.sleep(duration));
      assertFalse(Thread.currentThread().isInterrupted());
    }
  }

  @Test
  void aSleepOfNothingReturnsAtOnce() {
    assertDoesNotThrow(() -> clock.sleep(ZERO));
    assertDoesNotThrow(() -> clock.sleep(ofSeconds(-1)));
  }

  @Test
  void aSleepForEverEndsOnlyByAnInterrupt() throws Exception {
    clock.advance(ofSeconds(1));
    try (Crew crew = new Crew()) {
      Thread sleeper =
          crew.start(
              () ->
                  assertThrows(
                      InterruptedException.class,
                      () -> clock.sleep(ChronoUnit.FOREVER.getDuration())));
      clock.awaitSleepers(1);
      clock.advance(Duration.ofDays(365 * 200));
      assertEquals(1, clock.sleepers());
      sleeper.interrupt();
    }
  }

  @Test
  void timeGoesNeitherBackNorBeyondItsEnd() {
    clock.advance(ofSeconds(1));
    assertThrows(IllegalArgumentException.class, () -> clock.advance(ofNanos(-1)));
    assertThrows(
        IllegalArgumentException.class, () -> clock.advance(ChronoUnit.FOREVER.getDuration()));
    assertEquals(ofSeconds(1), clock.elapsed());
  }

  @Test
  void advanceThrowsWhatTasksThrewAfterAllOfThemRan() {
    RuntimeException first = new RuntimeException("first");
    RuntimeException second = new RuntimeException("second");
    in(ofSeconds(1), () -> fail(first));
    in(ofSeconds(2), () -> fail(second));
    in(ofSeconds(3), this::note);

    AssertionError thrown = assertThrows(AssertionError.class, () -> clock.advance(ofSeconds(5)));

    assertSame(first, thrown.getCause());
    assertEquals(List.of(second), List.of(thrown.getSuppressed()));
    assertEquals(List.of(ofSeconds(3)), seen);
    assertEquals(ofSeconds(5), clock.elapsed());
  }

  private static void fail(RuntimeException error) {
    throw error;
  }

  @Test
  void aTaskCanNeitherSleepNorAdvance() {
    in(ofSeconds(1), () -> seen.add(refusal(() -> clock.sleep(ofSeconds(1)))));
    in(ofSeconds(1), () -> seen.add(refusal(() -> clock.advance(ofSeconds(1)))));
    clock.advance(ofSeconds(1));
    assertEquals(
        List.of(
            "a timer's task must not wait on the clock",
            "a timer's task must not advance the clock"),
        seen);
  }

  private static String refusal(Crew.Body body) {
    return String.valueOf(assertThrows(IllegalStateException.class, body::run).getMessage());
  }

  @Test
  void twoThreadsThatAdvanceDoSoOneAfterTheOther() throws Exception {
    in(ofSeconds(1), this::note);
    try (Crew crew = new Crew()) {
      crew.start(() -> clock.advance(ofSeconds(1)));
      crew.start(() -> clock.advance(ofSeconds(1)));
    }
    assertEquals(ofSeconds(2), clock.elapsed());
    assertEquals(List.of(ofSeconds(1)), seen);
  }

  @Test
  void closeEndsEverySleepAndNoTimerRunsAnyMore() throws Exception {
    in(ofSeconds(1), this::note);
    try (Crew crew = new Crew()) {
      crew.start(() -> seen.add(refusal(() -> clock.sleep(ofSeconds(1)))));
      clock.awaitSleepers(1);
      clock.close();
    }
    clock.close();
    clock.schedule(clock.nanoTime() - 1, this::note);

    assertEquals(List.of("the clock was closed while this thread waited on it"), seen);
    assertThrows(IllegalStateException.class, () -> clock.advance(ofSeconds(1)));
    assertThrows(IllegalStateException.class, () -> clock.sleep(ofSeconds(1)));
    assertEquals(ZERO, clock.elapsed());
  }

  @Test
  void closeReportsTheErrorsThatNoAdvanceHasReportedAndEndsTheThread() throws Exception {
    BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
    clock.schedule(
        clock.nanoTime(),
        () -> {
          threads.add(Thread.currentThread());
          throw new IllegalStateException("broken");
        });
    Thread thread = threads.poll(10, TimeUnit.SECONDS);
    AssertionError thrown = assertThrows(AssertionError.class, clock::close);
    assertEquals("broken", String.valueOf(thrown.getCause().getMessage()));
    assertFalse(thread.isAlive());
  }

  @Test
  void awaitingSleepersOrTimersThatDoNotComeEndsInAnErrorThatSaysHowThingsStand() {
    try (ManualClock impatient = new ManualClock(false, ofMillis(1))) {
      impatient.schedule(impatient.nanoTime() + ofSeconds(7).toNanos(), () -> {});
      String message =
          String.valueOf(
              assertThrows(AssertionError.class, () -> impatient.awaitTimers(2)).getMessage());
      assertTrue(message.contains("at least 2 pending timers, but there are 1"), message);
      assertTrue(message.contains("next event: at PT7S"), message);
      assertThrows(AssertionError.class, () -> impatient.awaitSleepers(1));
    }
  }

  @Test
  void awaitingCanBeInterrupted() {
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> clock.awaitSleepers(1));
  }

  @Test
  void everyExitNeedsAnEnterAndAnAnnouncedTaskRunsOnce() {
    assertThrows(IllegalStateException.class, clock::exit);
    Runnable announced = clock.announced(() -> seen.add("run"));
    assertEquals(1, clock.announced());
    announced.run();
    assertEquals(0, clock.announced());
    assertThrows(IllegalStateException.class, announced::run);
    assertEquals(List.of("run"), seen);
  }

  @Test
  void anAnnouncedTaskThatNeverRunsIsGivenUpByExit() {
    Runnable announced = clock.announced(() -> {});
    clock.exit();
    assertEquals(0, clock.announced());
    assertThrows(IllegalStateException.class, announced::run);
  }
}
