package io.millrace.executor;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.Parallel;
import io.millrace.plan.Backoff;
import io.millrace.plan.Retry;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each task ends at its own timeout, whatever those of its neighbours are. */
@NoLeaks
@Timeout(60)
class TaskTimeoutsTest {
  private static final Duration SHORT = ofMillis(300);
  private static final Duration LONG = ofSeconds(5);

  private final ManualClock clock = new ManualClock();

  private static void assertTimedOut(ExecutorFuture<?> future) {
    ExecutionException failed = assertThrows(ExecutionException.class, future::get);
    assertInstanceOf(TimeoutException.class, failed.getCause());
  }

  @Test
  @DisplayName("AF8: a task with a longer timeout does not put off the timeouts of later ones")
  void longerBefore() throws Exception {
    try (clock;
        ParallelExecutor executor =
            ParallelExecutor.of(Parallel.of(4).attemptTimeout(SHORT).clock(clock))) {
      TaskOptions longer = executor.options().attemptTimeout(LONG);
      Held first = Held.task();
      ExecutorFuture<String> late = executor.submit(first, longer);
      first.awaitStart();
      Held second = Held.task();
      ExecutorFuture<String> early = executor.submit(second);
      second.awaitStart();
      clock.advance(SHORT);
      second.awaitInterrupt();
      assertTimedOut(early);
      assertFalse(first.isInterrupted(), "interrupted before its time");
      clock.advance(LONG.minus(SHORT));
      first.awaitInterrupt();
      assertTimedOut(late);
    }
  }

  @Test
  @DisplayName("AF8: a predicate that has more time than an attempt puts off no attempt's timeout")
  void longerPhase() throws Exception {
    Duration least = ofMillis(1);
    try (clock;
        ParallelExecutor executor =
            ParallelExecutor.of(Parallel.of(2).attemptTimeout(least).clock(clock))) {
      Held judge = Held.task();
      Retry retry =
          Retry.none()
              .attempts(2)
              .backoff(Backoff.none())
              .when(
                  error -> {
                    judge.run();
                    return false;
                  });
      ExecutorFuture<Object> judged =
          executor.submit(
              () -> {
                throw new IllegalStateException("to be judged");
              },
              executor.options().attemptTimeout(ofMillis(2)).retry(retry));
      judge.awaitStart();
      Held attempt = Held.task();
      ExecutorFuture<String> early = executor.submit(attempt);
      attempt.awaitStart();
      clock.advance(least);
      attempt.awaitInterrupt();
      assertTimedOut(early);
      judge.release();
      assertThrows(ExecutionException.class, judged::get);
    }
  }

  @Test
  @DisplayName("AF8, A17: in an executor with a timeout of zero, tasks have their own timeouts")
  void zeroByDefault() throws Exception {
    try (clock;
        ParallelExecutor executor =
            ParallelExecutor.of(Parallel.of(2).attemptTimeout(ZERO).clock(clock))) {
      List<Duration> timeouts = List.of(LONG, SHORT);
      List<Held> tasks = List.of(Held.task(), Held.task());
      for (int i = 0; i < 2; i++) {
        executor.submit(tasks.get(i), executor.options().attemptTimeout(timeouts.get(i)));
        tasks.get(i).awaitStart();
      }
      clock.advance(SHORT);
      tasks.getLast().awaitInterrupt();
      assertFalse(tasks.getFirst().isInterrupted(), "interrupted before its time");
      clock.advance(LONG.minus(SHORT));
      tasks.getFirst().awaitInterrupt();
      assertEquals(LONG, clock.elapsed());
    }
  }
}
