package io.millrace.engine;

import io.millrace.limit.Demand;
import io.millrace.limit.RateLimiter;
import io.millrace.limit.Semaphore;
import io.millrace.plan.RateLimit;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What items of a run wait for: a due time, a permit, the slot of a key. Thread-safe. */
final class Waits {
  private final Engine engine;
  private final Alarm dueAlarm;
  private final @Nullable RateLimiter limiter;
  private final @Nullable PermitQueue permits;
  private final @Nullable KeySlots slots;
  private final boolean sameClock;

  Waits(Engine engine, Config config) {
    this.engine = engine;
    this.dueAlarm = new Alarm(config.clock, this::wakeDue);
    this.limiter = limiter(config);
    this.permits = limiter == null && !engine.tuned ? null : new PermitQueue(engine, this);
    this.sameClock = limiter != null && limiter.clock() == config.clock;
    this.slots = config.perKey == null ? null : new KeySlots(config.perKey);
  }

  /* Without a limit there is a limiter all the same if a server can ask everybody to stay away. */
  private static @Nullable RateLimiter limiter(Config config) {
    if (config.limiter != null) {
      return config.limiter;
    }
    boolean needless =
        config.rateLimit instanceof RateLimit.Unlimited && !config.retry.obeysServer();
    return needless ? null : RateLimiter.of(config.rateLimit, config.clock);
  }

  boolean areNone() {
    return limiter == null && slots == null;
  }

  /** Whether functions for keys or costs are called. */
  boolean lookAtItems() {
    return slots != null || (limiter != null && limiter.looksAtItems());
  }

  boolean settlesCosts() {
    return limiter != null && limiter.settles();
  }

  /** Evaluates, once an item, what it will wait for. */
  void prepare(AtHand at) {
    if (limiter != null) {
      at.demand = limiter.demand(at.item());
    }
    if (slots != null) {
      Object key = slots.keyOf(at.item());
      at.ticketed().slotKey = key;
    }
  }

  void settle(@Nullable Demand demand, @Nullable Object item, @Nullable Object value) {
    if (limiter != null && demand != null) {
      limiter.settle(demand, item, value);
    }
  }

  /** Holds everybody who shares the limiter: a server asked for it. */
  void pause(@Nullable Object item, Duration wait) {
    if (limiter != null) {
      Recording.pause(wait);
      limiter.pause(item, wait);
    }
  }

  boolean tryPermit(AtHand at, long nowNanos) {
    Ticket ticket = at.ticket;
    if (limiter == null || at.demand == null) {
      return true;
    }
    if (ticket != null && ticket.permitted) {
      ticket.permitted = false;
      return true;
    }
    return sameClock ? limiter.tryTake(at.demand, nowNanos) : limiter.tryTake(at.demand);
  }

  /** Queues an item whose claim has moved on; always true. */
  boolean awaitPermit(Ticket ticket) {
    PermitQueue queue = Objects.requireNonNull(permits, "permits");
    boolean expires = expire(ticket);
    long deadline = engine.budgets(ticket.item).itemDeadline(ticket);
    queue.enqueue(
        ticket,
        Objects.requireNonNull(limiter, "limiter"),
        Objects.requireNonNull(ticket.demand, "demand"));
    if (expires && engine.clock.nanoTime() - deadline >= 0) {
      queue.giveUp(ticket); // the timer may have come too early to find it
    }
    withdrawIfUnwanted(ticket);
    return true;
  }

  boolean trySemaphore(AtHand at, Tuning tuning) {
    Semaphore semaphore = tuning.semaphore;
    if (semaphore == null || (at.ticket != null && at.ticket.holds())) {
      return true;
    }
    if (semaphore.tryAcquire(tuning.permits)) {
      at.ticketed().hold(tuning.permits);
      return true;
    }
    return false;
  }

