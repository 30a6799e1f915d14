package io.millrace.engine;

import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.spi.StoredOutcome;
import io.millrace.engine.claim.Claim;
import io.millrace.engine.claim.Mark;
import io.millrace.engine.claim.Ticket;
import io.millrace.engine.claim.TicketQueue;
import io.millrace.engine.durable.RunCheckpoint;
import io.millrace.engine.flight.Recording;
import io.millrace.engine.out.Sink;
import io.millrace.engine.terms.Spending;
import io.millrace.engine.terms.Terms;
import io.millrace.engine.wait.ItemAtHand;
import io.millrace.engine.wait.LostCall;
import io.millrace.engine.wait.Obstacle;
import io.millrace.engine.wait.Waits;
import io.millrace.outcome.Details;
import io.millrace.outcome.Success;
import io.millrace.plan.Retry;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a worker does with one item: its functions for keys and costs, obstacles, attempt, verdict. All
 * workers of a run share one, and bring their own state along: no cache would hold 10,000 of these.
 *
 * <p>Until its claim is sealed an item can be interrupted, and then abandoned. So before anything is
 * decided the claim is sealed; a worker that finds itself abandoned forgets the claim instead.
 */
final class Attempts {
  private final Schedule schedule;
  private final Waits waits;
  private final Sink sink;
  private final Interrupter interrupter;
  private final ContextualAction action;
  private final Verdicts verdicts;
  private final Judging judging;
  private final @Nullable AttemptNews news;
  private final @Nullable Adaptation adaptation;
  private final @Nullable Hedging hedging;
  private final @Nullable SecondCalls secondCalls;
  private final @Nullable RunCheckpoint checkpoint;
  private final @Nullable Spending spending;
  private final Allowance allowance;
  private final @Nullable Function<@Nullable Object, ?> itemKey;
  private final Lateness lateness;
  private final boolean hasObstacles;
  private final boolean isInspecting;
  private final boolean isAsking;
  private final Retry retry;

  public Attempts(
      Terms terms,
      Schedule schedule,
      Waits waits,
      Sink sink,
      Interrupter interrupter,
      ContextualAction action,
      Verdicts verdicts,
      @Nullable RunCheckpoint checkpoint) {
    this.schedule = schedule;
    this.waits = waits;
    this.sink = sink;
    this.interrupter = interrupter;
    this.action = action;
    this.verdicts = verdicts;
    this.judging = verdicts.judging();
    this.checkpoint = checkpoint;
    this.news = verdicts.news();
    this.adaptation = verdicts.adaptation();
    this.hedging = verdicts.hedging();
    this.secondCalls =
        hedging == null
            ? null
            : new SecondCalls(terms, schedule, waits, interrupter, action, verdicts, hedging);
    this.itemKey = terms.config.itemKey;
    this.spending = terms.spending;
    this.lateness = new Lateness(waits, terms.config.itemDeadline);
    this.retry = terms.config.retry;
    this.allowance = new Allowance(terms, schedule, waits);
    boolean hasCosts = spending != null && spending.looksAtItems();
    this.hasObstacles =
        terms.isTuned
            || !waits.areNone()
            || itemKey != null
            || news != null
            || checkpoint != null
            || hasCosts
            || terms.budgets.hasItemTimeout()
            || terms.config.itemDeadline != null
            || terms.freshBudgetNanos <= 0;
    this.isAsking =
        itemKey != null || waits.lookAtItems() || news != null || checkpoint != null || hasCosts;
    this.isInspecting =
        retry.looksAtResults()
            || waits.settleCosts()
            || waits.learnFromAnswers()
            || checkpoint != null
            || (news != null && news.hearsEnds())
            || (adaptation != null && adaptation.isTold())
            || terms.config.failureRate != null
            || (spending != null && spending.looksAtResults());
  }

  /**
   * Brings the claim's current item one step further: to its outcome, or to a place where it waits.
   *
   * @return false if the worker was abandoned meanwhile, and has to forget the claim
   */
  boolean run(Worker worker, Claim claim) {
    if (!hasObstacles && !isSpecial(claim)) {
      return allowance.mayCall(null)
          ? attempt(worker, claim, null)
          : verdicts.cutOff(worker.take(claim));
    }
    return goOn(worker, claim);
  }

  /* Goes on with an item of which something is known already, such as what its checkpoint has. */
  private boolean goOn(Worker worker, Claim claim) {
    ItemAtHand at = worker.take(claim);
    Ticket ticket = at.ticket;
    if (ticket != null && ticket.condemned != null) {
      return ticket.answer == null
          ? verdicts.condemn(at, ticket.condemned)
          : verdicts.adopt(at, ticket.answer, ticket.condemned);
    }
    if (ticket != null && secondCalls != null && ticket.hedge instanceof HedgedCall second) {
      return secondCalls.run(worker, at, second);
    }
    Mark mark = ticket == null ? null : ticket.mark;
    if (mark != null && mark.isDurable) {
      return verdicts.deliver(at, mark);
    }
    boolean isFound =
        mark != null && mark.found != null; // so it is not called: an orderly end lets it pass
    if (at.isWithdrawn() || (isFound ? schedule.isCut() : schedule.hasEnded())) {
      return verdicts.cutOff(at);
    }
    if (mark != null && mark.found != null) {
      return verdicts.restore(at, mark.found);
    }
    return pass(worker, at, claim);
  }

