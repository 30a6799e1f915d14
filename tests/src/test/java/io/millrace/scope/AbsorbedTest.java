package io.millrace.scope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.outcome.RunStatus;
import io.millrace.outcome.TruncatedRunException;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A scope absorbs its cancellation, and nothing that comes with it. */
@NoLeaks
class AbsorbedTest {
  private final CancelScope scope = CancelScope.of();
  private final IOException broken = new IOException("close failed");

  /** A resource whose {@code close()} fails. */
  private AutoCloseable failing() {
    return () -> {
      throw broken;
    };
  }

  private static void blockForEver() throws InterruptedException {
    new CountDownLatch(1).await();
  }

  private void blockWithFailingClose() throws Exception {
    try (AutoCloseable _ = failing()) {
      scope.cancel();
      blockForEver();
    }
  }

  @Test
  @DisplayName("X8: the exception of a failing close() is thrown, the cancellation is absorbed")
  void aFailingCloseIsSeen() {
    assertSame(
        broken, assertThrows(IOException.class, () -> scope.run(this::blockWithFailingClose)));
    assertTrue(scope.cancelledCaught());
    Throwable absorbed = scope.absorbed().orElseThrow();
    assertInstanceOf(InterruptedException.class, absorbed);
    assertEquals(List.of(broken), List.of(absorbed.getSuppressed()));
    assertFalse(Thread.currentThread().isInterrupted());
  }

  @Test
  @DisplayName("X8: of several errors that came with it, the first is thrown, the others in it")
  void severalErrorsAreSeen() {
    IllegalStateException second = new IllegalStateException("second");
    IOException thrown =
        assertThrows(
            IOException.class,
            () ->
                scope.run(
                    () -> {
                      try (AutoCloseable _ =
                          () -> {
                            throw second;
                          }) {
                        blockWithFailingClose();
                      }
                    }));
    assertSame(broken, thrown);
    assertEquals(List.of(second), List.of(thrown.getSuppressed()));
  }

  static List<Exception> realErrors() {
    InterruptedException interrupted = new InterruptedException();
    return List.of(
        new IllegalStateException("rollback failed", interrupted),
        new IOException("rollback failed", new CancellationException()),
        new RollbackException(interrupted),
        new ExecutionException(new IllegalStateException("rollback failed", interrupted)));
  }

  /** A type that says something. */
  private static final class RollbackException extends RuntimeException {
    private static final long serialVersionUID = 1;

    RollbackException(Throwable cause) {
      super(cause);
    }
  }

  @ParameterizedTest
  @MethodSource("realErrors")
  @DisplayName("X8: an error that says something of its own passes, whatever has caused it")
  void aFailingRollbackIsSeen(Exception rollback) {
    assertSame(
        rollback,
        assertThrows(
            Exception.class,
            () ->
                scope.run(
                    () -> {
                      scope.cancel();
                      throw rollback;
                    })));
    assertFalse(scope.cancelledCaught());
    assertEquals(Optional.empty(), scope.absorbed());
    assertFalse(Thread.currentThread().isInterrupted());
  }

  @Test
  @DisplayName("X8: a cancellation that has a real error as its cause passes with it")
  void aCancellationBecauseOfAnErrorIsSeen() {
    CancellationException cancelled = new CancellationException("the pool has ended");
    cancelled.initCause(broken);
    TruncatedRunException cut = new TruncatedRunException(RunStatus.CANCELLED, 1, broken);
    for (RuntimeException each : List.of(cancelled, cut)) {
      CancelScope own = CancelScope.of();
      assertSame(
          each,
          assertThrows(
              RuntimeException.class,
              () ->
                  own.run(
                      () -> {
                        own.cancel();
                        throw each;
                      })));
      assertFalse(own.cancelledCaught());
    }
  }

  @Test
  @DisplayName("X8: cancellations that are suppressed in the cancellation are part of it")
  void suppressedCancellationsAreAbsorbed() throws Exception {
    scope.run(
        () -> {
          try (AutoCloseable _ =
              () -> {
                throw new CancellationException("closed by the cancellation");
              }) {
            scope.cancel();
            blockForEver();
          }
        });
    assertTrue(scope.cancelledCaught());
    assertEquals(1, scope.absorbed().orElseThrow().getSuppressed().length);
  }

  @Test
  @DisplayName("X8: an inner scope passes an outer cancellation whole; the outer one divides it")
  void anInnerScopePassesItWhole() {
    CancelScope inner = CancelScope.of();
    assertSame(
        broken,
        assertThrows(
            IOException.class, () -> scope.run(() -> inner.run(this::blockWithFailingClose))));
    assertEquals(Optional.empty(), inner.absorbed());
    assertTrue(scope.cancelledCaught());
  }

  @Test
  @DisplayName("X8: a failing close() in a cancelled task is a failure of its group")
  void aFailingCloseInATaskIsAFailure() {
    CountDownLatch running = new CountDownLatch(1);
    IllegalStateException first = new IllegalStateException("first");
    assertSame(
        first,
        assertThrows(
            IllegalStateException.class,
            () ->
                TaskGroup.run(
                    group -> {
                      group.start(
                          () -> {
                            try (AutoCloseable _ = failing()) {
                              running.countDown();
                              blockForEver();
                            }
                          });
                      running.await();
                      throw first;
                    })));
    assertEquals(List.of(broken), List.of(first.getSuppressed()));
  }

  @Test
  @DisplayName("X8: causes and suppressed errors in a circle are no trap")
  void circlesAreNoTrap() {
    InterruptedException interrupted = new InterruptedException();
    IllegalStateException other = new IllegalStateException("other");
    interrupted.addSuppressed(other);
    other.addSuppressed(interrupted);
    assertSame(
        other,
        assertThrows(
            IllegalStateException.class,
            () ->
                scope.run(
                    () -> {
                      scope.cancel();
                      throw interrupted;
                    })));
  }
}