  /** Queues an item whose claim has moved on; always true. */
  boolean awaitSemaphore(Ticket ticket) {
    PermitQueue queue = Objects.requireNonNull(permits, "permits");
    if (ticket.item instanceof Tuned task && task.tuning.semaphore != null) {
      boolean expires = expire(ticket);
      queue.enqueue(ticket, task.tuning.semaphore, task.tuning.permits);
      if (expires && engine.clock.nanoTime() - task.tuning.budgets.itemDeadline(ticket) >= 0) {
        queue.giveUp(ticket); // the timer may have come too early to find it
      }
      withdrawIfUnwanted(ticket);
    }
    return true;
  }

  /* Whoever withdrew it may have come too early to find it. */
  private void withdrawIfUnwanted(Ticket ticket) {
    if (ticket.item instanceof Tuned task && task.isWithdrawn()) {
      giveUp(ticket);
    }
  }

  /** Items that wait for a permit; in runs whose items bring options along. */
  List<Tuned> waiting() {
    return permits == null ? List.of() : permits.items();
  }

  boolean trySlot(AtHand at) {
    return slots == null || at.ticketed().hasSlot || slots.tryEnter(at.ticketed());
  }

  /** Queues an item whose claim has moved on; always true. */
  boolean awaitSlot(Ticket ticket) {
    KeySlots queue = Objects.requireNonNull(slots, "slots");
    boolean expires = expire(ticket);
    long deadline = engine.budgets(ticket.item).itemDeadline(ticket);
    if (queue.enqueue(ticket)) {
      resume(ticket);
    } else if (expires && engine.clock.nanoTime() - deadline >= 0) {
      giveUpSlot(ticket, queue); // the timer may have come too early to find it
    }
    return true;
  }

  private void giveUpSlot(Ticket ticket, KeySlots queue) {
    if (queue.cancel(ticket)) {
      resume(ticket);
    }
  }

  /** Gives back what an item holds while it runs. */
  void free(Ticket ticket) {
    freeSemaphore(ticket);
    Ticket next = slots == null || !ticket.hasSlot ? null : slots.exit(ticket);
    if (next != null) {
      resume(next);
    }
  }

  void freeSemaphore(Ticket ticket) {
    int held = ticket.letGo();
    if (held > 0 && ticket.item instanceof Tuned task && task.tuning.semaphore != null) {
      release(task.tuning.semaphore, held);
    }
  }

  /* Somebody else may have given back what it did not have: no reason to lose a worker. */
  private static void release(Semaphore semaphore, int held) {
    try {
      semaphore.release(held);
    } catch (IllegalStateException tooMany) {
      System.getLogger(Waits.class.getName())
          .log(
              System.Logger.Level.WARNING,
              "permits of a task were given back by somebody else",
              tooMany);
    }
  }

  /* An item timeout ends the wait for a permit or a slot as well; true if there is one. */
  private boolean expire(Ticket ticket) {
    Budgets budgets = engine.budgets(ticket.item);
    if (ticket.attempts == 0 || !budgets.hasItemTimeout()) {
      return false;
    }
    ticket.expiry = engine.clock.schedule(budgets.itemDeadline(ticket), () -> giveUp(ticket));
    return true;
  }

  /** An item need not wait any more for a permit or a slot. */
  void giveUp(Ticket ticket) {
    if (permits != null) {
      permits.giveUp(ticket);
    }
    if (slots != null) {
      giveUpSlot(ticket, slots);
    }
  }

  /** A ticket need not wait any more. */
  void resume(Ticket ticket) {
    ticket.stopExpiry();
    engine.schedule.resume(ticket);
  }

  void retryLater(Ticket ticket, Throwable error, long delayNanos) {
    Recording.retry(ticket, error, delayNanos);
    if (engine.schedule.delay(ticket)) {
      dueAlarm.at(ticket.dueNanos);
    }
  }

  private void wakeDue() {
    Long next = engine.schedule.wakeDue(engine.clock.nanoTime());
    if (next != null) {
      dueAlarm.at(next);
    }
  }

  /** The run has ended: nothing waits any more. */
  void endAll() {
    if (slots != null) {
      slots.close().forEach(this::resume);
    }
    if (permits != null) {
      permits.giveUpAll();
    }
  }

  void stop() {
    dueAlarm.cancel();
  }
}
