package io.millrace.engine.wait;

import io.millrace.engine.claim.Ticket;
import io.millrace.engine.claim.TicketQueue;
import io.millrace.limit.spi.RateQueue;

/**
 * Where an item waits whose permit will not come before the run's time is up, as the limit is now. It stands in nobody's
 * way meanwhile. If permits may come earlier all the same, it waits anew.
 */
record InVain(Resuming run, RatePermit rate, Waits waits) implements TicketQueue {
  @Override
  public boolean enqueue(Ticket ticket) {
    ticket.earlier = rate.onEarlier(() -> waits.lookAgain(ticket));
    run.waitsInVain(ticket);
    return false;
  }

  @Override
  public boolean cancel(Ticket ticket) {
    if (!run.waitsNoMore(ticket)) {
      return false;
    }
    RateQueue.Registration listening = ticket.earlier;
    ticket.earlier = null;
    if (listening != null) {
      listening.close();
    }
    return true;
  }
}
