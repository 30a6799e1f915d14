package io.millrace.scope;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Scopes inside of each other, in one thread. */
@NoLeaks
class NestedScopesTest {
  private final ManualClock clock = ManualClock.jumping();
  private final CancelScope outer = CancelScope.of().clock(clock);
  private final CancelScope inner = CancelScope.of();
  private final List<String> seen = new ArrayList<>();

  @AfterEach
  void close() {
    clock.close();
  }

  private static void blockForEver() throws InterruptedException {
    new CountDownLatch(1).await();
  }

  /** Lets the test's thread count: time goes on only while it sleeps. */
  private void whileTheClockWaits(CancelScope.Block<Exception> block) throws Exception {
    Exception[] failed = new Exception[1];
    clock
        .announced(
            () -> {
              try {
                block.run();
              } catch (Exception e) {
                failed[0] = e;
              }
            })
        .run();
    if (failed[0] != null) {
      throw failed[0];
    }
  }

  private static boolean flag() {
    return Thread.currentThread().isInterrupted();
  }

  @Test
  @DisplayName("LF8: an inner scope passes the cancellation of an outer one")
  void anInnerScopeNeverAbsorbsAnOuterCancellation() throws Exception {
    outer.run(
        () -> {
          inner.run(
              () -> {
                outer.cancel();
                blockForEver();
              });
          seen.add("not reached");
        });
    assertTrue(outer.cancelledCaught());
    assertFalse(inner.cancelled());
    assertFalse(inner.cancelledCaught());
    assertEquals(List.of(), seen);
    assertFalse(flag());
  }

  @Test
  @DisplayName("LF8: nor does it if it is cancelled itself as well")
  void norIfItIsCancelledItself() throws Exception {
    outer.run(
        () -> {
          inner.run(
              () -> {
                inner.cancel();
                outer.cancel();
                blockForEver();
              });
          seen.add("not reached");
        });
    assertTrue(outer.cancelledCaught());
    assertTrue(inner.cancelled());
    assertFalse(inner.cancelledCaught());
    assertEquals(List.of(), seen);
    assertFalse(flag());
  }

  @Test
  @DisplayName("LF8: an inner cancellation does not reach the outer block")
  void anInnerCancellationStaysInside() throws Exception {
    outer.run(
        () -> {
          inner.run(
              () -> {
                inner.cancel();
                blockForEver();
              });
          assertFalse(flag());
          clock.sleep(ofSeconds(1));
          seen.add("went on");
        });
    assertTrue(inner.cancelledCaught());
    assertFalse(outer.cancelled());
    assertEquals(List.of("went on"), seen);
  }

  @Test
  @DisplayName("LF8: the scope whose deadline comes first is the one that is cancelled")
  void theEarlierDeadlineCounts() throws Exception {
    CancelScope late = CancelScope.withTimeout(ofSeconds(5));
    CancelScope before = CancelScope.withTimeout(ofSeconds(3)).clock(clock);
    whileTheClockWaits(() -> before.run(() -> late.run(() -> clock.sleep(ofSeconds(60)))));
    assertEquals(ofSeconds(3), clock.elapsed());
    assertFalse(late.cancelled());
    CancelScope early = CancelScope.withTimeout(ofSeconds(2));
    CancelScope around = CancelScope.withTimeout(ofSeconds(4)).clock(clock);
    whileTheClockWaits(
        () ->
            around.run(
                () -> {
                  early.run(() -> clock.sleep(ofSeconds(60)));
                  seen.add("after " + clock.elapsed());
                }));
    assertTrue(early.cancelledCaught());
    assertEquals(List.of("after PT5S"), seen);
  }

  @Test
  @DisplayName(
      "A59, LF8: a shielded scope survives the outer cancellation, which comes when it is left")
  void aShieldedScopeSurvivesTheOuterCancellation() throws Exception {
    CancelScope shielded = CancelScope.of().shielded();
    outer.run(
        () -> {
          shielded.run(
              () -> {
                outer.cancel();
                CancelScope.throwIfCancelled();
                clock.sleep(ofSeconds(5));
                seen.add("cleaned up");
              });
          seen.add("left " + flag());
          blockForEver();
          seen.add("not reached");
        });
    assertEquals(List.of("cleaned up", "left true"), seen);
    assertTrue(outer.cancelledCaught());
    assertFalse(shielded.cancelled());
    assertFalse(flag());
  }

