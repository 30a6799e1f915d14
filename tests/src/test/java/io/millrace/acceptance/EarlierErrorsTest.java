package io.millrace.acceptance;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.executor.ParallelExecutor;
import io.millrace.executor.TaskOptions;
import io.millrace.outcome.AbandonedException;
import io.millrace.outcome.Failure;
import io.millrace.outcome.RejectedResultException;
import io.millrace.plan.Action;
import io.millrace.plan.Backoff;
import io.millrace.plan.Retry;
import io.millrace.testkit.ManualClock;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is known of the attempts before the last one, when an item has failed. */
@Timeout(60)
class EarlierErrorsTest {
  private static final Retry AT_ONCE = Retry.none().backoff(Backoff.none());

  private final AtomicInteger calls = new AtomicInteger();

  private static Failure<?, ?> failure(Parallel parallel, Action<String, ?> action) {
    return parallel.map(List.of("a"), action).failures().getFirst();
  }

  private static List<String> suppressed(Throwable error) {
    return Arrays.stream(error.getSuppressed()).map(Throwable::getMessage).toList();
  }

  private Object failing(String item) throws IOException {
    throw new IOException("attempt " + calls.incrementAndGet());
  }

  private static List<String> attempts(int first, int last) {
    return IntStream.rangeClosed(first, last).mapToObj(n -> "attempt " + n).toList();
  }

  @Test
  @DisplayName("L5: the errors of earlier attempts are suppressed in the last one, in their order")
  void earlierErrorsAreSuppressed() {
    Throwable error = failure(Parallel.of(1).retry(AT_ONCE.attempts(4)), this::failing).error();
    assertEquals("attempt 4", error.getMessage());
    assertEquals(attempts(1, 3), suppressed(error));
    for (Throwable earlier : error.getSuppressed()) {
      assertEquals(List.of(), suppressed(earlier));
    }
  }

  @Test
  @DisplayName("L5, E1: of many attempts, the latest eight errors are kept")
  void theLatestAreKept() {
    Throwable error = failure(Parallel.of(1).retry(AT_ONCE.attempts(500)), this::failing).error();
    assertEquals(attempts(492, 499), suppressed(error));
  }

  @Test
  @DisplayName("L5, E8: a constant that is thrown by every attempt is not changed")
  void aConstantIsNotChanged() {
    IOException constant = new IOException("constant");
    Throwable error =
        failure(
                Parallel.of(1).retry(AT_ONCE.attempts(9)),
                _ -> {
                  throw constant;
                })
            .error();
    assertSame(constant, error);
    assertEquals(List.of(), suppressed(constant));
  }

  @Test
  @DisplayName("L5, E8: an exception that items share is not changed by any of them")
  void aSharedExceptionIsNotChanged() {
    IOException shared = new IOException("shared");
    var seen = ConcurrentHashMap.<Integer>newKeySet();
    var results =
        Parallel.of(8)
            .retry(AT_ONCE.attempts(2))
            .map(
                IntStream.range(0, 200).boxed().toList(),
                item -> {
                  throw seen.add(item) ? new IOException("first of " + item) : shared;
                });
    assertTrue(results.failures().stream().allMatch(failure -> failure.error() == shared));
    assertEquals(List.of(), suppressed(shared));
  }

  private static final class Constants {
    static final IOException LAST = new IOException("made by the first attempt that asks for it");
  }

  @Test
  @DisplayName("L5, E8: a constant is not changed either if the attempt has made it")
  void aLateConstantIsNotChanged() {
    Throwable error =
        failure(
                Parallel.of(1).retry(AT_ONCE.attempts(2)),
                item -> calls.get() == 0 ? failing(item) : raise(Constants.LAST))
            .error();
    assertSame(Constants.LAST, error);
    assertEquals(List.of(), suppressed(Constants.LAST));
  }

  private static Object raise(IOException error) throws IOException {
    throw error;
  }

  private static final class Nasty extends RuntimeException {
    private static final long serialVersionUID = 1;

    @Override
    public StackTraceElement[] getStackTrace() {
      throw new IllegalStateException("no stack");
    }
  }

