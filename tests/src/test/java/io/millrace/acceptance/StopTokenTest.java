package io.millrace.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.plan.StopToken;
import io.millrace.testkit.NoLeaks;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is promised about the switch that ends runs. */
@NoLeaks
class StopTokenTest {

  @Test
  @DisplayName("E15: runs without a token share no lock, so nobody can hold up their ends")
  void runsWithoutATokenShareNoLock() throws Exception {
    CompletableFuture<List<Integer>> values = new CompletableFuture<>();
    synchronized (StopToken.none()) {
      Thread caller =
          Thread.ofVirtual()
              .start(
                  () -> values.complete(Parallel.of(2).map(List.of(1, 2), item -> item).values()));
      assertEquals(List.of(1, 2), values.get(10, TimeUnit.SECONDS));
      caller.join();
    }
  }

  @Test
  @DisplayName("E15: callbacks run outside of the token's lock, which is not the token itself")
  void callbacksRunOutsideOfTheLock() throws Exception {
    StopToken token = new StopToken();
    AtomicBoolean added = new AtomicBoolean();
    var registration =
        token.onStop(
            () -> {
              assertFalse(Thread.holdsLock(token));
              Thread other =
                  Thread.ofVirtual().start(() -> token.onStop(() -> added.set(true)).close());
              try {
                other.join(); // which needs the lock
              } catch (InterruptedException interrupted) {
                throw new AssertionError(interrupted);
              }
            });
    CompletableFuture<Void> stopped = new CompletableFuture<>();
    synchronized (token) {
      Thread.ofVirtual()
          .start(
              () -> {
                token.stop();
                stopped.complete(null);
              });
      stopped.get(10, TimeUnit.SECONDS);
    }
    assertTrue(added.get());
    registration.close();
  }
}
