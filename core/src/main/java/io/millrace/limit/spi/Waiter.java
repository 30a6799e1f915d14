package io.millrace.limit.spi;

/**
 * Waits for permits without blocking a thread: see {@link RateQueue#enqueue} and {@link
 * SemaphoreQueue#enqueue}. When its turn comes and its permits are there, {@link #claim} is called. The
 * answer decides what follows; a waiter that answers {@link Answer#HOLD} is asked again later.
 * Nothing is called after {@link Waiting#cancel} has returned true. The calls come from any thread
 * that uses the limit, or from the clock's timers, so they must be quick and not block; what they
 * throw is logged.
 */
public interface Waiter {

  /** What a waiter does about the permits that it is offered. */
  enum Answer {
    /** It takes the permits and leaves the queue. {@link Waiter#granted} follows. */
    TAKE,

    /**
     * It leaves the queue without the permits, and the next waiter is offered them at once. {@link
     * Waiter#declined} follows.
     */
    LEAVE,

    /**
     * It keeps its place, and so does its whole {@link Party}: none of the party's waiters is offered
     * anything until the party is resumed. The waiters of others are offered the permits at once. For
     * a waiter without a party this is as {@link #LEAVE}.
     */
    HOLD
  }

  /**
   * Decides about permits that are there now. This method is called under the limit's lock: it must
   * not call the limit or the party. If it throws, that counts as {@link Answer#LEAVE}.
   */
  Answer claim();

  /**
   * Where it stands among the waiters of its {@link Party}: lower ranks go first, equal ranks of
   * one queue in the order of arrival. So a waiter keeps its place even if its thread was slow to enqueue it.
   * Either all waiters of a party have ranks, or none has.
   *
   * @return at least 0; by default -1, which stands for the order of arrival. It never changes
   */
  default long rank() {
    return -1;
  }

  /** The permits were taken. This method is called without a lock. */
  void granted();

  /** The waiter has left the queue without permits. This method is called without a lock. */
  void declined();
}
