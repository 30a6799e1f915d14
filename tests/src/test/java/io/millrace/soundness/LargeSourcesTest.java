package io.millrace.soundness;

import static java.time.Duration.ofMillis;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Source;
import io.millrace.plan.StopToken;
import io.millrace.testkit.NoLeaks;
import java.util.Collection;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Of a sized source nothing is lost at the end, also if it takes longer than the grace period to list what it has. */
@NoLeaks
class LargeSourcesTest {
  private static final int SIZE = 1_000_000;

  @Test
  @DisplayName("I4: each number of a long range has an outcome after a stop")
  void range() {
    assertListed(Source.range(0, SIZE), Parallel.of(2).grace(ofMillis(1)));
  }

  private static void assertListed(Collection<Integer> source, Parallel parallel) {
    var token = new StopToken();
    var results =
        parallel
            .stopToken(token)
            .map(
                source,
                item -> {
                  token.stop();
                  return item;
                });
    assertEquals(RunStatus.CANCELLED, results.status());
    assertEquals(SIZE, results.size());
    assertEquals(SIZE - 1, results.outcomes().getLast().item());
    assertTrue(results.notRun().size() >= SIZE - 600, results.toString());
  }
}
