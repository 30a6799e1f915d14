package io.millrace.engine.wait;

import io.millrace.engine.claim.Ticket;
import io.millrace.engine.claim.TicketQueue;

/** Where an item waits whose permit will not come before the run's time is up. */
record InVain(Resuming run) implements TicketQueue {
  @Override
  public boolean enqueue(Ticket ticket) {
    run.waitsInVain(ticket);
    return false;
  }

  @Override
  public boolean cancel(Ticket ticket) {
    return run.waitsNoMore(ticket);
  }
}
