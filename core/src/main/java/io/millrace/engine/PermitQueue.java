package io.millrace.engine;

import io.millrace.base.ShortLock;
import io.millrace.limit.Demand;
import io.millrace.limit.RateLimiter;
import io.millrace.limit.Waiter;
import io.millrace.limit.Waiting;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * The run's items in its limiter's queue. An item gets its permit together with a slot, so that it
 * starts at once: a permit that waits for a slot would let later calls come in a burst.
 */
final class PermitQueue {
  private final Engine engine;
  private final RateLimiter limiter;

  /* Guards the race of queueing with the end of the run, which empties the queue. */
  private final ShortLock lock = new ShortLock();
  private final Set<Ticket> waiting = Collections.newSetFromMap(new IdentityHashMap<>());

  PermitQueue(Engine engine, RateLimiter limiter) {
    this.engine = engine;
    this.limiter = limiter;
  }

  void enqueue(Ticket ticket, Demand demand) {
    lock.lock();
    waiting.add(ticket);
    lock.unlock();
    ticket.atLimiter = limiter.enqueue(demand, new Offer(ticket));
    if (engine.hasEnded()) {
      cancel(ticket); // the end may have come before it could see the queue's place
    }
  }

  /** Takes a ticket out of the queue and lets it go on without a permit; false if it was not there. */
  boolean cancel(Ticket ticket) {
    Waiting place = ticket.atLimiter;
    if (place == null || !place.cancel()) {
      return false;
    }
    forget(ticket);
    engine.resume(ticket);
    return true;
  }

  void cancelAll() {
    List<Ticket> all;
    lock.lock();
    all = List.copyOf(waiting);
    lock.unlock();
    all.forEach(this::cancel);
  }

  private void forget(Ticket ticket) {
    ticket.atLimiter = null;
    lock.lock();
    waiting.remove(ticket);
    lock.unlock();
  }

  private final class Offer implements Waiter {
    private final Ticket ticket;

    Offer(Ticket ticket) {
      this.ticket = ticket;
    }

    @Override
    public boolean claim() {
      return engine.schedule.reserve();
    }

    @Override
    public void granted() {
      forget(ticket);
      ticket.permitted = true;
      engine.resumeReserved(ticket);
    }

    /* All slots are busy: the next worker that is free asks for the permit again. */
    @Override
    public void declined() {
      forget(ticket);
      engine.resume(ticket);
    }
  }
}
