package io.millrace.engine.wait;

import io.millrace.engine.claim.Condemnation;
import io.millrace.engine.claim.Ticket;
import io.millrace.engine.claim.TicketQueue;
import io.millrace.engine.flight.Recording;
import io.millrace.engine.terms.Budgets;
import io.millrace.engine.terms.Config;
import io.millrace.engine.terms.ItemDeadline;
import io.millrace.engine.terms.Terms;
import io.millrace.engine.terms.Tuned;
import io.millrace.limit.RateLimiter;
import io.millrace.limit.spi.Demand;
import io.millrace.limit.spi.Party;
import io.millrace.outcome.WaitCause;
import io.millrace.plan.RateLimit;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The items that wait without a worker: for what, and how each wait ends. A wait ends once: the obstacle lets the
 * item go on, the item's time is up, the item is withdrawn, or the run ends. Thread-safe.
 */
public final class Waits {
  private final Terms terms;
  private final Resuming run;
  private final Backoffs backoffs;
  private final WaitingList waiting = new WaitingList();
  private final @Nullable KeySlots slots;
  private final @Nullable SemaphorePermit semaphores;
  private final @Nullable RatePermit rate;
  private final @Nullable InVain inVain;
  private final @Nullable Shedding shedding;

  private final Leaving leaving;

  /* Written by whoever has the first item wait, read by workers. */
  private volatile boolean areUsed;

  public Waits(Terms terms, Resuming run, Party party) {
    Config config = terms.config;
    this.terms = terms;
    this.run = run;
    this.backoffs = new Backoffs(terms.clock, run);
    this.slots = config.perKey == null ? null : new KeySlots(config.perKey);
    this.semaphores = terms.isTuned ? new SemaphorePermit(this, party) : null;
    RateLimiter limiter = limiter(config);
    this.rate = limiter == null ? null : new RatePermit(limiter, this, terms, party);
    this.leaving = new Leaving(rate == null || rate.hasOneLine());
    this.inVain = rate == null ? null : new InVain(run, rate, this);
    this.shedding = Shedding.of(config);
  }

  /* Without a limit there is a limiter all the same if a server can ask everybody to stay away. */
  private static @Nullable RateLimiter limiter(Config config) {
    if (config.limiter != null) {
      return config.limiter;
    }
    RateLimit limit = config.limit();
    boolean isNeedless = limit instanceof RateLimit.Unlimited && !config.retry.obeysServer();
    return isNeedless ? null : RateLimiter.of(limit, config.clock);
  }

  public boolean areNone() {
    return rate == null && slots == null;
  }

  /** Whether functions for keys or costs are called. */
  public boolean lookAtItems() {
    return slots != null || (rate != null && rate.looksAtItems());
  }

  public boolean settleCosts() {
    return rate != null && rate.settles();
  }

  /** Asks the user's functions, once an item, for what it will wait for. */
  public void prepare(ItemAtHand at) {
    if (rate != null) {
      at.demand = rate.demand(at.item());
    }
    if (slots != null) {
      Object key = slots.keyOf(at.item());
      at.ticketed().slotKey = key;
      at.ticketed().demand = at.demand;
    }
  }

  /** Asks the user's functions for the true cost, and corrects what was taken. */
  public void settle(@Nullable Demand demand, @Nullable Object item, @Nullable Object value) {
    if (rate != null && demand != null) {
      rate.settle(demand, item, value);
    }
  }

  /** Why an item that has passed must not be called; null if it may be. */
  public @Nullable Throwable refusal(ItemAtHand at) {
    return rate == null || !rate.refuses() || at.demand == null ? null : at.demand.refusal();
  }

  public boolean learnFromAnswers() {
    return rate != null && rate.learns();
  }

  /** Tells limits that learn what came of an attempt. Calls what reads its answer. */
  public void answered(
      @Nullable Demand demand, @Nullable Object result, @Nullable Throwable error) {
    if (rate != null && demand != null) {
      rate.answered(demand, result, error);
    }
  }

  /** Holds everybody who shares the limiter: a server asked for it. */
  public void pause(@Nullable Object item, Duration wait) {
    if (rate != null) {
      Recording.pause(wait);
      rate.pause(item, wait);
    }
  }

  /** The first obstacle that does not let the item pass; null if all do. */
  public @Nullable Obstacle closed(ItemAtHand at) {
    if (slots != null) {
      if (!slots.tryPass(at)) {
        return slots;
      }
      at.worker.readClock(); // comparing keys may have taken long, and permits go by the time
    }
    if (semaphores != null && !semaphores.tryPass(at)) {
      return semaphores;
    }
    if (rate == null) {
      return null;
    }
    if (!leaving.isAny() || rate.hasPermit(at) || !leaving.isAnyIn(rate.line(at))) {
      if (rate.tryPass(at)) {
        return null;
      }
    } else {
      // where its key is compared, it can be interrupted, and what that throws is the item's
      rate.find(at);
    }
    leaving.add(rate.line(at));
    return rate;
  }

