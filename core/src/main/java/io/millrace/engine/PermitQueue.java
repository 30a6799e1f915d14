package io.millrace.engine;

import io.millrace.base.ShortLock;
import io.millrace.limit.Demand;
import io.millrace.limit.RateLimiter;
import io.millrace.limit.Waiter;
import io.millrace.limit.Waiting;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The run's items in its limiter's queue. An item gets its permit together with a slot, so that it
 * starts at once: a permit that waits for a slot would let later calls come in a burst.
 */
final class PermitQueue {
  private final Engine engine;
  private final Waits waits;
  private final RateLimiter limiter;

  /* Guards the race of queueing with the end of the run, which empties the queue. */
  private final ShortLock lock = new ShortLock();
  private final Map<Ticket, Offer> waiting = new HashMap<>();

  PermitQueue(Engine engine, Waits waits, RateLimiter limiter) {
    this.engine = engine;
    this.waits = waits;
    this.limiter = limiter;
  }

  void enqueue(Ticket ticket, Demand demand) {
    Offer offer = new Offer(ticket);
    lock.lock();
    waiting.put(ticket, offer);
    lock.unlock();
    offer.place = limiter.enqueue(demand, offer);
    if (offer.unwanted || engine.hasEnded()) {
      withdraw(offer); // whoever gave it up may not have seen its place yet
    }
  }

  /** Takes a ticket out of the queue, if it is there, and lets it go on without a permit. */
  void giveUp(Ticket ticket) {
    lock.lock();
    Offer offer = waiting.get(ticket);
    lock.unlock();
    if (offer != null) {
      withdraw(offer);
    }
  }

  void giveUpAll() {
    List<Offer> all;
    lock.lock();
    all = List.copyOf(waiting.values());
    lock.unlock();
    all.forEach(this::withdraw);
  }

  private void withdraw(Offer offer) {
    offer.unwanted = true;
    Waiting place = offer.place;
    if (place != null && place.cancel()) {
      forget(offer);
      waits.resume(offer.ticket);
    }
  }

  private void forget(Offer offer) {
    lock.lock();
    waiting.remove(offer.ticket, offer);
    lock.unlock();
  }

  /** One wait of a ticket: it is granted, declined or withdrawn, exactly once. */
  private final class Offer implements Waiter {
    private final Ticket ticket;

    /* Written by the one who queues, read by those who withdraw; and the other way round. */
    private volatile @Nullable Waiting place;
    private volatile boolean unwanted;

    /* Of the worker to start; handed from claim to granted by the limiter. */
    private int generation;

    Offer(Ticket ticket) {
      this.ticket = ticket;
    }

    @Override
    public boolean claim() {
      generation = engine.schedule.reserve();
      return generation != Crew.NO_SLOT;
    }

    @Override
    public void granted() {
      forget(this);
      ticket.permitted = true;
      waits.resume(ticket);
      engine.startWorker(generation);
    }

    /* All slots are busy: the next worker that is free asks for the permit again. */
    @Override
    public void declined() {
      forget(this);
      waits.resume(ticket);
    }
  }
}
