package io.millrace.acceptance;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.ParallelFunction;
import io.millrace.outcome.TruncatedRunException;
import io.millrace.plan.Backoff;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.StopToken;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.ScriptedAction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One call of a bound function, with all its options. */
@NoLeaks
@Timeout(60)
class FunctionCallTest {
  private final ManualClock clock = ManualClock.jumping();
  private final ScriptedAction<String, String> action = ScriptedAction.on(clock);
  private final IOException busy = new IOException("busy");

  @AfterEach
  void close() {
    clock.close();
  }

  private Parallel parallel() {
    return Parallel.of(2).clock(clock);
  }

  @Test
  @DisplayName("L2: a call is repeated, and throws what the last attempt threw, itself")
  void retries() throws Exception {
    action.item("a").fails(busy).returns("fine").item("b").fails(busy, 9);
    var function =
        parallel().retry(Retry.ofAttempts(3).backoff(Backoff.fixed(ofSeconds(1)))).function(action);
    assertEquals("fine", function.call("a"));
    assertSame(busy, assertThrows(IOException.class, () -> function.call("b")));
    assertEquals(3, action.callsOf("b").size());
    assertEquals(ofSeconds(3), clock.elapsed());
  }

  @Test
  @DisplayName("L2: calls of one function share its rate limit; a copy has its own")
  void rateLimit() throws Exception {
    action.returns("fine");
    ParallelFunction<String, String> function =
        parallel().rateLimit(RateLimit.per(1, ofSeconds(10))).function(action);
    function.call("a");
    function.call("b");
    function.call("c");
    assertEquals(ofSeconds(20), clock.elapsed());
    function.with(p -> p.concurrency(1)).call("d");
    assertEquals(ofSeconds(20), clock.elapsed());
    function.apply("e");
    assertEquals(ofSeconds(20), clock.elapsed());
  }

  @Test
  @DisplayName("L2: timeouts and a stop end a call")
  void ends() {
    action.takes(ofSeconds(100)).returns("late");
    assertThrows(
        TimeoutException.class,
        () -> parallel().attemptTimeout(ofSeconds(5)).function(action).call("a"));
    assertEquals(ofSeconds(5), clock.elapsed());
    assertThrows(
        TruncatedRunException.class,
        () -> parallel().runTimeout(ofSeconds(5)).function(action).call("a"));
    StopToken token = new StopToken();
    token.stop();
    assertThrows(
        TruncatedRunException.class, () -> parallel().stopToken(token).function(action).call("a"));
  }

  @Test
  @DisplayName("L2: failure policies, keys and listeners hold for a call")
  void otherOptions() throws Exception {
    action.fails(busy, 9);
    List<Object> heard = new ArrayList<>();
    Parallel parallel =
        parallel()
            .itemKey((String item) -> item + "!")
            .onOutcome(outcome -> heard.add(outcome.key()));
    assertEquals("?", parallel.function(action).orElse("?").call("a"));
    assertSame(
        busy,
        assertThrows(IOException.class, () -> parallel.failFast().function(action).call("b")));
    assertSame(
        busy,
        assertThrows(IOException.class, () -> parallel.maxFailures(1).function(action).call("c")));
    assertEquals(List.of("a!", "b!", "c!"), heard);
  }

  @Test
  @DisplayName("L2: a function of an order can be called, and so can one of several arguments")
  void shapes() throws Exception {
    assertEquals(2, parallel().unordered().function((Integer n) -> n + 1).call(1));
    assertEquals("xx", parallel().<String, Integer, String>spread(String::repeat).call("x", 2));
    assertEquals(
        "abc", parallel().spread((String a, String b, String c) -> a + b + c).call("a", "b", "c"));
    assertEquals(null, parallel().function((String s) -> s).call(null));
  }

  @Test
  @DisplayName("L2: an interrupt of the caller ends the call")
  void interrupts() {
    Thread.currentThread().interrupt();
    assertThrows(CancellationException.class, () -> parallel().function((Integer n) -> n).call(1));
    assertTrue(Thread.interrupted());
  }
}
