package io.millrace.engine;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.engine.claim.Claim;
import io.millrace.engine.feed.IteratorFeed;
import io.millrace.engine.out.Collected;
import io.millrace.engine.out.Outlet;
import io.millrace.engine.out.Reorder;
import io.millrace.engine.out.Sink;
import io.millrace.engine.out.Wakeup;
import io.millrace.engine.terms.Config;
import io.millrace.engine.terms.Terms;
import io.millrace.limit.RateLimiter;
import io.millrace.outcome.Details;
import io.millrace.outcome.Failure;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Workers that may have lost their carrier")
class ForgottenWorkersTest {
  private final Terms terms = new Terms(new Config(), false);
  private final Queue<Integer> started = new ArrayDeque<>();
  private final Wakeup wakeup = new Wakeup(terms.clock);
  private final Schedule schedule = schedule(new Collected());

  private Schedule schedule(Sink sink) {
    return new Schedule(
        terms,
        new IteratorFeed(List.of("only")),
        sink,
        new StartedWorkers(started),
        RateLimiter.party(),
        null);
  }

  private Taker taker(Schedule handing, Outlet outlet) {
    Listeners listeners = new Listeners(terms.config, handing, new Failures(terms.config), () -> 1);
    Staff staff = new Staff(terms, handing, null, null, () -> {});
    Refill refill = new Refill(handing);
    return new Taker(terms, handing, staff, wakeup, refill, listeners, new Reorder(), outlet);
  }

  /** A worker has settled the only item, has announced the claim to the consumer, and has not added it yet. */
  private Claim forgottenWhileItHandsOver(Schedule handing) {
    handing.reading().open();
    Worker worker = new Worker(handing, null, terms, started.remove());
    Claim claim = handing.dispatch().next(worker);
    fail(claim);
    assertTrue(claim.enqueue());
    handing.absences().forgetIdle();
    return claim;
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

  @Test
  @DisplayName(
      "I4, E6: one that is just handing over its last outcome keeps the consumer from the end until it has")
  void handsOverLate() throws InterruptedException {
    Outlet outlet = new Outlet(wakeup);
    Schedule handing = schedule(outlet);
    Taker taker = taker(handing, outlet);
    Claim claim = forgottenWhileItHandsOver(handing);
    assertTrue(handing.isOver());
    AtomicReference<Outcome<?, ?>> taken = new AtomicReference<>();
    Thread consumer =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    taken.set(taker.take());
                  } catch (InterruptedException why) {
                    throw new AssertionError(why);
                  }
                });
    assertFalse(consumer.join(ofMillis(50)), "the consumer does not wait for the last outcome");
    outlet.claims().add(claim);
    assertTrue(consumer.join(ofSeconds(30)));
    assertEquals(0, taken.get().index());
    assertNull(taker.take());
  }

  @Test
  @DisplayName("I6: whoever closes the run ends the wait for the last outcome")
  void closedMeanwhile() throws InterruptedException {
    Outlet outlet = new Outlet(wakeup);
    Schedule handing = schedule(outlet);
    Taker taker = taker(handing, outlet);
    forgottenWhileItHandsOver(handing);
    taker.close();
    assertNull(taker.take());
  }

  @Test
  @DisplayName("A19: an item that is being settled is abandoned if it is still so a grace later")
  void unreachable() {
    Worker worker = begin();
    Claim claim = schedule.dispatch().next(worker);
    assertTrue(claim.seal());
    long seen = claim.observe();
    assertFalse(worker.isUnreachable(claim, seen, 1_000, 100));
    assertFalse(worker.isUnreachable(claim, seen, 1_099, 100));
    assertTrue(worker.isUnreachable(claim, seen, 1_100, 100));
    assertTrue(claim.unseal(0, Long.MAX_VALUE) && claim.seal());
    assertFalse(worker.isUnreachable(claim, claim.observe(), 1_200, 100));
  }
}
