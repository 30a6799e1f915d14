package io.millrace.examples.documentation;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.Parallel;
import io.millrace.plan.RateLimit;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.RecordedCall;
import io.millrace.testkit.ScriptedAction;
import io.millrace.testkit.Sequence;
import io.millrace.time.TimeSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What {@code docs/testing.md} shows, besides {@link FetchTest}. */
@NoLeaks
class TestingTest {
  private final ManualClock clock = ManualClock.jumping();
  private final CountDownLatch polled = new CountDownLatch(1);

  @AfterEach
  void close() {
    clock.close();
  }

  @Test
  void aRateLimit() {
    // @start region="rate"
    var call = ScriptedAction.<Integer, String>on(clock).returns("ok");

    Parallel.of(10).clock(clock).rateLimit(RateLimit.perSecond(10)).map(List.of(0, 1, 2), call);

    assertEquals(
        List.of(ZERO, ofMillis(100), ofMillis(200)),
        call.calls().stream().map(RecordedCall::start).toList());
    // @end
  }

  @Test
  void aTimeout() {
    // @start region="timeout"
    var call =
        ScriptedAction.<String, Integer>on(clock)
            .item("slow")
            .takes(ofMinutes(10))
            .returns(1)
            .anyItem()
            .takes(ofSeconds(1))
            .returns(0);

    var results =
        Parallel.of(2).clock(clock).attemptTimeout(ofSeconds(5)).map(List.of("slow", "b"), call);

    assertEquals(ofSeconds(5), results.failures().getFirst().elapsed());
    // @end
  }

  @Test
  void stepByStep() throws Exception {
    // @start region="step"
    var call = ScriptedAction.<String, Integer>on(clock).blocks().returns(1);
    try (var _ = Parallel.of(2).clock(clock).start(List.of("a", "b", "c"), call)) {
      call.awaitRunning(2);
      assertEquals(2, call.calls().size()); // the third one waits for a slot
      call.release("a");
      call.awaitCalls(3);
      call.releaseAll();
    }
    assertEquals(2, call.maxRunning());
    // @end
  }

  @Test
  void yourOwnThreads() throws Exception {
    // @start region="announced"
    Thread.startVirtualThread(clock.announced(() -> poll(clock)));
    // @end
    polled.await();
  }

  private void poll(TimeSource by) {
    polled.countDown();
  }

  @Test
  void oneInterleaving() {
    // @start region="sequence"
    var sequence = new Sequence();
    var result =
        Parallel.of(2)
            .clock(clock)
            .map(
                List.of("first", "second"),
                item -> {
                  if (item.equals("second")) {
                    sequence.step(0); // "second" is under way ...
                    sequence.step(2);
                  } else {
                    sequence.step(1); // ... before "first" ends, and ends after it
                  }
                  return item;
                });
    // @end
    assertEquals(List.of("first", "second"), result.values());
  }
}
