package io.millrace.engine.wait;

import io.millrace.engine.claim.Ticket;
import io.millrace.engine.claim.TicketQueue;
import io.millrace.limit.spi.RateQueue;

/**
 * Where an item waits whose permit, by the limit as it is now, will not come before the run's time is up. It holds up
 * nobody meanwhile. If it turns out that permits may come earlier, it joins the limit's queue again.
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
