package io.millrace.engine.wait;

import io.millrace.engine.claim.Ticket;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a run does with items that wait, and with those that need not wait any more. Thread-safe. */
public interface Resuming {
  /** The generation of no worker: there is no slot for one. */
  int NO_SLOT = -1;

  boolean hasEnded();

  /** Whether nothing may start. */
  boolean isPaused();

  /**
   * Ends the run, because something failed that it cannot go on without. If it has ended already, the failure is
   * attached to the error that ended it; if there is none, it is logged.
   */
  void breakOff(Throwable why);

  /**
   * An item that waited may go on, or has to be settled. Returns when to call {@link #wakeDue}, because its wait for a
   * worker ends then; null if that need not be, or not sooner than for others.
   */
  @Nullable Long resume(Ticket ticket);

  /** Items that waited may go on, which need not be few. Returns what {@link #resume(Ticket)} does. */
  @Nullable Long resume(List<Ticket> tickets);

  /**
   * Items that had to give back what they were granted may go on as any others. Returns what {@link #resume(Ticket)} does.
   */
  @Nullable Long returned(List<Ticket> tickets);

  /** An item waits for its due time; returns whether it is the earliest of them. */
  boolean delay(Ticket ticket);

  /** Nobody wants an item any more: false if it waits neither for its due time nor for a worker. */
  boolean withdraw(Ticket ticket);

  /**
   * Lets the due items go on, and ends waits for a worker that take too long; returns when to go on with that, or null if
   * none waits.
   */
  @Nullable Long wakeDue(long nowNanos);

  /** An item waits for a permit that will not come before the run's time is up. */
  void waitsInVain(Ticket ticket);

  /** Takes that back; false if it does not wait so. */
  boolean waitsNoMore(Ticket ticket);

  /**
   * Reserves a slot for an item whose permit is there, if the item may begin.
   *
   * @return the generation of the worker to start for it, or {@link #NO_SLOT}
   */
  int reserve();

  /** Starts that worker. Never throws. */
  void startWorker(int generation);
}
