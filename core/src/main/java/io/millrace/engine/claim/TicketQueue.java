package io.millrace.engine.claim;

/** Where items wait without a worker. Thread-safe. */
public interface TicketQueue {

  /** Queues an item that has to wait; true if it need not wait any more, and is not queued. */
  boolean enqueue(Ticket ticket);

  /** Takes an item out of the queue; false if it is not there any more. */
  boolean cancel(Ticket ticket);
}
