package io.millrace.scope;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.plan.StopToken;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.lang.reflect.UndeclaredThrowableException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What one scope does by itself. */
@NoLeaks
class CancelScopeTest {
  private final ManualClock clock = ManualClock.jumping();
  private final ManualClock byHand = new ManualClock();

  @AfterEach
  void close() {
    clock.close();
    byHand.close();
  }

  @Test
  @DisplayName(
      "A59, LF8: at its deadline a block is cancelled, the scope absorbs it, and what follows runs")
  void aBlockIsCancelledAtItsDeadline() throws Exception {
    CancelScope scope = CancelScope.withTimeout(ofSeconds(2)).clock(clock);
    scope.run(() -> clock.sleep(ofSeconds(10)));
    assertTrue(scope.cancelledCaught());
    assertTrue(scope.cancelled());
    assertEquals(ofSeconds(2), clock.elapsed());
    clock.sleep(ofSeconds(1)); // no interrupt is left
    assertEquals(ofSeconds(3), clock.elapsed());
  }

  @Test
  @DisplayName("LF8: the deadline counts from the entry, not from when the scope was made")
  void theDeadlineCountsFromTheEntry() throws Exception {
    CancelScope scope = CancelScope.withTimeout(ofSeconds(2)).clock(clock);
    clock.sleep(ofSeconds(5));
    scope.run(() -> clock.sleep(ofSeconds(10)));
    assertEquals(ofSeconds(7), clock.elapsed());
  }

  @Test
  @DisplayName("LF8: a block that ends in time is not cancelled, and its timer is given up")
  void aBlockThatEndsInTimeIsNotCancelled() {
    CancelScope scope = CancelScope.withTimeout(ofSeconds(2)).clock(byHand);
    Optional<String> result =
        scope.call(
            () -> {
              byHand.advance(ofMillis(1_999));
              return "done";
            });
    assertEquals(Optional.of("done"), result);
    assertEquals(0, byHand.timers());
    byHand.advance(ofSeconds(9));
    scope.cancel();
    assertFalse(scope.cancelled());
    assertFalse(scope.cancelledCaught());
  }

  @Test
  @DisplayName(
      "A59, LF8: a scope that was cancelled before starts its block with the interrupt pending")
  void cancellingBeforeTheEntryCancelsAtTheEntry() throws Exception {
    CancelScope scope = CancelScope.of();
    scope.cancel();
    assertTrue(scope.cancelled());
    List<String> seen = new ArrayList<>();
    scope.run(
        () -> {
          seen.add("started " + Thread.currentThread().isInterrupted());
          new CountDownLatch(1).await();
          seen.add("not reached");
        });
    assertEquals(List.of("started true"), seen);
    assertTrue(scope.cancelledCaught());
  }

  @Test
  @DisplayName("LF8, A17: at a deadline of zero the block starts cancelled")
  void atADeadlineOfZeroTheBlockStartsCancelled() {
    CancelScope scope = CancelScope.withTimeout(ZERO);
    scope.run(CancelScope::throwIfCancelled);
    assertTrue(scope.cancelledCaught());
  }

  @Test
  @DisplayName("LF8: any thread may cancel, and the block's blocking call ends")
  void anyThreadMayCancel() throws Exception {
    CancelScope scope = CancelScope.of();
    CountDownLatch entered = new CountDownLatch(1);
    Thread other =
        Thread.startVirtualThread(
            () -> {
              try {
                entered.await();
              } catch (InterruptedException impossible) {
                throw new AssertionError(impossible);
              }
              scope.cancel();
            });
    scope.run(
        () -> {
          entered.countDown();
          new CountDownLatch(1).await();
        });
    assertTrue(scope.cancelledCaught());
    other.join();
  }

  @Test
  @DisplayName("LF8: what computes and does not wait asks whether it is cancelled")
  void whatComputesAsks() {
    CancelScope.throwIfCancelled(); // outside of all scopes it does nothing
    CancelScope scope = CancelScope.of();
    scope.run(
        () -> {
          for (int round = 0; ; round++) {
            CancelScope.throwIfCancelled();
            assertTrue(round < 3);
            if (round == 2) {
              scope.cancel();
            }
          }
        });
    assertTrue(scope.cancelledCaught());
  }

  @Test
  @DisplayName("LF8: a value is a value, also if the scope was cancelled meanwhile")
  void aValueIsAValue() {
    CancelScope scope = CancelScope.of();
    Optional<String> result =
        scope.call(
            () -> {
              scope.cancel();
              return "done all the same";
            });
    assertEquals(Optional.of("done all the same"), result);
    assertTrue(scope.cancelled());
    assertFalse(scope.cancelledCaught());
    assertFalse(Thread.currentThread().isInterrupted());
  }

  @Test
  @DisplayName(
      "LF8: a call whose cancellation is absorbed has no result, or the one that was given")
  void aCancelledCallHasNoResult() throws Exception {
    CancelScope.Body<String, InterruptedException> stuck =
        () -> {
          new CountDownLatch(1).await();
          return "never";
        };
    assertEquals(Optional.empty(), CancelScope.withTimeout(ZERO).call(stuck));
    assertEquals("late", CancelScope.withTimeout(ZERO).callOr("late", stuck));
    assertNull(CancelScope.withTimeout(ZERO).callOr(null, stuck));
    assertNull(CancelScope.of().callOr("else", () -> null));
  }

