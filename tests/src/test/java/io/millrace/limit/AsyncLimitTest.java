package io.millrace.limit;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Functions that answer with a stage, within a limit. */
@NoLeaks
class AsyncLimitTest {
  private final WeightedSemaphore one = WeightedSemaphore.bounded(1);
  private final LinkedBlockingQueue<CompletableFuture<String>> stages = new LinkedBlockingQueue<>();
  private final Supplier<CompletableFuture<String>> fetch = one.async(this::begin);

  private CompletableFuture<String> begin() {
    var stage = new CompletableFuture<String>();
    stages.add(stage);
    return stage;
  }

  @Test
  @DisplayName("LF5: the permit is held until the stage is complete")
  void thePermitIsHeldUntilTheStageIsComplete() throws Exception {
    CompletableFuture<String> first = fetch.get();
    CompletableFuture<String> second = fetch.get();
    CompletableFuture<String> begun = stages.take();
    assertEquals(0, one.availablePermits());
    assertEquals(1, one.waiters());
    assertTrue(stages.isEmpty(), "the second waits");
    begun.complete("a");
    assertEquals("a", first.get());
    stages.take().complete("b");
    assertEquals("b", second.get());
    assertEquals(1, one.availablePermits());
  }

  @Test
  void aStageThatFailsGivesThePermitBack() throws Exception {
    CompletableFuture<String> result = fetch.get();
    var error = new IOException("thrown by the test");
    stages.take().completeExceptionally(error);
    assertSame(error, assertThrows(ExecutionException.class, result::get).getCause());
    assertEquals(1, one.availablePermits());
  }

  @Test
  void aFunctionThatThrowsFailsItsResult() {
    var error = new IllegalStateException("thrown by the test");
    Supplier<CompletableFuture<String>> broken =
        one.async(
            () -> {
              throw error;
            });
    assertSame(error, assertThrows(ExecutionException.class, broken.get()::get).getCause());
    Function<String, CompletableFuture<String>> nothing = one.async(item -> null);
    assertInstanceOf(
        NullPointerException.class,
        assertThrows(ExecutionException.class, nothing.apply("a")::get).getCause());
    assertEquals(1, one.availablePermits());
  }

  @Test
  @DisplayName("AX: to cancel what waits takes nothing and calls nothing")
  void toCancelWhatWaitsCallsNothing() throws Exception {
    CompletableFuture<String> first = fetch.get();
    CompletableFuture<String> second = fetch.get();
    CompletableFuture<String> third = fetch.get();
    assertTrue(second.cancel(true));
    assertEquals(1, one.waiters());
    stages.take().complete("a");
    stages.take().complete("c");
    assertEquals("a", first.get());
    assertEquals("c", third.get());
    assertTrue(stages.isEmpty());
    assertEquals(1, one.availablePermits());
  }

  @Test
  void toCancelWhatRunsCancelsItsStage() throws Exception {
    CompletableFuture<String> result = fetch.get();
    CompletableFuture<String> stage = stages.take();
    assertTrue(result.cancel(true));
    assertTrue(stage.isCancelled());
    assertEquals(1, one.availablePermits());
  }

  @Test
  void aStageThatCannotBeCancelledKeepsThePermitUntilItsEnd() throws Exception {
    var stage = new CompletableFuture<String>();
    CompletableFuture<String> result = one.async(stage::minimalCompletionStage).get();
    assertTrue(result.cancel(true));
    assertEquals(0, one.availablePermits());
    stage.complete("late");
    assertEquals(1, one.availablePermits());
  }

  @Test
  @DisplayName(
      "LF5: the permit comes back though the future is cancelled just when its stage ends as cancelled, or the failure throws itself")
  void thePermitComesBackWhateverTheFailureDoes() throws Exception {
    CompletableFuture<String> result = fetch.get();
    stages.take().completeExceptionally(new Failing(() -> result.cancel(true)));
    assertTrue(result.isCancelled());
    assertEquals(1, one.availablePermits());

    CompletableFuture<String> failed = fetch.get();
    Failing failing =
        new Failing(
            () -> {
              throw new IllegalStateException("made up");
            });
    stages.take().completeExceptionally(failing);
    assertTrue(failed.isCompletedExceptionally());
    assertEquals(1, one.availablePermits());
  }

  /** Wraps a cancellation, and does something whenever it is asked for that. */
  private static final class Failing extends CompletionException {
    private static final long serialVersionUID = 1;
    private final transient Runnable whenAsked;

    Failing(Runnable whenAsked) {
      super("made up", new CancellationException());
      this.whenAsked = whenAsked;
    }

    @Override
    public synchronized Throwable getCause() {
      whenAsked.run();
      return super.getCause();
    }
  }

  @Test
  void manyThatAreCompleteAtOnceDoNotCallDeeperAndDeeper() throws Exception {
    int many = 20_000;
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Supplier<CompletableFuture<Integer>> quick =
        one.async(
            () -> {
              most.accumulateAndGet(running.incrementAndGet(), Math::max);
              return CompletableFuture.completedFuture(running.decrementAndGet());
            });
    one.acquire();
    List<CompletableFuture<Integer>> results = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      results.add(quick.get());
    }
    assertEquals(many, one.waiters());
    one.release();
    for (CompletableFuture<Integer> result : results) {
      assertEquals(0, result.get());
    }
    assertEquals(1, most.get());
    assertEquals(1, one.availablePermits());
  }

  @Test
  @DisplayName("LF6: calls that answer with a stage are spaced, and nobody blocks")
  void asynchronousCallsAreSpaced() throws Exception {
    try (ManualClock clock = ManualClock.jumping()) {
      List<Duration> starts = Collections.synchronizedList(new ArrayList<>());
      Supplier<CompletableFuture<Boolean>> start =
          Limits.throttle(ofSeconds(1), clock)
              .async(() -> CompletableFuture.completedFuture(starts.add(clock.elapsed())));
      clock.enter(); // time stands until all have called
      List<CompletableFuture<Boolean>> results =
          List.of(start.get(), start.get(), start.get(), start.get());
      assertFalse(results.getLast().isDone());
      assertTrue(results.get(1).cancel(true));
      clock.exit();
      results.get(2).get();
      results.get(3).get();
      assertEquals(List.of(Duration.ZERO, ofSeconds(1), ofSeconds(2)), starts);
    }
  }
}
