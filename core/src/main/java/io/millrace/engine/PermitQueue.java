package io.millrace.engine;

import io.millrace.base.ShortLock;
import io.millrace.limit.Demand;
import io.millrace.limit.RateLimiter;
import io.millrace.limit.Semaphore;
import io.millrace.limit.Waiter;
import io.millrace.limit.Waiting;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The run's items in queues for permits: of its limiter, of semaphores. An item gets a limiter's permit
 * together with a slot, so that it starts at once: a permit that waits for a slot would let later calls
 * come in a burst.
 */
final class PermitQueue {
  private final Engine engine;
  private final Waits waits;

  /* Guards the race of queueing with the end of the run, which empties the queue. */
  private final ShortLock lock = new ShortLock();
  private final Map<Ticket, Offer> waiting = new HashMap<>();

  PermitQueue(Engine engine, Waits waits) {
    this.engine = engine;
    this.waits = waits;
  }

  void enqueue(Ticket ticket, RateLimiter limiter, Demand demand) {
    Offer offer = new Permit(ticket);
    put(offer, () -> limiter.enqueue(demand, offer));
  }

  void enqueue(Ticket ticket, Semaphore semaphore, int permits) {
    Offer offer = new Holding(ticket, permits);
    put(offer, () -> semaphore.enqueue(permits, offer));
  }

  private void put(Offer offer, Supplier<Waiting> queue) {
    lock.lock();
    waiting.put(offer.ticket, offer);
    lock.unlock();
    offer.place = queue.get();
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

  List<Tuned> items() {
    lock.lock();
    try {
      return waiting.keySet().stream()
          .sorted(Comparator.comparingLong(ticket -> ticket.index))
          .map(ticket -> ticket.item)
          .filter(Tuned.class::isInstance)
          .map(Tuned.class::cast)
          .toList();
    } finally {
      lock.unlock();
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
      waits.resume(offer.ticket);
      forget(offer);
    }
  }

  /* After it can be found where it goes on, so that it is never out of sight. */
  private void forget(Offer offer) {
    lock.lock();
    waiting.remove(offer.ticket, offer);
    lock.unlock();
  }

  /** One wait of a ticket: it is granted, declined or withdrawn, exactly once. */
  private abstract static class Offer implements Waiter {
    final Ticket ticket;

    /* Written by the one who queues, read by those who withdraw; and the other way round. */
    private volatile @Nullable Waiting place;
    private volatile boolean unwanted;

    Offer(Ticket ticket) {
      this.ticket = ticket;
    }
  }

  private final class Holding extends Offer {
    private final int permits;
    private int generation;

    Holding(Ticket ticket, int permits) {
      super(ticket);
      this.permits = permits;
    }

    @Override
    public boolean claim() {
      generation = engine.schedule.reserve();
      return generation != Crew.NO_SLOT;
    }

    @Override
    public void granted() {
      ticket.hold(permits);
      waits.resume(ticket);
      forget(this);
      engine.startWorker(generation);
    }

    /* All slots are busy: who has no worker must not keep permits from others. */
    @Override
    public void declined() {
      waits.resume(ticket);
      forget(this);
    }
  }

  private final class Permit extends Offer {
    /* Of the worker to start; handed from claim to granted by the limiter. */
    private int generation;

    Permit(Ticket ticket) {
      super(ticket);
    }

    @Override
    public boolean claim() {
      generation = engine.schedule.reserve();
      return generation != Crew.NO_SLOT;
    }

    @Override
    public void granted() {
      ticket.permitted = true;
      waits.resume(ticket);
      forget(this);
      engine.startWorker(generation);
    }

    /* All slots are busy: the next worker that is free asks for the permit again. */
    @Override
    public void declined() {
      waits.freeSemaphore(ticket); // a semaphore's permits, which others may need meanwhile
      waits.resume(ticket);
      forget(this);
    }
  }
}