  /** An item that {@link #closed} has held back is queued by now, or will not be. */
  public void left(ItemAtHand at, Obstacle obstacle) {
    if (obstacle == rate) {
      leaving.remove(rate.line(at));
    }
  }

  /** What the item fails with instead of waiting for the obstacle, because it would wait too long; null if it waits. */
  public @Nullable Throwable shed(ItemAtHand at, Obstacle obstacle) {
    return shedding == null ? null : shedding.refusal(at, obstacle);
  }

  /** Whether the item's time will be up before the obstacle can let it pass. */
  public boolean takesTooLong(ItemAtHand at, Obstacle obstacle) {
    if (obstacle != rate) {
      return false;
    }
    long deadline = deadline(at.budgets(), at.item(), at.ticket);
    return deadline != Long.MAX_VALUE && rate.comesAfter(deadline, at.demand);
  }

  /* When the item's time is up; Long.MAX_VALUE if it has none, or that has not begun. */
  private long deadline(Budgets budgets, @Nullable Object item, @Nullable Ticket ticket) {
    long timeout =
        ticket == null || ticket.attempts == 0 || !budgets.hasItemTimeout()
            ? Long.MAX_VALUE
            : budgets.itemDeadline(ticket);
    return ItemDeadline.earlier(timeout, ItemDeadline.of(terms.config.itemDeadline, item));
  }

  /** Whether any item had to wait for anything but its time. Never goes back to false. */
  public boolean areUsed() {
    return areUsed;
  }

  /** Makes an item wait; its claim has moved on. */
  public void await(Ticket ticket, TicketQueue wanted) {
    if (!areUsed) {
      areUsed = true;
    }
    waiting.add(ticket, causeOf(wanted));
    long deadline;
    boolean isFree;
    InVain hopeless;
    try {
      hopeless = comesTooLate(ticket, wanted) ? inVain : null;
      TicketQueue obstacle = hopeless == null ? wanted : hopeless;
      ticket.obstacle = obstacle;
      deadline = expire(ticket);
      isFree = obstacle.enqueue(ticket);
    } catch (Throwable broken) { // a key that had to be looked for again
      ticket.obstacle = null;
      ticket.condemned = new Condemnation(broken);
      resume(ticket);
      return;
    }
    if (isFree) {
      declined(ticket); // it was taken out before it was in, or need not wait
    } else if (run.hasEnded() || Tuned.isWithdrawn(ticket.item) || keepsInPause(ticket)) {
      endWait(ticket); // whoever ended its wait may have come too early to find it
    } else if (deadline != Long.MAX_VALUE && terms.clock.nanoTime() - deadline >= 0) {
      end(ticket, deadline); // and so may its timer
    } else if (hopeless != null && mayComeInTime(ticket, wanted)) {
      lookAgain(ticket);
    }
  }

  /* Nobody told the item what changed before it waited in vain. If it cannot be known, it waits anew to find out. */
  private boolean mayComeInTime(Ticket ticket, TicketQueue wanted) {
    try {
      return !comesTooLate(ticket, wanted);
    } catch (Throwable broken) {
      return true;
    }
  }

  /** An item that waits in vain may get its permit in time all the same. */
  void lookAgain(Ticket ticket) {
    RatePermit wanted = rate;
    if (wanted != null && inVain != null && inVain.cancel(ticket)) {
      ticket.stopExpiry();
      await(ticket, wanted);
      waiting.remove(ticket);
    }
  }

  private boolean comesTooLate(Ticket ticket, TicketQueue wanted) {
    return wanted == rate
        && terms.hasRunTimeout()
        && rate.comesAfter(terms.runDeadline(), ticket.demand);
  }

  /* The item's time ends the wait for a permit or a slot as well. */
  private long expire(Ticket ticket) {
    long shedAt = shedding == null ? Long.MAX_VALUE : shedding.deadline(ticket);
    long timeout = deadline(terms.budgets(ticket.item), ticket.item, ticket);
    long deadline = ItemDeadline.earlier(timeout, shedAt);
    ticket.endNanos = deadline;
    if (deadline == Long.MAX_VALUE) {
      return deadline;
    }
    try {
      ticket.expiry(terms.clock.schedule(deadline, () -> end(ticket, deadline)));
    } catch (Throwable broken) {
      run.breakOff(broken);
    }
    return deadline;
  }

  /* Its time is up, or it has waited too long, unless that was a wait for an earlier attempt: then it asks again. */
  private void end(Ticket ticket, long deadline) {
    TicketQueue obstacle = ticket.obstacle;
    if (obstacle != null && obstacle.cancel(ticket)) {
      ticket.isOver = ticket.endNanos == deadline;
      declined(ticket);
    }
  }

  /** What an item fails with that is over because it has waited too long; null if its own time is up. */
  public @Nullable Throwable shed(Ticket ticket) {
    return shedding != null && shedding.deadline(ticket) == ticket.endNanos
        ? shedding.error()
        : null;
  }

