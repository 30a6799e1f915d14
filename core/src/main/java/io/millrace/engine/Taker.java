package io.millrace.engine;

import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Takes outcomes from an {@link Outlet}, and tells the listeners on the way. The consumer's own. */
final class Taker {
  /* Outcomes taken without a pause. Fewer mean a slow run, whose outcomes are worth being woken for. */
  private static final int BUSY = 4;

  private final Engine engine;
  private final @Nullable Reorder reorder;
  private final ClaimQueue claims;
  private final Deliveries deliveries;

  /* Claims that were taken from the queue, linked. */
  private @Nullable Claim coming;

  /* The claim at hand, and copies of what is in it: its worker still writes to the same cache line, so
   * looking there for each outcome would cost both of them dearly. */
  private @Nullable Claim current;
  private @Nullable Object[] cells = {};
  private int cell;
  private int end;
  private long groupEnd;
  private long takenBefore;
  private boolean dear;

  Taker(Engine engine, @Nullable Reorder reorder, ClaimQueue claims, Deliveries deliveries) {
    this.engine = engine;
    this.reorder = reorder;
    this.claims = claims;
    this.deliveries = deliveries;
    this.groupEnd = engine.config.group();
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
      if (engine.isOver()) {
        return next(); // the last ones may have come just before
      }
      if (!engine.runInline()) {
        await();
      }
    }
  }

  private void await() throws InterruptedException {
    tellThatItRanDry();
    boolean news = isKeptBusy() ? Wakeup.nap(this::hasNews) : Wakeup.spin(this::hasNews);
    if (!news && !gather()) {
      engine.wakeup.await(() -> hasNews() || gather());
    }
  }

  /*
   * Whether dear items end faster than it is worth looking for each of them. They have to be few for the
   * window, or it would fill up meanwhile.
   */
  private boolean isKeptBusy() {
    long taken = deliveries.deliveredSoFar() - takenBefore;
    takenBefore += taken;
    return dear && taken >= BUSY && taken < engine.config.room() / 4;
  }

  private void tellThatItRanDry() {
    if (engine.schedule.isStarved()) {
      engine.schedule.roomFreed();
    }
  }

  private boolean hasNews() {
    return !claims.isEmpty() || engine.isOver() || engine.hasInline();
  }

  /* Not at once for each outcome: workers that run cheap items would be started for one item each. */
  private void makeRoom() {
    if (engine.schedule.isStarvedWithRoom()) {
      engine.schedule.roomFreed();
    } else if (engine.schedule.isStarved()) {
      engine.refillSoon();
    }
  }

  /** Asks for the outcomes in claims that are still being worked on; false if there are none. */
  private boolean gather() {
    for (Claim claim : engine.schedule.sharedClaims()) {
      if (claim.hasUndelivered() && claim.enqueue()) {
        claims.add(claim);
      }
    }
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
      groupEnd += engine.config.group();
      engine.schedule.nextGroup();
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
        if (outcome != Ticket.WAITING) {
          return tellListeners((Outcome<?, ?>) Objects.requireNonNull(outcome, "outcome"));
        }
      }
    }
  }

  private void open(Claim claim) {
    coming = claim.next; // before the look, after which it may be queued again
    claim.next = null;
    current = claim;
    dear = !claim.isSingle() && claim.most() == 1;
    cells = claim.cells();
    cell = claim.delivered;
    end = claim.look();
  }

  private void close(Claim claim) {
    claim.delivered = end;
    current = null;
  }

  private Outcome<?, ?> tellListeners(Outcome<?, ?> outcome) {
    boolean ran = !(outcome instanceof NotRun);
    if (ran) {
      deliveries.ran();
    }
    Config config = engine.config;
    try {
      if (config.onOutcome != null) {
        config.onOutcome.accept(outcome);
      }
      if (config.onProgress != null && ran) {
        config.onProgress.onProgress(deliveries.done(), engine.total());
      }
    } catch (Throwable broken) {
      engine.fail(broken);
    }
    return outcome;
  }
}
