package io.millrace.testkit;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.time.TimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NoLeaks
class ScriptedActionTest {
  private final ManualClock clock = ManualClock.jumping();
  private final IOException busy = new IOException("busy");

  @AfterEach
  void close() {
    clock.close();
  }

  private ScriptedAction<String, Integer> action() {
    return ScriptedAction.on(clock);
  }

  @Test
  void callsOfAnItemTakeItsAnswersInOrderAndRepeatTheLastOne() throws Exception {
    var action = action().item("a").fails(busy, 2).returns(1).returns(2);
    assertSame(busy, assertThrows(IOException.class, () -> action.apply("a")));
    assertSame(busy, assertThrows(IOException.class, () -> action.apply("a")));
    assertEquals(1, action.apply("a"));
    assertEquals(2, action.apply("a"));
    assertEquals(2, action.apply("a"));
  }

  @Test
  void aScriptReadsItemByItem() throws Exception {
    var fetch =
        action()
            .item("a")
            .fails(new IOException("busy"), 2)
            .returns(1)
            .item("b")
            .takes(ofSeconds(5))
            .returns(2)
            .item("c")
            .blocks()
            .returns(3)
            .anyItem()
            .returns(0);
    assertThrows(IOException.class, () -> fetch.apply("a"));
    assertThrows(IOException.class, () -> fetch.apply("a"));
    assertEquals(1, fetch.apply("a"));
    assertEquals(2, fetch.apply("b"));
    assertEquals(ofSeconds(5), clock.elapsed());
    fetch.release("c");
    assertEquals(3, fetch.apply("c"));
    assertEquals(0, fetch.apply("c"));
    assertEquals(0, fetch.apply("d"));
  }

  @Test
  void afterItsOwnAnswersAnItemTakesThoseOfAnyItem() throws Exception {
    var action = action().fails(busy).computes(String::length).item("abc").returns(9);
    assertEquals(9, action.apply("abc"));
    assertThrows(IOException.class, () -> action.apply("abc"));
    assertEquals(3, action.apply("abc"));
    assertThrows(IOException.class, () -> action.apply("z"));
    assertEquals(1, action.apply("z"));
    assertEquals(1, action.apply("z"));
  }

  @Test
  void anItemMayFailForEver() {
    var action = action().anyItem().returns(0).item("a").fails(busy, Integer.MAX_VALUE);
    for (int call = 0; call < 5; call++) {
      assertThrows(IOException.class, () -> action.apply("a"));
    }
  }

  @Test
  void errorsOfAllKindsAreThrownAsThemselves() {
    Throwable odd = new Throwable("odd");
    Error error = new LinkageError("error");
    var action = action().fails(odd).fails(error);
    assertSame(odd, assertThrows(Throwable.class, () -> action.apply("a")));
    assertSame(error, assertThrows(LinkageError.class, () -> action.apply("a")));
  }

  @Test
  void anItemWithoutAnswersFailsWithAnError() {
    var action = action().item("a").returns(1);
    AssertionError thrown = assertThrows(AssertionError.class, () -> action.apply("b"));
    assertEquals("the script has nothing for item b", thrown.getMessage());
  }

  @Test
  void aScriptThatEndsWithAWaitIsRefused() {
    var action = action().item("a").takes(ofSeconds(1));
    assertThrows(IllegalStateException.class, () -> action.item("b"));
    assertThrows(IllegalStateException.class, action::anyItem);
    assertThrows(IllegalStateException.class, () -> action.apply("a"));
  }

  @Test
  void anAnswerIsGivenAtLeastOnce() {
    assertThrows(IllegalArgumentException.class, () -> action().fails(busy, 0));
  }

  @Test
  void nullIsAnItemAndAValueLikeAnyOther() throws Exception {
    var action = action().item(null).returns(null).anyItem().returns(1);
    assertNull(action.apply(null));
    assertEquals(1, action.apply(null));
    action.item(null).blocks().returns(7);
    assertEquals(2, action.callsOf(null).size());
  }

  @Test
  void aCallTakesItsTimeOnTheClockBeforeItsAnswer() throws Exception {
    var action =
        action().item("a").takes(ofSeconds(2)).fails(busy, 2).takes(ofMillis(1)).returns(1);
    assertThrows(IOException.class, () -> action.apply("a"));
    assertThrows(IOException.class, () -> action.apply("a"));
    assertEquals(1, action.apply("a"));
    assertEquals(List.of(ZERO, ofSeconds(2), ofSeconds(4)), action.startsOf("a"));
    assertEquals(ofSeconds(4).plusMillis(1), clock.elapsed());
  }

  @Test
  void everyCallIsRemembered() throws Exception {
    clock.sleep(ofSeconds(1));
    var action = action().takes(ofSeconds(2)).returns(1);
    action.apply("a");
    clock.sleep(ofSeconds(3));
    action.apply("b");
    action.apply("a");
    Thread here = Thread.currentThread();
    assertEquals(
        List.of(
            new RecordedCall<>("a", 1, here, ZERO, Optional.of(ofSeconds(2))),
            new RecordedCall<>("b", 1, here, ofSeconds(5), Optional.of(ofSeconds(7))),
            new RecordedCall<>("a", 2, here, ofSeconds(7), Optional.of(ofSeconds(9)))),
        action.calls());
    assertEquals(List.of(1, 2), action.callsOf("a").stream().map(RecordedCall::attempt).toList());
    assertEquals(0, action.running());
    assertEquals(1, action.maxRunning());
  }