  private static boolean isSpecial(Claim claim) {
    Ticket ticket = claim.ticket;
    return ticket != null && (ticket.condemned != null || ticket.hedge != null);
  }

  /**
   * Whether items wait for permits or slots: then they are claimed one by one, because otherwise those at the end of
   * a claim would queue behind items that came later. The same holds with a checkpoint, where each item waits.
   */
  boolean mustClaimOneByOne() {
    return hasObstacles && (waits.areUsed() || checkpoint != null);
  }

  /** Gives back what an item holds. */
  void free(Ticket ticket) {
    waits.free(ticket);
  }

  /*
   * Without obstacles, nothing is noted about an item before its attempt or after its success: most
   * items are so. What they go through is cut into methods that the compiler puts into its loop.
   */
  private boolean attempt(Worker worker, Claim claim, @Nullable ItemAtHand noted) {
    boolean tookPermit = noted != null && noted.callBegins();
    long start = worker.nowNanos;
    allowance.count(claim, noted, start);
    if (hedging != null) {
      hedging.callBegins(worker, claim);
    }
    Object value = null;
    Throwable error = null;
    try {
      value = call(claim.item(), claim);
    } catch (Throwable thrown) {
      error = thrown;
    }
    judging.tidyInterrupt(error);
    worker.readClock();
    if (noted != null && noted.own() != null && !noted.own().hasCalled()) {
      allowance.giveBackUnused(noted, tookPermit); // it was cancelled just before its call
    }
    return hedging == null
        ? called(worker, claim, noted, start, value, error, null)
        : calledFirst(hedging, worker, claim, noted, start, value, error);
  }

  /* The first call of an attempt has ended: the hedge may have the answer. */
  private boolean calledFirst(
      Hedging hedging,
      Worker worker,
      Claim claim,
      @Nullable ItemAtHand noted,
      long start,
      @Nullable Object value,
      @Nullable Throwable error) {
    boolean isItsOwn = Claim.isRunning(claim.observe());
    HedgedCall second = hedging.callEnded(worker, claim, retry, value, error);
    judging.tidyInterrupt(null); // left by what has judged which of the two counts
    if (second == null) {
      return called(worker, claim, noted, start, value, error, null);
    }
    LostCall lost = new LostCall(value, error, isItsOwn);
    return called(worker, claim, noted, start, second.value(), null, lost);
  }

  /* An attempt has come to this. */
  private boolean called(
      Worker worker,
      Claim claim,
      @Nullable ItemAtHand noted,
      long start,
      @Nullable Object value,
      @Nullable Throwable error,
      @Nullable LostCall lost) {
    boolean first = noted == null ? claim.ticket == null : noted.ticket == null;
    boolean isPlain = error == null && first && lost == null && !inspects(noted);
    if (isPlain && succeeded(worker, claim, noted, start, value)) {
      return true;
    }
    ItemAtHand at = noted == null ? worker.takeCalled(claim, start) : noted;
    at.lost = lost;
    return verdicts.judge(at, start, value, error);
  }

  /* The outcome needs no verdict. False if somebody has interrupted the attempt meanwhile. */
  private boolean succeeded(
      Worker worker, Claim claim, @Nullable ItemAtHand noted, long start, @Nullable Object value) {
    Object key = noted == null ? null : noted.key;
    Details details = new Details(claim.index(), key, 1, worker.nowNanos - start, false);
    var success = new Success<@Nullable Object, @Nullable Object>(claim.item(), value, details);
    if (!claim.finish(success, worker.nowNanos)) {
      return false;
    }
    if (worker.stripe != null) {
      worker.stripe.count(details.elapsedNanos());
    }
    sink.settled(claim);
    if (hedging != null) {
      hedging.succeeded(details.elapsedNanos(), worker.nowNanos);
    }
    if (adaptation != null) {
      var _ = adaptation.ended(start, worker.nowNanos, noted == null || noted.hasSucceeded());
    }
    return true;
  }

  private @Nullable Object call(@Nullable Object item, Claim claim) throws Exception {
    if (claim.budgetNanos != Long.MAX_VALUE) {
      interrupter.watch(claim);
    }
    return Recording.ofAttempts(claim)
        ? Recording.attempt(action, item, claim)
        : action.apply(item);
  }

  private boolean inspects(@Nullable ItemAtHand noted) {
    return isInspecting || (noted != null && noted.own() != null && noted.retry().looksAtResults());
  }

  /** In time, looked up, and past its obstacles, the item begins its attempt. */
  private boolean pass(Worker worker, ItemAtHand at, Claim claim) {
    Throwable late = lateness.before(at);
    if (late != null) {
      return verdicts.fail(at, late);
    }
    if (isAsking && !beginAsking(at, claim)) {
      return verdicts.cutOff(at);
    }
    return checkpoint == null ? passObstacles(worker, at, claim) : passLookup(worker, at, claim);
  }

