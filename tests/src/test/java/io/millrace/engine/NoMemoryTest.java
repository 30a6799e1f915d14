package io.millrace.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.engine.claim.Claim;
import io.millrace.engine.claim.Interruption;
import io.millrace.engine.feed.Feed;
import io.millrace.engine.feed.IteratorFeed;
import io.millrace.engine.out.Collected;
import io.millrace.engine.terms.Config;
import io.millrace.engine.terms.Terms;
import io.millrace.limit.spi.Party;
import io.millrace.outcome.RunStatus;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Turns at the run's lock for which there is no memory. */
@Timeout(60)
class NoMemoryTest {
  private final Queue<Integer> started = new ArrayDeque<>();
  private final Terms terms = new Terms(new Config(), false);
  private boolean isScarce;

  /* It is asked at the end of turns, where the run says what is to be done. */
  private final Party party =
      new Party() {
        @Override
        public boolean hasHeld() {
          if (isScarce) {
            throw new OutOfMemoryError("made up");
          }
          return false;
        }

        @Override
        public long firstHeld() {
          return Long.MAX_VALUE;
        }

        @Override
        public void resume() {}
      };

  private final Schedule schedule =
      new Schedule(
          terms,
          new IteratorFeed(List.of("only")),
          new Collected(),
          new StartedWorkers(started),
          party,
          null);

  private void turnWithoutMemory() {
    isScarce = true;
    try {
      schedule.roomFreed();
    } catch (OutOfMemoryError thrown) {
      // as it may
    } finally {
      isScarce = false;
    }
  }

  private void assertNobodyHasTheLock() throws Exception {
    assertNobodyHasTheLockOf(schedule);
  }

  private static void assertNobodyHasTheLockOf(Schedule run) throws Exception {
    assertEquals(
        0,
        CompletableFuture.supplyAsync(
                run.census()::running, task -> Thread.ofPlatform().daemon().start(task))
            .get(10, TimeUnit.SECONDS));
  }

  @Test
  @DisplayName("E11: a turn for which there is no memory keeps no lock, and ends the run")
  void endsTheRun() throws Exception {
    schedule.reading().open();
    assertEquals(1, started.size());
    turnWithoutMemory();
    assertNobodyHasTheLock();
    assertTrue(schedule.isOver());
    assertEquals(RunStatus.ABORTED, schedule.status());
    assertInstanceOf(OutOfMemoryError.class, schedule.error());
    assertEquals(0, schedule.outcomes());
    assertFalse(schedule.census().isAnyArriving());
  }

  @Test
  @DisplayName("E11: a turn for which there is no memory changes nothing in a run that is over")
  void leavesWhatIsOver() throws Exception {
    schedule.end(RunStatus.CANCELLED, null, true);
    schedule.absences().replaceArriving();
    assertTrue(schedule.isOver());
    turnWithoutMemory();
    assertNobodyHasTheLock();
    assertEquals(RunStatus.CANCELLED, schedule.status());
  }

  /** A source that may block; once it was read, it has no memory to say whether there is more. */
  private static final class Forgetful implements Feed {
    private boolean wasRead;

    @Override
    public void read(Loader loader, int most) {
      wasRead = true;
    }

    @Override
    public boolean exhausted() {
      if (wasRead) {
        throw new OutOfMemoryError("made up");
      }
      return false;
    }
  }

  @Test
  @DisplayName(
      "E11: a thread that reads ahead, and has no memory for it, keeps no lock, and ends the run")
  void readsAhead() throws Exception {
    Terms single = new Terms(new Config().with(copy -> copy.concurrency = 1), false);
    Schedule run =
        new Schedule(
            single, new Forgetful(), new Collected(), new StartedWorkers(started), party, null);
    run.reading().open();
    assertEquals(1, started.size());
    Worker reader = new Worker(run, null, single, Crew.NO_SLOT);
    assertTrue(run.reading().startReadingAhead(reader));
    try {
      reader.readAhead();
    } catch (OutOfMemoryError thrown) {
      // as it may
    }
    assertNobodyHasTheLockOf(run);
    assertEquals(RunStatus.ABORTED, run.status());
    assertInstanceOf(OutOfMemoryError.class, run.error());
  }

  @Test
  @DisplayName(
      "E11: a worker is abandoned though there is no memory to note why: nobody waits for it, and it may come back")
  void abandons() {
    schedule.reading().open();
    Worker worker = new Worker(schedule, null, terms, started.remove());
    Claim claim = schedule.dispatch().next(worker);
    assertTrue(claim.beginInterrupt(claim.observe(), Interruption.ATTEMPT_TIMEOUT));
    claim.interruptSent();
    var known = new Abandonment.Abandoned(worker, claim, claim.observe(), false, null, null);
    assertThrows(
        OutOfMemoryError.class,
        () ->
            schedule
                .absences()
                .abandon(
                    known,
                    () -> {
                      throw new OutOfMemoryError("made up");
                    }));
    assertTrue(schedule.isOver());
    assertTrue(schedule.census().isNobodyActive(), "it is waited for");
    schedule.absences().rejoin(worker);
    assertFalse(schedule.census().isNobodyActive());
    Claim rest = schedule.dispatch().next(worker);
    assertTrue(rest.seal());
    assertTrue(rest.finishSealed("not run", 0));
    assertNull(schedule.dispatch().next(worker));
    assertTrue(schedule.census().isNobodyActive(), "it has left");
  }
}
