package io.millrace.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.engine.claim.Claim;
import io.millrace.engine.claim.Ticket;
import io.millrace.engine.feed.IteratorFeed;
import io.millrace.engine.out.Collected;
import io.millrace.engine.terms.Config;
import io.millrace.engine.terms.Terms;
import io.millrace.limit.RateLimiter;
import io.millrace.outcome.Details;
import io.millrace.outcome.Failure;
import io.millrace.outcome.RunStatus;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Workers that may have lost their carrier")
class ForgottenWorkersTest {
  private final Terms terms = new Terms(new Config(), false);
  private final Queue<Integer> started = new ArrayDeque<>();
  private final Schedule schedule =
      new Schedule(
          terms,
          new IteratorFeed(List.of("only")),
          new Collected(),
          new Started(started),
          RateLimiter.party(),
          null);

  /** Notes which workers have to be started, and does nothing else. */
  private record Started(Queue<Integer> generations) implements Effects {
    @Override
    public void startWorker(int generation) {
      generations.add(generation);
    }

    @Override
    public void giveBack(List<Ticket> unusable) {}

    @Override
    public void news() {}

    @Override
    public void readAheadSoon() {}

    @Override
    public void resumeOffers() {}

    @Override
    public void stalled() {}

    @Override
    public void windUp() {}

    @Override
    public void over() {}

    @Override
    public void joined() {}
  }

  private Worker begin() {
    schedule.reading().open();
    return new Worker(schedule, null, terms, started.remove());
  }

  private static void fail(Claim claim) {
    Details details = new Details(claim.index(), null, 1, 0, false);
    claim.finish(new Failure<>("only", new IllegalStateException("by the test"), details), 0);
  }

  @Test
  @DisplayName("E6: one that has settled its item is not missed")
  void isNotMissed() {
    Worker worker = begin();
    fail(schedule.dispatch().next(worker));
    schedule.absences().forgetIdle();
    assertTrue(schedule.isOver());
    assertEquals(RunStatus.COMPLETED, schedule.status());
    assertNull(schedule.dispatch().next(worker));
  }

  @Test
  @DisplayName("E6: one that is about to end the run is waited for, so that it ends as it has to")
  void isWaitedFor() {
    Worker worker = begin();
    Claim claim = schedule.dispatch().next(worker);
    assertNotNull(claim);
    worker.aboutToEndRun();
    fail(claim);
    schedule.absences().forgetIdle();
    assertFalse(schedule.isOver());
    assertTrue(schedule.end(RunStatus.ABORTED, null, false));
    assertNull(schedule.dispatch().next(worker));
    assertTrue(schedule.isOver());
    assertEquals(RunStatus.ABORTED, schedule.status());
  }
}
