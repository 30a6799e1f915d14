package io.millrace.testkit;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofNanos;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.time.TimeSource;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@NoLeaks
class JumpingClockTest {
  private final ManualClock clock = ManualClock.jumping();
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

  /** How a thread is announced. */
  enum Announced {
    BY_ENTER {
      @Override
      Thread start(Crew crew, ManualClock clock, Crew.Body body) {
        return crew.startEntered(clock, body);
      }
    },
    AS_TASK {
      @Override
      Thread start(Crew crew, ManualClock clock, Crew.Body body) {
        return crew.startAnnounced(clock, body);
      }
    };

    abstract Thread start(Crew crew, ManualClock clock, Crew.Body body);
  }

  @Test
  void theClockJumpsToTheNextTimerWhenNobodyIsAnnounced() throws Exception {
    CountDownLatch run = new CountDownLatch(2);
    clock.enter();
    in(ofHours(2), this::note);
    in(ofHours(1), this::note);
    in(ofHours(1), run::countDown);
    in(ofHours(3), run::countDown);
    clock.exit();
    run.await();
    assertEquals(List.of(ofHours(1), ofHours(2)), seen);
  }

  @Test
  void aThreadThatNobodyAnnouncedSleepsAtNoCost() throws Exception {
    clock.sleep(ofHours(5));
    assertEquals(ofHours(5), clock.elapsed());
    clock.sleep(ofNanos(1));
    assertEquals(ofHours(5).plusNanos(1), clock.elapsed());
  }

  @ParameterizedTest
  @EnumSource
  void aBusyThreadHoldsTimeThoughTheTestsOwnThreadSleeps(Announced announced) throws Exception {
    try (Crew crew = new Crew()) {
      announced.start(
          crew,
          clock,
          () -> {
            clock.awaitSleepers(1);
            for (int look = 0; look < 1_000; look++) {
              Thread.yield();
              assertEquals(ZERO, clock.elapsed());
            }
          });
      clock.sleep(ofSeconds(1));
      assertEquals(ofSeconds(1), clock.elapsed());
    }
  }

