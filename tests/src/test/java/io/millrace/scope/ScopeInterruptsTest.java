package io.millrace.scope;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.NoLeaks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Whose an interrupt is: a scope's own reaches nobody else, somebody else's is never lost. */
@NoLeaks
class ScopeInterruptsTest {
  private final CancelScope scope = CancelScope.of();
  private final Thread self = Thread.currentThread();

  private static void blockForEver() throws InterruptedException {
    new CountDownLatch(1).await();
  }

  @Test
  @DisplayName("LF8, I7: a block may swallow the interrupt, or set it again: nothing is left of it")
  void nothingIsLeftOfTheInterrupt() throws Exception {
    List<CancelScope.Block<Exception>> blocks =
        List.of(
            () -> {}, // never looks
            () -> assertThrows(InterruptedException.class, () -> blockForEver()),
            () -> {
              assertThrows(InterruptedException.class, () -> blockForEver());
              self.interrupt();
            },
            () -> {
              try {
                blockForEver();
              } catch (InterruptedException e) {
                self.interrupt();
                throw e;
              }
            },
            () -> {
              try {
                blockForEver();
              } catch (InterruptedException e) {
                self.interrupt();
                throw new IllegalStateException(e);
              }
            });
    for (CancelScope.Block<Exception> block : blocks) {
      CancelScope each = CancelScope.of();
      each.run(
          () -> {
            each.cancel();
            block.run();
          });
      assertFalse(self.isInterrupted());
    }
  }

  @Test
  @DisplayName("LF8: an interrupt by somebody else passes as itself")
  void aForeignInterruptPasses() {
    InterruptedException passed =
        assertThrows(
            InterruptedException.class,
            () ->
                scope.run(
                    () -> {
                      self.interrupt();
                      blockForEver();
                    }));
    assertFalse(scope.cancelledCaught());
    assertEquals(List.of(), List.of(passed.getSuppressed()));
  }

  @Test
  @DisplayName("LF8: an interrupt by somebody else that is pending stays pending")
  void aPendingForeignInterruptStays() {
    scope.run(self::interrupt);
    assertTrue(Thread.interrupted());
  }

  @Test
  @DisplayName("LF8: it also stays if the scope is cancelled while it is pending")
  void itStaysIfTheScopeIsCancelled() throws Exception {
    scope.run(
        () -> {
          self.interrupt();
          scope.cancel();
          blockForEver();
        });
    assertTrue(scope.cancelledCaught());
    assertTrue(Thread.interrupted());
  }

  @Test
  @DisplayName(
      "LF8: it also stays if it came before the entry, of a scope that is cancelled already")
  void itStaysIfItCameBeforeTheEntry() throws Exception {
    scope.cancel();
    self.interrupt();
    scope.run(ScopeInterruptsTest::blockForEver);
    assertTrue(scope.cancelledCaught());
    assertTrue(Thread.interrupted());
  }

  @Test
  @DisplayName(
      "LF8: it also stays if several scopes are cancelled, and is nobody's until all are left")
  void itStaysThroughSeveralScopes() throws Exception {
    CancelScope inner = CancelScope.of();
    scope.run(
        () -> {
          inner.run(
              () -> {
                self.interrupt();
                inner.cancel();
                scope.cancel();
                blockForEver();
              });
        });
    assertTrue(scope.cancelledCaught());
    assertTrue(Thread.interrupted());
    List<Boolean> flags = new ArrayList<>();
    CancelScope first = CancelScope.of();
    CancelScope.of()
        .run(
            () -> {
              first.run(
                  () -> {
                    self.interrupt();
                    first.cancel();
                  });
              flags.add(Thread.interrupted());
            });
    assertEquals(List.of(true), flags);
    assertFalse(self.isInterrupted());
  }

  @Test
  @DisplayName("LF8: two scopes that interrupt leave nothing behind either")
  void twoScopesLeaveNothing() {
    CancelScope inner = CancelScope.of();
    scope.run(
        () ->
            inner.run(
                () -> {
                  inner.cancel();
                  scope.cancel();
                }));
    assertFalse(self.isInterrupted());
    CancelScope outer = CancelScope.of();
    CancelScope second = CancelScope.of();
    outer.run(
        () ->
            second.run(
                () -> {
                  outer.cancel();
                  second.cancel();
                }));
    assertFalse(self.isInterrupted());
  }

  @Test
  @DisplayName(
      "LF8: what somebody else's interrupt threw in a shielded scope is not the outer scope's")
  void aForeignInterruptInAShieldIsNotTheOuterScopes() {
    InterruptedException[] thrown = new InterruptedException[1];
    InterruptedException passed =
        assertThrows(
            InterruptedException.class,
            () ->
                scope.run(
                    () ->
                        CancelScope.of()
                            .shielded()
                            .run(
                                () -> {
                                  scope.cancel();
                                  self.interrupt();
                                  try {
                                    blockForEver();
                                  } catch (InterruptedException e) {
                                    thrown[0] = e;
                                    throw e;
                                  }
                                })));
    assertSame(thrown[0], passed);
    assertTrue(scope.cancelled());
    assertFalse(scope.cancelledCaught());
    assertFalse(self.isInterrupted());
  }

  @Test
  @DisplayName("LF8: a pending interrupt by somebody else breaks through a shield")
  void aForeignInterruptBreaksThroughAShield() {
    assertThrows(
        InterruptedException.class,
        () ->
            scope.run(
                () -> {
                  self.interrupt();
                  CancelScope.of().shielded().run(ScopeInterruptsTest::blockForEver);
                }));
    assertFalse(self.isInterrupted());
  }

  @Test
  @DisplayName("LF8: a deadline on a blocking call is obeyed, in real time as well")
  void aDeadlineOnABlockingCallIsObeyed() throws Exception {
    long start = System.nanoTime();
    CancelScope deadline = CancelScope.withTimeout(java.time.Duration.ofMillis(20));
    deadline.run(ScopeInterruptsTest::blockForEver);
    assertTrue(deadline.cancelledCaught());
    assertTrue(System.nanoTime() - start < ofSeconds(10).toNanos());
  }
}