  @Test
  void theMostCallsAtOnceAreCountedExactly() throws Exception {
    var action = action().takes(ofSeconds(1)).returns(1);
    try (Crew crew = new Crew()) {
      clock.enter();
      for (int thread = 0; thread < 5; thread++) {
        int start = thread;
        crew.startAnnounced(
            clock,
            () -> {
              clock.sleep(ofMillis(300L * start));
              action.apply("a");
            });
      }
      clock.exit();
    }
    assertEquals(4, action.maxRunning());
    assertEquals(0, action.running());
    assertEquals(
        List.of(1, 2, 3, 4, 5), action.callsOf("a").stream().map(RecordedCall::attempt).toList());
  }

  @Test
  void aBlockedCallLetsTimeGoOnUntilItIsReleased() throws Exception {
    var action = action().item("a").blocks().returns(1);
    try (Crew crew = new Crew()) {
      crew.startAnnounced(clock, () -> assertEquals(1, action.apply("a")));
      action.awaitRunning(1);
      clock.sleep(ofSeconds(7));
      assertEquals(1, action.running());
      assertEquals(Optional.empty(), action.calls().getFirst().end());
      action.release("a");
    }
    assertEquals(Optional.of(ofSeconds(7)), action.calls().getFirst().end());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aReleaseLetsOneCallOfItsItemPassNowOrLater(boolean virtualTime) throws Exception {
    ScriptedAction<String, Integer> action =
        ScriptedAction.on(virtualTime ? clock : TimeSource.system());
    action.blocks().returns(1);
    action.release("a");
    assertEquals(1, action.apply("a"));
    try (Crew crew = new Crew()) {
      Thread first = crew.start(() -> action.apply("a"));
      action.awaitCalls(2);
      Thread second = crew.start(() -> action.apply("b"));
      action.awaitCalls(3);
      action.release("b");
      assertTrue(second.join(ofSeconds(10)));
      assertTrue(first.isAlive());
      action.release("a");
      assertTrue(first.join(ofSeconds(10)));
      crew.start(() -> action.apply("a"));
      crew.start(() -> action.apply("c"));
      action.awaitRunning(2);
      action.releaseAll();
    }
    assertEquals(1, action.apply("a"));
    assertEquals(6, action.calls().size());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anInterruptEndsABlockedCall(boolean virtualTime) throws Exception {
    ScriptedAction<String, Integer> action =
        ScriptedAction.on(virtualTime ? clock : TimeSource.system());
    action.blocks().returns(1);
    try (Crew crew = new Crew()) {
      Thread blocked =
          crew.start(
              () -> {
                assertThrows(InterruptedException.class, () -> action.apply("a"));
                assertFalse(Thread.currentThread().isInterrupted());
              });
      action.awaitRunning(1);
      blocked.interrupt();
    }
    action.release("a");
    assertEquals(1, action.apply("a"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aCallThatIgnoresInterruptsEndsOnlyByItsReleaseAndKeepsTheFlag(boolean virtualTime)
      throws Exception {
    ScriptedAction<String, Integer> action =
        ScriptedAction.on(virtualTime ? clock : TimeSource.system());
    action.blocksUninterruptibly().returns(1);
    try (Crew crew = new Crew()) {
      Thread stubborn =
          crew.start(
              () -> {
                assertEquals(1, action.apply("a"));
                assertTrue(Thread.interrupted());
              });
      action.awaitRunning(1);
      stubborn.interrupt();
      while (stubborn.isInterrupted()) {
        Thread.onSpinWait();
      }
      assertEquals(1, action.running());
      action.release("a");
    }
  }

  /* Hunts a release that gets lost where it meets an interrupt. */
  @Test
  void aReleaseThatMeetsAnInterruptLetsTheNextCallPass() throws Exception {
    for (int round = 0; round < 300; round++) {
      var action = action().blocks().returns(1);
      AtomicInteger passed = new AtomicInteger();
      try (Crew crew = new Crew()) {
        Thread first =
            crew.start(
                () -> {
                  try {
                    passed.addAndGet(action.apply("a"));
                  } catch (InterruptedException interrupted) {
                    passed.addAndGet(action.apply("a"));
                  }
                });
        action.awaitRunning(1);
        crew.start(first::interrupt);
        crew.start(() -> action.release("a"));
      }
      assertEquals(1, passed.get());
    }
  }

  @Test
  void awaitingCallsThatDoNotComeEndsInAnErrorThatNamesTheCalls() throws Exception {
    ScriptedAction<String, Integer> action = ScriptedAction.on(clock, Duration.ofMillis(1));
    action.returns(1).apply("a");
    String message =
        String.valueOf(assertThrows(AssertionError.class, () -> action.awaitCalls(2)).getMessage());
    assertTrue(
        message.contains("at least 2 calls, but there are 1: [RecordedCall[item=a"), message);
    assertThrows(AssertionError.class, () -> action.awaitRunning(1));
  }
}
