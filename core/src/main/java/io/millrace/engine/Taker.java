package io.millrace.engine;

import io.millrace.engine.claim.Claim;
import io.millrace.engine.claim.Ticket;
import io.millrace.engine.out.ClaimQueue;
import io.millrace.engine.out.Deliveries;
import io.millrace.engine.out.Outlet;
import io.millrace.engine.out.Reorder;
import io.millrace.engine.out.Wakeup;
import io.millrace.engine.terms.Terms;
import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Takes outcomes from an {@link Outlet}, and tells the listeners on the way. The consumer's own. */
final class Taker {
  /* How many outcomes, taken without a pause, show a fast run. In a slower one, each outcome is
   * worth a wake-up. */
  private static final int BUSY = 4;

  private static final @Nullable Object[] NO_CELLS = {};

  private final Terms terms;
  private final Schedule schedule;
  private final Staff staff;
  private final Wakeup wakeup;
  private final Refill refill;
  private final Listeners listeners;
  private final @Nullable Reorder reorder;
  private final ClaimQueue claims;
  private final Deliveries deliveries;

  /* Claims that were taken from the queue, linked. */
  private @Nullable Claim coming;

  /* The claim at hand, and copies of what is in it: its worker still writes to the same cache line, so
   * looking there for each outcome would slow both of them down. */
  private @Nullable Claim current;
  private @Nullable Object[] cells = NO_CELLS;
  private int cell;
  private int end;
  private long groupEnd;
  private long takenBefore;

  /* Outcomes that were taken from claims. */
  private long takenInAll;

  /* Written by whoever closes the run. */
  private volatile boolean isClosed;

  /* Whether the last claim was of one item, as claims of expensive items are. */
  private boolean isSlow;

  /* Whether it was of more, as claims of cheap items are. */
  private boolean isOfMany;

  Taker(
      Terms terms,
      Schedule schedule,
      Staff staff,
      Wakeup wakeup,
      Refill refill,
      Listeners listeners,
      @Nullable Reorder reorder,
      Outlet outlet) {
    this.terms = terms;
    this.schedule = schedule;
    this.staff = staff;
    this.wakeup = wakeup;
    this.refill = refill;
    this.listeners = listeners;
    this.reorder = reorder;
    this.claims = outlet.claims();
    this.deliveries = outlet.deliveries();
    this.groupEnd = terms.config.group();
  }

  /**
   * The next outcome; waits for it. Null at the end of the run.
   *
   * @throws InterruptedException if the consumer is interrupted while it waits
   */
  @Nullable Outcome<?, ?> take() throws InterruptedException {
    for (; ; ) {
      Outcome<?, ?> outcome = next();
      if (outcome != null) {
        return outcome;
      }
      if (schedule.isOver()) {
        return last();
      }
      if (!staff.runInline()) {
        await();
      }
    }
  }

  /*
   * The last ones may have come just before, or are about to come: a worker that was forgotten, because it might have no carrier,
   * may be in the middle of handing over what it has settled.
   */
  @SuppressWarnings("ThreadPriorityCheck") // waits for one particular thread, for a moment
  private @Nullable Outcome<?, ?> last() {
    Outcome<?, ?> outcome = next();
    while (outcome == null && takenInAll < schedule.outcomes() && !isClosed) {
      Thread.yield();
      outcome = next();
    }
    return outcome;
  }

  /** Nothing more is wanted. By any thread. */
  void close() {
    isClosed = true;
  }

  private void await() throws InterruptedException {
    tellThatItRanDry();
    if (!looksForNews() && !gather()) {
      wakeup.await(() -> hasNews() || gather());
    }
  }

  private boolean looksForNews() throws InterruptedException {
    if (isKeptBusy()) {
      return Wakeup.nap(this::hasNews);
    }
    return isOfMany ? Wakeup.spinForMany(this::hasNews) : Wakeup.spin(this::hasNews);
  }

  /*
   * Whether expensive items end so fast that it is not worth looking for each of them. They have to
   * be few compared to the window, or it would fill up meanwhile.
   */
  private boolean isKeptBusy() {
    long taken = deliveries.deliveredSoFar() - takenBefore;
    takenBefore += taken;
    return isSlow && taken >= BUSY && taken < terms.config.room() / 4;
  }

  private void tellThatItRanDry() {
    if (schedule.isStarved()) {
      schedule.roomFreed();
    }
  }

  private boolean hasNews() {
    return !claims.isEmpty() || schedule.isOver() || staff.hasInline();
  }

  /* Not at once for each outcome: workers that run cheap items would be started for one item each. */
  private void makeRoom() {
    if (schedule.isStarvedWithRoom()) {
      schedule.roomFreed();
    } else if (schedule.isStarved()) {
      refill.soon();
    }
  }

  /** Asks for the outcomes in claims that are still being worked on; false if there are none. */
  private boolean gather() {
    schedule.showUnseen();
    return !claims.isEmpty();
  }

  /** The next outcome; null if there is none now. */
  @Nullable Outcome<?, ?> poll() {
    Outcome<?, ?> outcome = next();
    if (outcome == null) {
      tellThatItRanDry();
      outcome = gather() ? next() : null;
    }
    return outcome;
  }

  private @Nullable Outcome<?, ?> next() {
    if (deliveries.deliveredSoFar() == groupEnd) {
      groupEnd += terms.config.group();
      if (!schedule.hasEnded()) { // else there are no groups any more
        schedule.reading().nextGroup();
      }
    }
    Outcome<?, ?> outcome = reorder == null ? completed() : inOrder(reorder);
    if (outcome != null) {
      deliveries.deliver();
      makeRoom();
    }
    return outcome;
  }

  private @Nullable Outcome<?, ?> inOrder(Reorder reorder) {
    for (; ; ) {
      long index = deliveries.deliveredSoFar();
      Outcome<?, ?> early = reorder.take(index);
      if (early != null) {
        return early;
      }
      Outcome<?, ?> completed = completed();
      if (completed == null || completed.index() == index) {
        return completed;
      }
      reorder.keep(completed, index);
    }
  }

  private @Nullable Outcome<?, ?> completed() {
    for (; ; ) {
      Claim claim = current;
      if (claim == null) {
        claim = coming == null ? claims.takeAll() : coming;
        if (claim == null) {
          return null;
        }
        open(claim);
      } else if (cell == end) {
        close(claim);
      } else {
        Object outcome = cells[cell++];
        if (cell == end) {
          close(claim); // at once: who takes may not come again for long
        }
        if (outcome != Ticket.WAITING) {
          takenInAll++;
          return tellListeners((Outcome<?, ?>) Objects.requireNonNull(outcome, "outcome"));
        }
      }
    }
  }

  private void open(Claim claim) {
    coming = claim.next; // before the look, after which it may be queued again
    claim.next = null;
    current = claim;
    isSlow = !claim.isSingle() && claim.most() == 1;
    isOfMany = claim.most() > 1;
    cells = claim.cells();
    cell = claim.delivered;
    end = claim.look();
  }

  private void close(Claim claim) {
    if (!claim.hasCellsForItself()) {
      claim.clear(claim.delivered, end); // it may be kept for long, or what shares its cells
    }
    claim.delivered = end;
    current = null;
    cells = NO_CELLS;
  }

  private Outcome<?, ?> tellListeners(Outcome<?, ?> outcome) {
    boolean ran = !(outcome instanceof NotRun);
    if (ran) {
      deliveries.ran(outcome instanceof Failure);
    }
    listeners.tell(outcome, ran, deliveries);
    return outcome;
  }
}
