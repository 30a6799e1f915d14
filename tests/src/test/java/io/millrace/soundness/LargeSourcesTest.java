package io.millrace.soundness;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Source;
import io.millrace.plan.StopToken;
import io.millrace.plan.Workers;
import io.millrace.testkit.NoLeaks;
import java.util.AbstractCollection;
import java.util.Collection;
import java.util.Iterator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Of a sized source nothing is lost at the end, also if it takes longer than the grace period to list what it has. */
@NoLeaks
class LargeSourcesTest {
  private static final int SIZE = 400_000;

  /** Elements in memory behind a class that a run does not know, as those of a view or a wrapper. */
  private static final class Unknown extends AbstractCollection<Integer> {
    @Override
    public int size() {
      return SIZE;
    }

    @Override
    public Iterator<Integer> iterator() {
      return IntStream.range(0, SIZE).peek(_ -> work()).iterator();
    }

    /* Four microseconds for each: longer than the grace period for all of them. */
    private static void work() {
      long end = System.nanoTime() + 4_000;
      while (System.nanoTime() - end < 0) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  @DisplayName("I4: each number of a long range has an outcome after a stop")
  void range() {
    assertListed(Source.range(0, SIZE), Parallel.of(2).grace(ofMillis(1)));
  }

  @Test
  @DisplayName("I4: each item of a large collection has an outcome after a stop")
  void collection() {
    assertListed(new Unknown(), Parallel.of(2).grace(ofSeconds(1)));
  }

  @Test
  @DisplayName(
      "I4: each item of a large collection has an outcome after a stop in the calling thread")
  void collectionInTheCallingThread() {
    assertListed(new Unknown(), Parallel.of(1).workers(Workers.caller()).grace(ofSeconds(1)));
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