  @Test
  @DisplayName(
      "L5, E8: an exception that can not be asked for its stack is the failure all the same")
  void withoutAStack() {
    Failure<?, ?> failure =
        failure(
            Parallel.of(1).retry(AT_ONCE.attempts(2)),
            _ -> {
              throw new Nasty();
            });
    assertInstanceOf(Nasty.class, failure.error());
    assertEquals(2, failure.attempts());
  }

  @Test
  @DisplayName(
      "L5, L12: a timeout has the earlier errors: the last one as its cause if it is the item's")
  void timeouts() throws Exception {
    try (ManualClock clock = ManualClock.jumping()) {
      Action<String, ?> slowInTheEnd =
          item -> {
            if (calls.get() == 2) {
              clock.sleep(ofSeconds(100));
            }
            return failing(item);
          };
      Parallel parallel = Parallel.of(1).clock(clock).retry(AT_ONCE.attempts(3));
      Throwable ofAttempt = failure(parallel.attemptTimeout(ofSeconds(5)), slowInTheEnd).error();
      assertInstanceOf(TimeoutException.class, ofAttempt);
      assertEquals(attempts(1, 2), suppressed(ofAttempt));

      calls.set(0);
      Throwable ofItem = failure(parallel.itemTimeout(ofSeconds(5)), slowInTheEnd).error();
      assertInstanceOf(TimeoutException.class, ofItem);
      assertEquals("attempt 2", ofItem.getCause().getMessage());
      assertEquals(attempts(1, 1), suppressed(ofItem));
    }
  }

  @Test
  @DisplayName("L5: a rejected result has the earlier errors")
  void rejectedResults() {
    Retry retry = AT_ONCE.attempts(3).whenResult("pending"::equals);
    Throwable error =
        failure(Parallel.of(1).retry(retry), item -> calls.get() < 2 ? failing(item) : "pending")
            .error();
    assertInstanceOf(RejectedResultException.class, error);
    assertEquals(attempts(1, 2), suppressed(error));
  }

  @Test
  @DisplayName("L5: the report of an abandoned attempt has the earlier errors")
  void abandoned() {
    CountDownLatch release = new CountDownLatch(1);
    try {
      Throwable error =
          failure(
                  Parallel.of(1)
                      .retry(AT_ONCE.attempts(3))
                      .attemptTimeout(ofMillis(200))
                      .grace(ofMillis(20)),
                  item -> calls.get() < 2 ? failing(item) : awaitDeaf(release))
              .error();
      assertInstanceOf(AbandonedException.class, error);
      assertEquals(attempts(1, 2), suppressed(error));
    } finally {
      release.countDown();
    }
  }

  private static Object awaitDeaf(CountDownLatch release) {
    for (; ; ) {
      try {
        release.await();
        return "late";
      } catch (InterruptedException ignored) {
        // that is the point
      }
    }
  }

  @Test
  @DisplayName("L5: fallbacks, fail-fast callers and the tasks of an executor see them as well")
  void everybodySeesThem() {
    Parallel parallel = Parallel.of(1).retry(AT_ONCE.attempts(3));
    assertEquals(
        List.of(attempts(1, 2)),
        parallel
            .<String, Object>function(this::failing)
            .orElseGet(EarlierErrorsTest::suppressed)
            .map(List.of("a"))
            .values());
    IOException first =
        assertThrows(IOException.class, () -> parallel.failFast().map(List.of("a"), this::failing));
    assertEquals(attempts(4, 5), suppressed(first));
    try (ParallelExecutor executor = ParallelExecutor.of(1)) {
      var future =
          executor.submit(() -> failing("a"), TaskOptions.none().retry(AT_ONCE.attempts(2)));
      assertEquals(attempts(7, 7), suppressed(assertThrows(IOException.class, future::result)));
    }
  }

  @Test
  @DisplayName("L5: an item that succeeds in the end has nothing of them")
  void successes() {
    var results =
        Parallel.of(1)
            .retry(AT_ONCE.attempts(3))
            .map(List.of("a"), item -> calls.get() < 2 ? failing(item) : "fine");
    assertEquals(List.of("fine"), results.values());
    assertEquals(3, results.outcomes().getFirst().attempts());
  }
}
