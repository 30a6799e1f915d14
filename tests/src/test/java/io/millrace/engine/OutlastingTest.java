package io.millrace.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.engine.claim.Claim;
import io.millrace.engine.claim.Interruption;
import io.millrace.engine.feed.IteratorFeed;
import io.millrace.engine.out.Collected;
import io.millrace.engine.terms.Config;
import io.millrace.engine.terms.Terms;
import io.millrace.limit.RateLimiter;
import io.millrace.outcome.Details;
import io.millrace.outcome.Failure;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Attempts that run very long, in whose place others run. */
class OutlastingTest {
  private final Queue<Integer> started = new ArrayDeque<>();
  private final Terms terms = new Terms(adaptive(), false);
  private final Schedule schedule =
      new Schedule(
          terms,
          new IteratorFeed(List.of("long", "later")),
          new Collected(),
          new StartedWorkers(started),
          RateLimiter.party(),
          null);

  private static Config adaptive() {
    Config config = new Config();
    config.concurrency = 2;
    config.adaptive = new Config.Adaptive(1, 10, null);
    return config;
  }

  @Test
  @DisplayName("AC7, AC8: one that is abandoned meanwhile counts as abandoned, and not once more")
  void abandonedMeanwhile() {
    schedule.reading().open();
    Worker worker = new Worker(schedule, null, terms, started.remove());
    Claim claim = schedule.dispatch().next(worker);
    LiveControl control = schedule.control();
    control.found(2);
    int count = control.countOutlasting(claim.startNanos + 1_000, 100);
    assertEquals(1, count);
    control.outlasting(count);
    assertEquals(3, control.concurrency());

    assertTrue(claim.beginInterrupt(claim.observe(), Interruption.ATTEMPT_TIMEOUT));
    claim.interruptSent();
    var failure =
        new Failure<Object, Object>("long", new Exception(), new Details(0, null, 1, 0, false));
    var abandoned =
        new Abandonment.Abandoned(
            worker, claim, claim.observe(), false, Claim.settled(0, failure), null);
    assertTrue(schedule.absences().abandon(abandoned, () -> null));
    assertEquals(3, control.concurrency());
    control.outlasting(count); // a look that has counted nothing
    assertEquals(3, control.concurrency());
    control.outlasting(control.countOutlasting(claim.startNanos + 2_000, 100));
    assertEquals(3, control.concurrency());
  }
}