  static List<Exception> ownCancellations() {
    return List.of(
        new InterruptedException(),
        new CancellationException(),
        new ClosedByInterruptException(),
        new InterruptedIOException(),
        new UncheckedIOException(new ClosedByInterruptException()),
        new IllegalStateException(new InterruptedException()),
        new RuntimeException(null, new CancellationException()),
        new UndeclaredThrowableException(new InterruptedException(), "proxy"),
        new CompletionException(new CancellationException()),
        new ExecutionException(new InterruptedException()));
  }

  @ParameterizedTest
  @MethodSource("ownCancellations")
  @DisplayName("LF8: the scope absorbs what its own cancellation makes a block throw")
  void theScopeAbsorbsItsOwnCancellation(Exception thrown) throws Exception {
    CancelScope scope = CancelScope.of();
    scope.run(
        () -> {
          scope.cancel();
          throw thrown;
        });
    assertTrue(scope.cancelledCaught());
    assertFalse(Thread.currentThread().isInterrupted());
  }

  @ParameterizedTest
  @MethodSource("ownCancellations")
  @DisplayName("LF8: the same passes as itself where the scope was not cancelled")
  void theSamePassesWhereTheScopeWasNotCancelled(Exception thrown) {
    CancelScope scope = CancelScope.of();
    assertSame(
        thrown,
        assertThrows(
            Exception.class,
            () ->
                scope.run(
                    () -> {
                      throw thrown;
                    })));
    assertFalse(scope.cancelledCaught());
  }

  static List<Throwable> otherErrors() {
    return List.of(
        new IOException("broken"),
        new SocketTimeoutException("slow"),
        new IllegalStateException("broken"),
        new AssertionError("broken"));
  }

  @ParameterizedTest
  @MethodSource("otherErrors")
  @DisplayName("LF8: every other error passes as itself, also through a cancelled scope")
  void everyOtherErrorPasses(Throwable thrown) {
    CancelScope scope = CancelScope.of();
    assertSame(
        thrown,
        assertThrows(
            Throwable.class,
            () ->
                scope.run(
                    () -> {
                      scope.cancel();
                      if (thrown instanceof Error error) {
                        throw error;
                      }
                      throw (Exception) thrown;
                    })));
    assertTrue(scope.cancelled());
    assertFalse(scope.cancelledCaught());
    assertFalse(Thread.currentThread().isInterrupted());
  }

  @Test
  @DisplayName("LF8: causes in a circle are no trap")
  void causesInACircleAreNoTrap() {
    IllegalStateException first = new IllegalStateException();
    first.initCause(new IllegalStateException(first));
    CancelScope scope = CancelScope.of();
    scope.cancel();
    assertSame(
        first,
        assertThrows(
            IllegalStateException.class,
            () ->
                scope.run(
                    () -> {
                      throw first;
                    })));
  }

  @Test
  @DisplayName("LF8: a scope is for one use")
  void aScopeIsForOneUse() {
    CancelScope scope = CancelScope.of();
    scope.run(() -> assertThrows(IllegalStateException.class, () -> scope.run(() -> {})));
    AtomicBoolean ran = new AtomicBoolean();
    assertThrows(IllegalStateException.class, () -> scope.run(() -> ran.set(true)));
    assertFalse(ran.get());
  }

  @Test
  @DisplayName("LF8: the current scope is the innermost one, and none outside")
  void theCurrentScopeIsTheInnermost() {
    assertEquals(Optional.empty(), CancelScope.current());
    CancelScope outer = CancelScope.of();
    CancelScope inner = CancelScope.of();
    outer.run(
        () -> {
          inner.run(() -> assertSame(inner, CancelScope.current().orElseThrow()));
          assertSame(outer, CancelScope.current().orElseThrow());
        });
    assertEquals(Optional.empty(), CancelScope.current());
  }

  @Test
  @DisplayName("LF8: options are set on a scope that was not used")
  void optionsAreSetBefore() {
    CancelScope scope = CancelScope.withTimeout(ofSeconds(3)).shielded();
    assertEquals(ofSeconds(3), scope.deadline());
    assertTrue(scope.isShielded());
    assertEquals(ChronoUnit.FOREVER.getDuration(), CancelScope.of().deadline());
    scope.cancel();
    assertThrows(IllegalStateException.class, scope::shielded);
    assertThrows(IllegalStateException.class, () -> scope.clock(clock));
  }

  @Test
  @DisplayName("LF8, A51: bad arguments are refused at the call")
  void badArgumentsAreRefused() {
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class, () -> CancelScope.withTimeout(Duration.ofSeconds(-1)));
    assertTrue(refused.getMessage().contains("timeout must not be negative"));
    assertThrows(NullPointerException.class, () -> CancelScope.withTimeout(null));
    assertThrows(NullPointerException.class, () -> CancelScope.of().run(null));
    assertThrows(NullPointerException.class, () -> CancelScope.of().clock(null));
  }

  @Test
  @DisplayName("LF8: a scope goes by the clock of the one around it")
  void aScopeGoesByTheClockAround() throws Exception {
    CancelScope inner = CancelScope.withTimeout(ofSeconds(3));
    CancelScope.of().clock(clock).run(() -> inner.run(() -> clock.sleep(ofSeconds(60))));
    assertTrue(inner.cancelledCaught());
    assertEquals(ofSeconds(3), clock.elapsed());
  }

  @Test
  @DisplayName("LF8: a run that another stop token ends is no cancellation of the scope")
  void anotherStopIsNoCancellationOfTheScope() {
    StopToken stop = new StopToken();
    stop.stop();
    CancelScope scope = CancelScope.of();
    assertThrows(
        io.millrace.outcome.TruncatedRunException.class,
        () -> scope.run(() -> Parallel.of(1).stopToken(stop).forEach(List.of(1), item -> {})));
    assertFalse(scope.cancelled());
  }
}
