package io.millrace.testkit;

import static java.time.Duration.ofMillis;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LeakCheckTest {
  private final LeakCheck check = new LeakCheck(ofMillis(20));
  private final CountDownLatch end = new CountDownLatch(1);

  @Test
  void aTestThatLeavesNothingPasses() throws Exception {
    try (ManualClock clock = ManualClock.jumping();
        Crew crew = new Crew()) {
      ScriptedAction<String, Integer> action = ScriptedAction.on(clock);
      action.takes(ofMillis(5)).returns(1);
      crew.startAnnounced(clock, () -> action.apply("a"));
    }
    assertDoesNotThrow(check::check);
  }

  @Test
  void anInterruptFlagThatIsSetIsReportedAndCleared() {
    Thread.currentThread().interrupt();
    String message = failure();
    assertFalse(Thread.currentThread().isInterrupted());
    assertTrue(message.contains("the interrupt flag of " + Thread.currentThread()), message);
    assertDoesNotThrow(check::check);
  }

  static Stream<Thread.Builder> builders() {
    return Stream.of(Thread.ofVirtual(), Thread.ofPlatform(), Thread.ofPlatform().daemon());
  }

  @ParameterizedTest
  @MethodSource("builders")
  void aLiveThreadOfTheLibraryIsReportedOnceWithItsStack(Thread.Builder builder) throws Exception {
    Thread leaked = builder.name("millrace-worker-7").start(this::waitForTheEnd);
    while (leaked.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    String message = failure();
    assertTrue(message.contains("#" + leaked.threadId() + " \"millrace-worker-7\""), message);
    assertTrue(message.contains("LeakCheckTest.waitForTheEnd"), message);
    assertDoesNotThrow(check::check);
    end.countDown();
    leaked.join();
  }

  @Test
  void theTimerOfTheRealClockAndThreadsOfOthersMayLiveOn() throws Exception {
    List<Thread> others =
        Stream.of("millrace-timer", "other-1", "")
            .map(name -> Thread.ofPlatform().name(name).start(this::waitForTheEnd))
            .toList();
    assertDoesNotThrow(check::check);
    end.countDown();
    for (Thread thread : others) {
      thread.join();
    }
  }

  private void waitForTheEnd() {
    try {
      end.await();
    } catch (InterruptedException unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  @Test
  void aThreadThatEndsWithinTheGraceIsNoLeak() throws Exception {
    Thread thread = Thread.ofVirtual().name("millrace-late").start(this::waitForTheEnd);
    try (Crew crew = new Crew()) {
      crew.start(
          () -> {
            ThreadDump.take();
            end.countDown();
          });
      new LeakCheck(ofMillis(10_000)).check();
    }
    assertTrue(thread.join(ofMillis(10_000)));
  }

  @Test
  void aClockWithAnAnnouncedThreadIsReportedOnce() {
    try (ManualClock clock = new ManualClock()) {
      clock.enter();
      String message = failure();
      assertTrue(message.contains("threads that were announced and have not exited"), message);
      assertTrue(message.contains("threads announced: 1, busy: 1"), message);
      assertDoesNotThrow(check::check);
    }
  }

  @Test
  void aClockOfAnEarlierTestIsStillLookedAt() {
    try (ManualClock clock = new ManualClock()) {
      assertDoesNotThrow(check::check);
      clock.enter();
      assertTrue(failure().contains("have not exited"));
    }
  }

  @Test
  void aRunningCallIsReportedOnceWithItsStack() throws Exception {
    try (ManualClock clock = new ManualClock();
        Crew crew = new Crew()) {
      ScriptedAction<String, Integer> action = ScriptedAction.on(clock);
      action.blocks().returns(1);
      crew.start(() -> action.apply("stuck"));
      action.awaitRunning(1);
      String message = failure();
      assertTrue(message.contains("running calls: RecordedCall[item=stuck"), message);
      assertTrue(message.contains("ScriptedAction.apply"), message);
      assertDoesNotThrow(check::check);
      action.release("stuck");
    }
  }

  @Test
  void aThreadDumpIsReadWhateverTheNames() {
    String dump =
        """
        4711
        2026-01-01T00:00:00Z
        25

        #3 "main" RUNNABLE 2026-01-01T00:00:00Z
            at a.B.c(B.java:1)

        #25 "odd "name" #1" virtual WAITING 2026-01-01T00:00:00Z
            at d.E.f(E.java:2)
            at d.E.g(E.java:3)

        #28 "" virtual WAITING 2026-01-01T00:00:00Z
        """;
    List<ThreadDump.Entry> entries = ThreadDump.parse(dump);
    assertEquals(
        List.of("main", "odd \"name\" #1", ""),
        entries.stream().map(ThreadDump.Entry::name).toList());
    assertEquals(List.of(3L, 25L, 28L), entries.stream().map(ThreadDump.Entry::id).toList());
    assertTrue(entries.get(1).text().endsWith("at d.E.g(E.java:3)"));
  }

  private String failure() {
    return String.valueOf(assertThrows(AssertionError.class, check::check).getMessage());
  }
}