  @Test
  void anUnannouncedThreadThatSleepsIsNotTakenForOneThatRunsAnAnnouncedTask() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    try (Crew crew = new Crew()) {
      crew.startAnnounced(
          clock,
          () -> {
            begun.countDown();
            clock.awaitSleepers(1);
            for (int look = 0; look < 1_000; look++) {
              Thread.yield();
              assertEquals(ZERO, clock.elapsed());
            }
          });
      crew.start(
          () -> {
            begun.await(); // until then the clock cannot know whose ticket it is
            clock.sleep(ofSeconds(1));
          });
    }
    assertEquals(ofSeconds(1), clock.elapsed());
  }

  /* Hunts a jump while a thread is between its wake-up and its next sleep, or not yet begun. */
  @ParameterizedTest
  @EnumSource
  void everyWakeUpIsAtItsExactTimeAndInOrder(Announced announced) throws Exception {
    Random random = new Random(42);
    for (int round = 0; round < 100; round++) {
      everyWakeUpIsExact(announced, random);
    }
  }

  private static void everyWakeUpIsExact(Announced announced, Random random) throws Exception {
    List<Duration> wakes = Collections.synchronizedList(new ArrayList<>());
    Duration longest = ZERO;
    try (ManualClock clock = ManualClock.jumping()) {
      try (Crew crew = new Crew()) {
        clock.enter();
        for (int thread = 0; thread < 6; thread++) {
          List<Duration> naps = random.ints(5, 1, 8).mapToObj(Duration::ofSeconds).toList();
          Duration sum = naps.stream().reduce(ZERO, Duration::plus);
          longest = longest.compareTo(sum) > 0 ? longest : sum;
          announced.start(crew, clock, () -> sleepExactly(clock, naps, wakes));
        }
        clock.exit();
      }
      assertEquals(longest, clock.elapsed());
      assertEquals(0, clock.sleepers());
    }
    assertEquals(wakes.stream().sorted().toList(), wakes);
    assertEquals(30, wakes.size());
  }

  private static void sleepExactly(ManualClock clock, List<Duration> naps, List<Duration> wakes)
      throws InterruptedException {
    Duration due = ZERO;
    for (Duration nap : naps) {
      clock.sleep(nap);
      due = due.plus(nap);
      wakes.add(clock.elapsed());
      assertEquals(due, clock.elapsed());
    }
  }

  @Test
  void allThatIsDueAtOneTimeIsFiredBeforeTimeGoesOn() throws Exception {
    try (Crew crew = new Crew()) {
      clock.enter();
      crew.startAnnounced(clock, () -> clock.sleep(ofSeconds(1)));
      crew.startAnnounced(clock, () -> clock.sleep(ofSeconds(2)));
      in(ofSeconds(1), this::note);
      in(ofSeconds(1), () -> in(ZERO, this::note));
      in(ofSeconds(2), this::note);
      clock.exit();
    }
    clock.sleep(ofSeconds(1));
    assertEquals(List.of(ofSeconds(1), ofSeconds(1), ofSeconds(2)), seen);
  }

  /* Hunts a jump while a task runs, or between the task and the thread that it started. */
  @Test
  void aTaskCountsAsBusyAndSoDoesTheThreadThatItAnnounces() throws Exception {
    for (int round = 0; round < 200; round++) {
      Duration before = clock.elapsed();
      AtomicReference<Duration> started = new AtomicReference<>(ZERO);
      try (Crew crew = new Crew()) {
        clock.enter();
        in(ofSeconds(1), () -> crew.startEntered(clock, () -> started.set(clock.elapsed())));
        in(ofSeconds(1).plusNanos(1), () -> {});
        clock.exit();
        clock.sleep(ofSeconds(2));
      }
      assertEquals(before.plusSeconds(1), started.get());
    }
  }

  /*
   * Hunts a jump between an interrupt and its effect. The third thread makes the interrupted one wait
   * for the clock's lock, which hides its interrupt flag meanwhile.
   */
  @ParameterizedTest
  @EnumSource
  void aThreadThatATaskInterruptsSeesTheTimeOfTheInterrupt(Announced announced) throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    Thread noise =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!done.get()) {
                    clock.timers();
                  }
                });
    try {
      for (int round = 0; round < 300; round++) {
        interruptedSleeperSeesTheTimeOfTheInterrupt(announced);
      }
    } finally {
      done.set(true);
      noise.join();
    }
  }

  private void interruptedSleeperSeesTheTimeOfTheInterrupt(Announced announced) {
    Duration before = clock.elapsed();
    try (Crew crew = new Crew()) {
      clock.enter();
      Thread sleeper =
          announced.start(
              crew,
              clock,
              () -> {
                assertThrows(InterruptedException.class, () -> clock.sleep(ofSeconds(10)));
                assertEquals(before.plusSeconds(1), clock.elapsed());
              });
      announced.start(crew, clock, () -> clock.sleep(ofSeconds(1).plusNanos(1)));
      in(ofSeconds(1), sleeper::interrupt);
      clock.exit();
    }
    assertEquals(before.plusSeconds(1).plusNanos(1), clock.elapsed());
  }

  @Test
  void timeGoesOnAfterAnUnannouncedSleeperHasBeenInterrupted() throws Exception {
    Thread test = Thread.currentThread();
    CountDownLatch later = new CountDownLatch(1);
    try (Crew crew = new Crew()) {
      crew.startAnnounced(
          clock,
          () -> {
            clock.awaitSleepers(1);
            in(ofSeconds(1), test::interrupt);
            in(ofSeconds(2), later::countDown);
          });
      assertThrows(InterruptedException.class, () -> clock.sleep(ofSeconds(10)));
      later.await();
    }
    assertEquals(ofSeconds(2), clock.elapsed());
  }

  /* Hunts an interrupt that gets lost, or counts twice, where it meets the wake-up. */
  @Test
  void anInterruptThatMeetsTheWakeUpIsEitherThrownOrStaysInTheFlag() throws Exception {
    AtomicInteger effects = new AtomicInteger();
    for (int round = 0; round < 500; round++) {
      try (Crew crew = new Crew()) {
        Thread sleeper =
            crew.startAnnounced(
                clock,
                () -> {
                  try {
                    clock.sleep(ofSeconds(1));
                    while (!Thread.interrupted()) {
                      Thread.onSpinWait();
                    }
                    effects.incrementAndGet();
                  } catch (InterruptedException thrown) {
                    assertFalse(Thread.currentThread().isInterrupted());
                    effects.incrementAndGet();
                  }
                });
        crew.start(sleeper::interrupt);
      }
      assertEquals(round + 1, effects.get());
      assertEquals(0, clock.sleepers());
    }
  }

  @Test
  void timeDoesNotJumpToACancelledTimer() throws Exception {
    clock.enter();
    in(ofHours(1), this::note).cancel();
    clock.exit();
    clock.sleep(ofSeconds(1));
    assertEquals(ofSeconds(1), clock.elapsed());
    assertEquals(List.of(), seen);
    assertEquals(0, clock.timers());
  }

  @Test
  void withNothingToFireTimeStandsStill() throws Exception {
    try (Crew crew = new Crew()) {
      Thread sleeper =
          crew.startAnnounced(
              clock,
              () ->
                  assertThrows(
                      InterruptedException.class,
                      () -> clock.sleep(ChronoUnit.FOREVER.getDuration())));
      clock.awaitSleepers(1);
      assertEquals(ZERO, clock.elapsed());
      sleeper.interrupt();
    }
    assertEquals(ZERO, clock.elapsed());
  }

  @Test
  void theTestsOwnThreadCountsWhileItRunsAnAnnouncedTaskAndAlsoOneInsideAnother() {
    clock
        .announced(
            () -> {
              in(ofSeconds(9), this::note);
              assertEquals(ZERO, clock.elapsed());
              nap(ofSeconds(1));
              clock.announced(() -> nap(ofSeconds(2))).run();
              nap(ofSeconds(3));
            })
        .run();
    clock.announced(() -> nap(ofSeconds(3))).run();
    assertEquals(List.of(ofSeconds(9)), seen);
  }

  private void nap(Duration duration) {
    Duration before = clock.elapsed();
    try {
      clock.sleep(duration);
    } catch (InterruptedException unexpected) {
      throw new AssertionError(unexpected);
    }
    assertEquals(before.plus(duration), clock.elapsed());
  }

  @Test
  void anAnnouncedThreadThatWaitsElsewhereExitsAndIsEnteredByWhoWakesIt() throws Exception {
    for (int round = 0; round < 200; round++) {
      Duration before = clock.elapsed();
      try (Crew crew = new Crew()) {
        crew.startAnnounced(
            clock,
            () -> {
              CountDownLatch woken = new CountDownLatch(1);
              in(
                  ofSeconds(1),
                  () -> {
                    clock.enter();
                    woken.countDown();
                  });
              in(ofSeconds(2), () -> {});
              clock.exit();
              woken.await();
              assertEquals(before.plusSeconds(1), clock.elapsed());
              clock.sleep(ofSeconds(3));
              assertEquals(before.plusSeconds(4), clock.elapsed());
            });
      }
      assertEquals(0, clock.announced());
    }
  }

  @Test
  void aThreadThatAScriptHoldsLetsTimeGoOnAndIsBusyFromItsRelease() throws Exception {
    for (int round = 0; round < 200; round++) {
      Duration before = clock.elapsed();
      Hold hold = clock.hold(false);
      Hold deaf = clock.hold(true);
      try (Crew crew = new Crew()) {
        clock.enter();
        crew.startAnnounced(
            clock,
            () -> {
              hold.await();
              assertEquals(before.plusSeconds(1), clock.elapsed());
            });
        Thread stubborn =
            crew.startAnnounced(
                clock,
                () -> {
                  deaf.await();
                  assertEquals(before.plusSeconds(3), clock.elapsed());
                  assertTrue(Thread.interrupted());
                });
        in(ofSeconds(1), hold::release);
        in(ofSeconds(2), stubborn::interrupt);
        in(ofSeconds(3), deaf::release);
        in(ofSeconds(4), () -> {});
        clock.exit();
      }
      clock.sleep(ofSeconds(5));
    }
  }

  @Test
  void aJumpingClockIsNotAdvancedByHand() {
    assertThrows(IllegalStateException.class, () -> clock.advance(ofSeconds(1)));
  }

  @Test
  void afterCloseTimeStandsStill() throws Exception {
    clock.close();
    in(ofSeconds(1), this::note);
    assertThrows(IllegalStateException.class, () -> clock.sleep(ofSeconds(1)));
    assertEquals(ZERO, clock.elapsed());
    assertEquals(List.of(), seen);
  }

  @Test
  void timeGoesOnWhileAnAnnouncedThreadWaitsForAnotherOne() throws Exception {
    TimeSource.Wait[] waits = new TimeSource.Wait[1];
    Thread waiter =
        Thread.ofVirtual()
            .start(
                clock.announced(
                    () -> {
                      waits[0] = clock.newWait();
                      in(ofSeconds(3), waits[0]::end);
                      awaitQuietly(waits[0]);
                      seen.add(clock.elapsed());
                    }));
    waiter.join();
    assertEquals(List.of(ofSeconds(3)), seen);
    waits[0].end();
    awaitQuietly(waits[0]);
  }

  @Test
  void aThreadThatWaitsForAnotherOneIsNotTakenForAnAnnouncedOne() throws Exception {
    clock.enter();
    AtomicReference<TimeSource.Wait> wait = new AtomicReference<>();
    Thread waiter =
        Thread.startVirtualThread(
            () -> {
              wait.set(clock.newWait());
              awaitQuietly(wait.get());
            });
    while (waiter.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    in(ofSeconds(1), () -> seen.add("rang"));
    assertEquals(List.of(), seen);
    assertEquals(ZERO, clock.elapsed());
    clock.exit();
    wait.get().end();
    waiter.join();
  }

  @Test
  void anInterruptEndsAWaitAndTheEndOfTheClockDoesNot() throws Exception {
    AtomicReference<TimeSource.Wait> wait = new AtomicReference<>();
    AtomicBoolean over = new AtomicBoolean();
    Thread waiter =
        Thread.startVirtualThread(
            () -> {
              wait.set(clock.newWait());
              awaitQuietly(wait.get());
              over.set(true);
            });
    while (waiter.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    clock.close();
    assertFalse(over.get());
    wait.get().end();
    waiter.join();
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, clock.newWait()::await);
    assertFalse(Thread.interrupted());
  }

  private static void awaitQuietly(TimeSource.Wait wait) {
    try {
      wait.await();
    } catch (InterruptedException stray) {
      throw new IllegalStateException(stray);
    }
  }
}
