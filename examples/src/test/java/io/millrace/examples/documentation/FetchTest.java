package io.millrace.examples.documentation;

// @start region="test"
import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.Parallel;
import io.millrace.plan.Backoff;
import io.millrace.plan.Jitter;
import io.millrace.plan.Retry;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.ScriptedAction;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@NoLeaks
class FetchTest {
  private final ManualClock clock = ManualClock.jumping();

  @AfterEach
  void close() {
    clock.close();
  }

  @Test
  void aBusyServerIsAskedAgainAfterAWaitThatDoubles() {
    var fetch =
        ScriptedAction.<String, Integer>on(clock)
            .item("a")
            .fails(new IOException("busy"), 2)
            .returns(1)
            .anyItem()
            .returns(0);
    var backoff = Backoff.exponential(ofMillis(100)).jitter(Jitter.NONE);

    var results =
        Parallel.of(2)
            .clock(clock)
            .retry(Retry.ofAttempts(4).backoff(backoff))
            .map(List.of("a", "b"), fetch);

    assertEquals(List.of(1, 0), results.values());
    assertEquals(List.of(ZERO, ofMillis(100), ofMillis(300)), fetch.startsOf("a"));
  }
}
// @end