  /** An item waits for its retry. */
  public void retryLater(Ticket ticket, Throwable error, long delayNanos) {
    ticket.endNanos = deadline(terms.budgets(ticket.item), ticket.item, ticket);
    backoffs.begin(ticket, error, delayNanos);
  }

  /** An item need not wait any more: it goes on as it is. False if it does not wait for an obstacle. Never blocks. */
  boolean endWait(Ticket ticket) {
    TicketQueue obstacle = ticket.obstacle;
    boolean waited = obstacle != null && obstacle.cancel(ticket);
    if (waited) {
      declined(ticket);
    }
    return waited;
  }

  /**
   * Has an item settled without a further call, if it waits: {@link Tuned#isWithdrawn} says that nobody wants it any more.
   * False if it does not wait.
   */
  public boolean withdraw(Tuned item) {
    Ticket ticket = item.ticket;
    return ticket != null && (run.withdraw(ticket) || endWait(ticket));
  }

  /** The run is paused: what waits for a permit gives back what it has of a semaphore, and asks anew. Never blocks. */
  public void letGo() {
    if (semaphores != null) {
      waiting.tickets().stream().filter(this::keepsInPause).forEach(this::endWait);
    }
  }

  private boolean keepsInPause(Ticket ticket) {
    return semaphores != null && run.isPaused() && ticket.holds();
  }

  /** Lets an item go on. It is ready to be taken before it leaves the list of what waits. */
  void resume(Ticket ticket) {
    ticket.stopExpiry();
    backoffs.wakeAt(run.resume(ticket));
    waiting.remove(ticket);
  }

  /** Lets items go on that waited for nothing that has a timeout, all at once. */
  public void resume(List<Ticket> tickets) {
    backoffs.wakeAt(run.resume(tickets));
    tickets.forEach(waiting::remove);
  }

  /** An item leaves the queue for permits, and keeps none; it asks again when there is a worker for it. */
  void declined(Ticket ticket) {
    if (semaphores != null) {
      semaphores.free(ticket);
    }
    resume(ticket);
  }

  /** Gives back what an item holds while it runs. */
  public void free(Ticket ticket) {
    if (semaphores != null) {
      semaphores.free(ticket);
    }
    freeSlot(ticket);
  }

  /** Gives back the slot of its key, though its attempt goes on. */
  public void freeSlot(Ticket ticket) {
    Ticket next = slots == null ? null : slots.exit(ticket);
    if (next != null) {
      resume(next);
    }
  }

  /** A permit was taken for a call that was not made. */
  public void giveBackUnused(ItemAtHand at) {
    if (rate != null) {
      rate.giveBack(at.demand);
    }
  }

  /** Gives back a permit of the item at hand, which is settled without a further call. */
  public void giveBack(ItemAtHand at) {
    Ticket ticket = at.ticket;
    boolean hasPermit = at.hasPermit;
    at.hasPermit = false;
    if (ticket != null) {
      hasPermit |= ticket.permitted;
      ticket.permitted = false;
      free(ticket);
    }
    if (rate != null && hasPermit) {
      rate.giveBack(at.demand);
    }
  }

  /** Gives back what these items were granted: they may not begin now, and ask again when they may. */
  public void giveBackGranted(List<Ticket> tickets) {
    try {
      tickets.forEach(this::giveBackGranted);
    } finally {
      backoffs.wakeAt(run.returned(tickets));
    }
  }

  private void giveBackGranted(Ticket ticket) {
    boolean hadPermit = ticket.permitted;
    ticket.permitted = false;
    if (semaphores != null) {
      semaphores.free(ticket);
    }
    if (rate != null && hadPermit) {
      rate.giveBack(ticket.demand);
    }
  }

  /** The run has ended: lets at most this many items go on; returns whether there may be more. */
  public boolean endSome(long most) {
    for (long ended = 0; ended < most; ended++) {
      Ticket ticket = waiting.poll();
      if (ticket == null) {
        return false;
      }
      endWait(ticket);
    }
    return true;
  }

  /** Tasks that wait for anything but their time, and were not taken back, in the order in which they came. */
  public List<Tuned> items() {
    return waiting.items();
  }

  /** How many wait for what; for a pause counts as for a permit. */
  public EnumMap<WaitCause, Long> waiting() {
    EnumMap<WaitCause, Long> all = waiting.byCause();
    if (rate != null) {
      long permits = all.getOrDefault(WaitCause.RATE, 0L);
      long paused = Math.min(permits, rate.pausedWaiters());
      all.put(WaitCause.PAUSE, paused);
      all.put(WaitCause.RATE, permits - paused);
    }
    return all;
  }

  private WaitCause causeOf(TicketQueue wanted) {
    return wanted == rate
        ? WaitCause.RATE
        : wanted == slots
            ? WaitCause.KEY
            : wanted == semaphores ? WaitCause.SEMAPHORE : WaitCause.CHECKPOINT;
  }

  public void stop() {
    backoffs.stop();
  }

  // For offers of permits

  int reserve() {
    return run.reserve();
  }

  boolean hasEnded() {
    return run.hasEnded();
  }

  void start(int generation) {
    run.startWorker(generation);
  }
}