  /* The item's identity is asked for once. The item waits to be looked up, unless it need not be. */
  private boolean passLookup(Worker worker, ItemAtHand at, Claim claim) {
    TicketQueue lookup;
    try {
      lookup = lookup(at, Objects.requireNonNull(checkpoint, "checkpoint"));
    } catch (Throwable broken) {
      judging.tidyInterrupt(null);
      at.worker.readClock();
      return broken instanceof CheckpointException unusable
          ? verdicts.breakOff(at, unusable)
          : verdicts.fail(at, broken);
    }
    if (lookup != null) {
      return verdicts.leave(at, lookup);
    }
    Mark mark = at.ticket == null ? null : at.ticket.mark;
    StoredOutcome found = mark == null ? null : mark.found;
    return found == null ? passObstacles(worker, at, claim) : verdicts.restore(at, found);
  }

  /** Each obstacle lets the item pass, or keeps it until it may go on, or fails it. */
  private boolean passObstacles(Worker worker, ItemAtHand at, Claim claim) {
    Obstacle closed = null;
    Throwable hopeless;
    Throwable refusal;
    try {
      closed = ask(at);
      hopeless = closed == null ? null : lateness.hopeless(at, closed);
      refusal = closed == null ? waits.refusal(at) : null;
      if (news != null && closed != null && hopeless == null) {
        news.waiting(at, closed);
        tidy(at);
      }
    } catch (Throwable broken) {
      if (closed != null) {
        waits.left(at, closed);
      }
      judging.tidyInterrupt(null);
      at.worker.readClock();
      return verdicts.fail(at, broken);
    }
    if (refusal != null) {
      if (at.ticket != null) {
        EarlierErrors.attachAll(at.ticket.errors, refusal);
      }
      return verdicts.fail(at, refusal);
    }
    if (closed == null) {
      return allowance.mayCall(at) ? begin(worker, at, claim) : verdicts.cutOff(at);
    }
    try {
      return hopeless == null ? verdicts.leave(at, closed) : verdicts.fail(at, hopeless);
    } finally {
      waits.left(at, closed);
    }
  }

  /* An attempt that a listener has heard of is made, unless the run is cut meanwhile, perhaps by that listener: a drain counts an attempt that is about to start as running. */
  private boolean begin(Worker worker, ItemAtHand at, Claim claim) {
    if (news != null) {
      news.starting(at);
      tidy(at);
    }
    if (mayBegin(at, claim) && !(news != null && schedule.isCut())) {
      return attempt(worker, claim, at);
    }
    allowance.unspend(at);
    return verdicts.cutOff(at);
  }

  private void tidy(ItemAtHand at) {
    judging.tidyInterrupt(null);
    at.worker.readClock();
  }

  /*
   * The functions for keys and costs, and the keys themselves, are asked in a phase that only the
   * end of the run interrupts, because an attempt's time begins with its call. An interrupt of an
   * earlier phase is void. False if the run has ended, or the worker was abandoned.
   */
  private boolean beginAsking(ItemAtHand at, Claim claim) {
    boolean begun =
        claim.nextPhase(at.worker.nowNanos, Long.MAX_VALUE)
            || (claim.sealInterrupted() != null
                && claim.unseal(at.worker.nowNanos, Long.MAX_VALUE));
    return begun && !schedule.hasEnded();
  }

  private void askForKey(ItemAtHand at) {
    at.key = itemKey == null ? null : itemKey.apply(at.item());
  }

  /** Where the item waits to be looked up in the checkpoint; null if it need not. */
  private @Nullable TicketQueue lookup(ItemAtHand at, RunCheckpoint checkpoint) {
    if (at.ticket == null) {
      askForKey(at);
      checkpoint.identify(at);
      judging.tidyInterrupt(null);
      at.worker.readClock();
    }
    return checkpoint.lookup(at);
  }

  /** What keeps the item from its attempt; null if nothing does. */
  private @Nullable Obstacle ask(ItemAtHand at) {
    Mark mark = at.ticket == null ? null : at.ticket.mark;
    if (at.ticket == null) {
      askForKey(at);
      waits.prepare(at);
    } else if (mark != null && !mark.isPrepared) {
      mark.isPrepared = true;
      waits.prepare(at);
      at.ticket.demand = at.demand;
    }
    Obstacle closed = waits.closed(at);
    if (closed == null && spending != null) {
      at.cost = spending.costOf(at.itemOfUser());
    }
    if (isAsking) {
      judging.tidyInterrupt(null);
      at.worker.readClock();
    }
    return closed;
  }

  /* The attempt's time begins. False if the run has ended meanwhile, or the worker was abandoned. */
  private boolean mayBegin(ItemAtHand at, Claim claim) {
    return !isAsking
        || claim.nextPhase(at.worker.nowNanos, at.budgets().nanos(at.ticket, at.worker.nowNanos));
  }
}