  @Test
  @DisplayName("LF8: a shielded scope survives the outer deadline")
  void aShieldedScopeSurvivesTheOuterDeadline() throws Exception {
    CancelScope scope = CancelScope.withTimeout(ofSeconds(2)).clock(clock);
    whileTheClockWaits(
        () ->
            scope.run(
                () -> {
                  CancelScope.of().shielded().run(() -> clock.sleep(ofSeconds(5)));
                  seen.add("left after " + clock.elapsed());
                  clock.sleep(ofSeconds(5));
                }));
    assertEquals(List.of("left after PT5S"), seen);
    assertTrue(scope.cancelledCaught());
    assertEquals(ofSeconds(5), clock.elapsed());
  }

  @Test
  @DisplayName("LF8: a shield does not hold off the scope's own cancellation and deadline")
  void aShieldHoldsOffOuterScopesOnly() throws Exception {
    CancelScope shielded = CancelScope.withTimeout(ofSeconds(1)).shielded();
    outer.run(
        () -> {
          outer.cancel();
          shielded.run(() -> clock.sleep(ofSeconds(5)));
          seen.add("after " + clock.elapsed() + " " + flag());
          CancelScope.throwIfCancelled();
        });
    assertTrue(shielded.cancelledCaught());
    assertTrue(outer.cancelledCaught());
    assertEquals(List.of("after PT1S true"), seen);
  }

  @Test
  @DisplayName("LF8: clean-up in a shielded scope works after the cancellation, thrown or pending")
  void cleanUpWorksAfterTheCancellation() throws Exception {
    outer.run(
        () -> {
          try {
            outer.cancel();
            CancelScope.throwIfCancelled(); // leaves the interrupt pending
          } finally {
            CancelScope.of().shielded().run(() -> clock.sleep(ofSeconds(1)));
            seen.add("cleaned up");
          }
        });
    CancelScope second = CancelScope.of();
    second.run(
        () -> {
          try {
            second.cancel();
            blockForEver();
          } finally {
            CancelScope.of().shielded().clock(clock).run(() -> clock.sleep(ofSeconds(1)));
            seen.add("cleaned up");
          }
        });
    assertEquals(List.of("cleaned up", "cleaned up"), seen);
    assertTrue(outer.cancelledCaught() && second.cancelledCaught());
    assertEquals(ofSeconds(2), clock.elapsed());
  }

  @Test
  @DisplayName("LF8: a scope in a shielded one is cancelled with that, and not with those outside")
  void scopesInAShieldedOne() throws Exception {
    CancelScope shielded = CancelScope.of().shielded();
    outer.run(
        () ->
            shielded.run(
                () -> {
                  inner.run(
                      () -> {
                        outer.cancel();
                        assertFalse(flag());
                        CancelScope.throwIfCancelled();
                      });
                  assertFalse(flag());
                  CancelScope second = CancelScope.of();
                  second.run(
                      () -> {
                        shielded.cancel();
                        assertTrue(flag());
                        CancelScope.throwIfCancelled();
                      });
                  seen.add("not reached");
                }));
    assertTrue(shielded.cancelledCaught());
    assertEquals(List.of(), seen);
    assertFalse(flag());
  }

  @Test
  @DisplayName("LF8: a scope that is entered in a cancelled one starts cancelled")
  void aScopeInACancelledOneStartsCancelled() throws Exception {
    outer.run(
        () -> {
          outer.cancel();
          assertThrows(InterruptedException.class, NestedScopesTest::blockForEver);
          assertFalse(flag()); // it was swallowed
          inner.run(() -> seen.add("entered " + flag()));
          seen.add("left " + flag());
        });
    assertEquals(List.of("entered true", "left true"), seen);
    assertFalse(inner.cancelled());
    assertFalse(flag());
  }

  @Test
  @DisplayName("LF8: an inner scope that ended is not cancelled with the outer one any more")
  void anEndedScopeIsNotCancelled() {
    outer.run(
        () -> {
          inner.run(() -> {});
          outer.cancel();
        });
    assertFalse(inner.cancelled());
    assertFalse(flag());
  }
}
